"""The prices that a demand curve has names for: median, mean and best, each null where the prices asked end."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from models.censored.optimum import SmoothDemand
from models.checks import Floats
from models.errors import NotEstimable
from models.estimate import Estimate
from models.surveys._asked_prices import AskedPrices
from models.surveys._base import Asked

TAIL_OF_MEAN = 0.1
"""No more than this share of a mean may lie beyond the prices asked."""
_METHOD = "interval-censored willingness, laws averaged"


@dataclass(frozen=True)
class NamedPrices:
    """Where the smooth demand and the demand by price asked are read.

    Parameters
    ----------
    smooth, refusal
        The smooth demand, or why there is none.
    by_price
        The demand at the prices asked, None where it is not to be used.
    asked, n
        How the numbers are to be given, and how many clusters carry them.
    """

    smooth: SmoothDemand | None
    refusal: NotEstimable | None
    by_price: AskedPrices | None
    asked: Asked
    n: int

    def typical(self) -> Estimate:
        """Return the price at which half of the respondents would buy."""
        if self.smooth is None:
            return self._refused()
        return self._between(*self.smooth.price_at(0.5), name="median")

    def mean(self) -> Estimate:
        """Return the mean willingness, null where too much of it lies beyond the prices asked."""
        if self.smooth is None:
            return self._refused()
        if not self.smooth.tail() <= TAIL_OF_MEAN:
            return self._unknown("tail_not_observed")
        value, draws = self.smooth.mean()
        low, high = np.quantile(draws, _ends(self.asked.level))
        return self.asked.label(_METHOD).known(value, float(low), float(high), n=self.n)

    @cached_property
    def optima(self) -> dict[str, Estimate]:
        """The best prices by revenue and profit of the smooth demand, whether or not they were asked."""
        if self.smooth is None:
            return dict.fromkeys(self._costs(), self._refused())
        return {
            name: self._between(*self.smooth.best(cost), name="best_price")
            for name, cost in self._costs().items()
        }

    def best(self) -> dict[str, Estimate]:
        """Return the best prices, of those asked where demand is known by price asked."""
        best = {name: self._asked(self.optima[name], cost) for name, cost in self._costs().items()}
        if self.asked.unit_cost is None:
            best["profit"] = self._unknown("no_unit_cost")
        # The lower the price, the more people buy: reach has no best price of its own.
        best["reach"] = self._unknown("reach_falls_with_price")
        return best

    def _asked(self, smooth: Estimate, cost: float) -> Estimate:
        if self.by_price is None or smooth.low is None or smooth.high is None:
            return smooth
        value, plateau = self.by_price.best(cost)
        known = self.asked.label(f"best price asked; {_METHOD}").known(
            value, smooth.low, smooth.high, n=self.n
        )
        return replace(known, plateau=plateau)

    def _between(self, value: float, draws: Floats, *, name: str) -> Estimate:
        assert self.smooth is not None  # its caller has read it
        if value > self.smooth.highest * (1 + 1e-9):
            return self._unknown(f"{name}_above_prices_asked")
        if value < self.smooth.lowest * (1 - 1e-9):
            return self._unknown(f"{name}_below_prices_asked")
        low, high = np.quantile(draws, _ends(self.asked.level))
        return self.asked.label(_METHOD).known(value, float(low), float(high), n=self.n)

    def _costs(self) -> dict[str, float]:
        known = {} if self.asked.unit_cost is None else {"profit": self.asked.unit_cost}
        return {"revenue": 0.0} | known

    def _unknown(self, reason: str) -> Estimate:
        return self.asked.label(_METHOD).unknown(reason, n=self.n)

    def _refused(self) -> Estimate:
        refusal = self.refusal or NotEstimable("no_curve", "no demand curve could be fitted")
        return Estimate.refused(refusal, unit=self.asked.unit, n=self.n, level=self.asked.level)


def _ends(level: float) -> tuple[float, float]:
    return (1 - level) / 2, (1 + level) / 2
