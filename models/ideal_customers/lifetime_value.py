"""What a customer brings over its life: the margin so far, and what is expected if it stays as such customers do.

Notation
--------
a : months since signing      E_a, D_a : customer-months at risk at age a, and how many of them were the last
h_a : the chance of leaving after a month at age a      v = (1 + d)^(-1/12) : a month's discount at d a year
R_a = Σ_k v^k Π_{j<k} (1 - h_{a+j}) : discounted months still expected, over at most H months
value = margin so far + R_a × margin a month now, where the customer is still there

h is a life table by bands of age, each pulled towards the rate of all ages by as much as one departure weighs:
h = (D_band + 1) ÷ (E_band + E ÷ (D + ½)). Where nobody has left, the rate is that of half a departure, and months
beyond H do not count: a life is never endless. The interval carries the doubt about the rate of all ages (a gamma
posterior with Jeffreys' prior) and nothing else: it says how sure the mean is, not how long one customer stays.

This is meant to be small. A model of retention with covariates would take its place.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from models.checks import Floats
from models.errors import NotEstimable
from models.estimate import Estimate, Label

FEWEST_MONTHS = 36
"""Customer-months at risk below which nothing is said about how long customers stay."""
_BANDS = (0, 3, 6, 12, 24)


@dataclass(frozen=True)
class Staying:
    """How long customers of an age still stay.

    Parameters
    ----------
    hazard
        Shape (5,): h in the bands of ages from 0, 3, 6, 12 and 24 months on.
    left, at_risk
        Departures and customer-months behind them.
    discount
        v, 0–1.
    horizon
        H, months.

    Examples
    --------
    >>> staying = Staying.fit(np.full(40, 100.0), np.full(40, 2.0), discount_rate=0.12, horizon=60)
    >>> staying.remaining(np.array([0, 12])).round(1)
    array([28.4, 28.5])
    """

    hazard: Floats
    left: float
    at_risk: float
    discount: float
    horizon: int

    @classmethod
    def fit(cls, at_risk: Floats, left: Floats, *, discount_rate: float, horizon: int) -> Staying:
        """Fit the life table.

        Parameters
        ----------
        at_risk, left
            E and D, shape (A,), by age in months from 0 on.
        discount_rate
            d, a year, ≥ 0.
        horizon
            H, months, ≥ 1.

        Raises
        ------
        NotEstimable
            Below 36 customer-months: `history_too_short`.
        """
        exposed, gone = float(at_risk.sum()), float(left.sum())
        if exposed < FEWEST_MONTHS:
            text = f"how long customers stay needs {FEWEST_MONTHS} customer-months, there are {exposed:.0f}"
            raise NotEstimable("history_too_short", text)
        band = np.searchsorted(_BANDS, np.arange(at_risk.size), side="right") - 1
        by_band = [np.bincount(band, each, minlength=len(_BANDS)) for each in (left, at_risk)]
        hazard = (by_band[0] + 1) / (by_band[1] + exposed / (gone + 0.5))
        return cls(np.minimum(hazard, 1.0), gone, exposed, float((1 + discount_rate) ** (-1 / 12)), horizon)

    def remaining(self, age: NDArray[np.int64], *, factor: float = 1.0) -> Floats:
        """Return R of customers of an age in months, shape (n,); `factor` multiplies all hazards."""
        oldest = int(age.max(initial=0)) + self.horizon
        band = np.searchsorted(_BANDS, np.arange(oldest), side="right") - 1
        stays = np.log1p(-np.minimum(factor * self.hazard[band], 1 - 1e-12)) + np.log(self.discount)
        reached = np.concatenate([[0.0], np.cumsum(stays)])
        known = np.unique(age)
        months = [float(np.exp(reached[a : a + self.horizon] - reached[a]).sum()) for a in known.tolist()]
        return np.array(months, dtype=np.float64)[np.searchsorted(known, age)]

    def hazard_factors(self, level: float) -> tuple[float, float]:
        """Return by how much all hazards may be lower or higher, at the level."""
        middle = self.left + 0.5
        tails = ((1 - level) / 2, (1 + level) / 2)
        low, high = (float(special.gammaincinv(middle, tail)) / middle for tail in tails)
        return low, high

    def monthly_hazard(self, *, level: float) -> Estimate:
        """Return the chance of leaving after a month, over all ages."""
        label = Label(unit="share", method="departures ÷ customer-months, Jeffreys' interval", level=level)
        value = self.left / self.at_risk
        low, high = (factor * (self.left + 0.5) / self.at_risk for factor in self.hazard_factors(level))
        return label.known(value, min(low, value), min(high, 1.0), n=round(self.at_risk))


@dataclass(frozen=True)
class LifetimeValue:
    """Of n customers, money: the value and the ends of its interval, shape (n,) each."""

    value: Floats
    low: Floats
    high: Floats


def lifetime_values(
    staying: Staying, so_far: Floats, now: Floats, age: NDArray[np.int64], *, level: float = 0.9
) -> LifetimeValue:
    """Return what customers bring over their lives.

    Parameters
    ----------
    staying
        How long customers stay.
    so_far
        Shape (n,): the margin up to now, money.
    now
        Shape (n,): the margin a month, money; 0 for those who left.
    age
        Shape (n,): months since signing.
    level
        Coverage of the intervals.
    """
    low, high = staying.hazard_factors(level)
    few, middle, many = (staying.remaining(age, factor=each) for each in (high, 1.0, low))
    # A customer that costs more than it pays loses more the longer it stays.
    ends = np.sort(np.stack([so_far + now * few, so_far + now * many]), axis=0)
    return LifetimeValue(so_far + now * middle, ends[0], ends[1])
