"""What a population would pay for one unit of a metric, and what each price per unit would earn."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from experiments.market.noise import Floats

# The curve of revenue is a stair of 50,000 steps: its top is that of the parabola through all prices that earn
# nearly as much, on logs, whose Monte-Carlo error is below 1 %.
NEARLY = 0.97
FIRST_AND_LAST = (0.02, 0.98)  # quantiles of willingness between which the best price is looked for
PRICES = 400


@dataclass(frozen=True)
class UnitDemand:
    """A population of n customers, those who would pay most per unit first; money per unit and month.

    Parameters
    ----------
    willingness
        (n,) the most that each would pay for one unit, falling.
    sold
        (n,) units a month of this and all dearer customers, ÷ n.

    Examples
    --------
    >>> three = UnitDemand.of(np.array([100.0, 80.0, 20.0]), np.array([10.0, 10.0, 10.0]))
    >>> three.median, three.revenue(8.0), three.revenue(8.1)
    (8.0, 53.333333333333336, 27.0)
    """

    willingness: Floats
    sold: Floats

    @classmethod
    def of(cls, willingness_to_pay: Floats, units: Floats) -> UnitDemand:
        """Know it from the most that each customer would pay a month and the units that it uses; both (n,)."""
        by_unit = willingness_to_pay / units
        dearest_first = np.argsort(-by_unit)
        return cls(by_unit[dearest_first], np.cumsum(units[dearest_first]) / len(units))

    @property
    def median(self) -> float:
        """The median customer's willingness to pay for one unit."""
        return float(np.median(self.willingness))

    @property
    def log_spread(self) -> float:
        """Half the distance of the 16 % and 84 % points of log willingness: its sd, where that is normal."""
        low, high = np.quantile(np.log(self.willingness), [0.15866, 0.84134])
        return float(high - low) / 2

    def revenue(self, price: float) -> float:
        """Return money per customer and month if all units were sold at one price, to those who would pay it."""
        buyers = int(np.searchsorted(-self.willingness, -price, side="right"))
        return float(price * self.sold[buyers - 1]) if buyers else 0.0

    @cached_property
    def best_price(self) -> float:
        """The price per unit of most revenue."""
        low, high = np.log(np.quantile(self.willingness, FIRST_AND_LAST))
        logs = np.linspace(low, high, PRICES)
        earned = np.array([self.revenue(float(price)) for price in np.exp(logs)])
        near = earned >= NEARLY * earned.max()
        bend, slope, _ = np.polyfit(logs[near] - logs[near].mean(), np.log(earned[near]), 2)
        top = logs[near].mean() + (-slope / (2 * bend) if bend < 0 else 0.0)
        return float(np.exp(np.clip(top, logs[near].min(), logs[near].max())))

    def regret(self, price: float) -> float:
        """Return the share of the best price's revenue that another price loses; a whisker below 0 is noise."""
        return 1 - self.revenue(price) / self.revenue(self.best_price)
