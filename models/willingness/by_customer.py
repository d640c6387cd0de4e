"""What each customer would pay for one unit: draws that share what is uncertain of everybody.

Notation
--------
m, s : median and spread of log willingness over customers, both uncertain: one draw of them holds for all
x : (n,) log worth of one unit to a customer, less its median; 0 where nothing is known of it      σ_x : its scale
b : (n,) what a customer pays for one unit today; 0 where it pays nothing      ι : inertia (`inertia`)

    log ω = m + β x + τ Z,   β = min(1, 0.95 s ÷ σ_x),   τ² = s² - β² σ_x²,   given that ω exp(ι) ≥ b

Willingness is a share of worth, and so follows it one for one as far as its own spread allows; the rest of the
spread is the customer's own. Who pays a price today shows that it is not above what it would pay, up to inertia.

A draw of somebody like each customer can stand for all who may come: Z is then spread evenly, the k-th along some order
at the share frac(k φ + U) of the normal distribution (Kronecker's sequence by the golden section φ, U new in each
draw). What they bring together then varies with m and s alone, and not with who happens to come.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import special

from models.checks import Floats, vector
from models.errors import InvalidInput
from models.estimate import Estimate
from models.order_statistics import ascending
from models.willingness.beliefs import Belief
from models.willingness.inertia import INERTIA

_AT_MOST = 0.95
"""Of the spread, what worth may explain: some of it is always the customer's own."""
_GOLDEN = (5**0.5 - 1) / 2
"""φ: its multiples fill the unit interval more evenly than those of any other number (Niederreiter 1992, §3.1)."""


@dataclass(frozen=True)
class Population:
    """What is known of everybody.

    Parameters
    ----------
    willingness
        Of the median customer, money per unit.
    spread
        The standard deviation of log willingness over customers.
    correlation
        Of the doubts about the two.
    """

    willingness: Estimate
    spread: Estimate
    correlation: float = 0.0


@dataclass(frozen=True, eq=False)
class CommonDraws:
    """What is uncertain of everybody: one row a draw, shared by all customers.

    Parameters
    ----------
    middle, slope, own, inertia
        Shape (draws, 1): m, β, τ and ι.
    x
        Shape (n,).
    """

    middle: Floats
    slope: Floats
    own: Floats
    inertia: Floats
    x: Floats

    @property
    def centre(self) -> Floats:
        """Return m + β x, shape (draws, n)."""
        centre: Floats = self.middle + self.slope * self.x
        return centre

    def least(self, price: Floats) -> Floats:
        """Return the least Z with which each customer still pays a price for a unit (n,): shape (draws, n)."""
        with np.errstate(divide="ignore"):
            least: Floats = (np.log(price) - self.inertia - self.centre) / self.own
        return least

    def only(self, chosen: NDArray[np.intp]) -> CommonDraws:
        """Return the same draws for the customers at these places alone."""
        return replace(self, x=self.x[chosen])


def draw_by_customer(
    population: Population,
    *,
    log_worth: Floats,
    paid: Floats,
    draws: int,
    seed: int = 0,
    evenly_by: Floats | None = None,
) -> Floats:
    """Draw what each customer would pay for one unit, shape (draws, n), money per unit.

    Parameters
    ----------
    population
        What is known of everybody; both estimates known.
    log_worth
        Shape (n,): log worth of one unit, NaN where nothing is known of it.
    paid
        Shape (n,): what a unit costs the customer today, ≥ 0; 0 where it is no customer.
    draws
        How many; each has its own median and spread, shared by all customers.
    seed
        Of the draws.
    evenly_by
        Shape (n,), a size of each customer: in each draw Z is spread evenly along its order. None: each its own.

    Raises
    ------
    InvalidInput
        If an estimate is unknown or not positive, or a price is negative.

    Examples
    --------
    >>> median = Estimate(value=10.0, low=9.9, high=10.1, level=0.9, n=80, unit="EUR/posting")
    >>> spread = Estimate(value=0.5, low=0.49, high=0.51, level=0.9, n=80, unit="log")
    >>> both = Population(median, spread)
    >>> drawn = draw_by_customer(both, log_worth=np.zeros(2), paid=np.array([0.0, 20.0]), draws=2000)
    >>> np.median(drawn, axis=0).round(1)
    array([10. , 21.7])
    """
    paid = vector("paid", paid, n=log_worth.size, low=0)
    rng = np.random.default_rng(seed)
    common = draw_common(population, log_worth=log_worth, draws=draws, rng=rng)
    least = common.least(paid)
    # Sampled from the upper tail, whose digits survive where a customer pays far more than others would.
    above = special.ndtr(-least)
    share = rng.uniform(1e-12, 1.0, above.shape) if evenly_by is None else _even(evenly_by, draws, rng)
    z = -special.ndtri(np.maximum(above * share, 1e-300))
    drawn: Floats = np.exp(common.centre + common.own * z)
    return drawn


def draw_common(
    population: Population, *, log_worth: Floats, draws: int, rng: np.random.Generator
) -> CommonDraws:
    """Draw what is uncertain of everybody.

    Parameters
    ----------
    population
        What is known of everybody; both estimates known.
    log_worth
        Shape (n,): log worth of one unit, NaN where nothing is known of it.
    draws
        How many.
    rng
        Of the draws.

    Raises
    ------
    InvalidInput
        If an estimate is unknown or not positive.
    """
    middle = Belief.of(population.willingness, name="willingness")
    scale, correlation = Belief.of(population.spread, name="the spread"), population.correlation
    if draws < 1 or not -1 <= correlation <= 1:
        raise InvalidInput(f"needs draws ≥ 1 and a correlation in [-1, 1], got {draws} and {correlation}")
    # Common shocks are spread evenly: a few draws already show how wide they are.
    shocks = special.ndtri((np.array([rng.permutation(draws) for _ in range(3)]) + 0.5) / draws)
    m = middle.mean + middle.sd * shocks[0]
    s = np.exp(scale.mean + scale.sd * (correlation * shocks[0] + np.sqrt(1 - correlation**2) * shocks[1]))
    inertia = INERTIA.mean + INERTIA.sd * shocks[2]
    x = _centred(log_worth)
    sigma = float(x[np.isfinite(log_worth)].std()) if np.isfinite(log_worth).any() else 0.0
    slope = np.minimum(1.0, _AT_MOST * s / sigma) if sigma > 0 else np.zeros(draws)
    own = np.sqrt(s**2 - (slope * sigma) ** 2)
    return CommonDraws(m[:, None], slope[:, None], own[:, None], inertia[:, None], x)


def _even(size: Floats, draws: int, rng: np.random.Generator) -> Floats:
    """Return shares of a distribution, shape (draws, n), that neighbours by size spread evenly in each draw."""
    rank = np.empty(size.size)
    rank[ascending(size)] = np.arange(size.size)
    return np.maximum((rank * _GOLDEN + rng.uniform(size=(draws, 1))) % 1.0, 1e-12)


def _centred(log_worth: Floats) -> Floats:
    known = np.isfinite(log_worth)
    if not known.any():
        return np.zeros(log_worth.shape)
    return np.where(known, log_worth - float(np.median(log_worth[known])), 0.0)
