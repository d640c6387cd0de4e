"""Books of simulated businesses, month by month, by laws that the forecast does not assume."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.retention.renewal_calendar import RenewalCalendar, situations

Ints = NDArray[np.int64]
WORLDS = ("steady", "mixed", "waves", "seasons", "drift", "large_stay", "annual", "half_annual")
"""What differs: nothing; customers' own chances to leave; yearly raises; arrivals by season; chances that wander;
large customers who stay longer; terms of a year for all, or for every other customer."""
TERM = 12
_BREAKS = 0.03
"""Of the chances to leave and to shrink what is left inside a term."""
BEFORE, AHEAD = 36, 12


@dataclass(frozen=True)
class Business:
    """MRR at month-ends (T, n), minor units; age (T, n), months, below 0 before the first bill; world; terms (n,)."""

    z: Ints
    age: Ints
    world: str
    term: Ints

    def calendar(self, past: int) -> RenewalCalendar | None:
        """Return what contracts say after so many months; None where there are none."""
        if not self.term.any():
            return None
        age, bound = self.age[:past], self.term > 0
        due = (age > 0) & (age % TERM == 0) & bound
        until = np.where(bound, TERM - np.maximum(age[-1], 0) % TERM, 0)
        return RenewalCalendar(situations(due, (age > 0) & bound, self.term), self.term, until)


def draw_book(seed: int) -> Business:
    """Draw a business with `BEFORE` months of history, or fewer, and `AHEAD` months that are yet to come."""
    rng = np.random.default_rng(seed)
    world = WORLDS[seed % len(WORLDS)]
    months = int(rng.integers(18, BEFORE + 1)) + AHEAD
    arrivals = _arrivals(world, months, rng)
    first = np.concatenate([-rng.integers(1, 60, int(np.exp(rng.uniform(3.4, 6.2)))), _spread(arrivals)])
    first, term = _terms(world, first, rng)
    n = first.size
    size = np.exp(rng.normal(9, rng.uniform(0.6, 1.8), n))
    own = np.ones(n)
    if world == "mixed":
        own = rng.gamma(1.0, 1.0, n)
        # Who has been there for long is of those who stay.
        own = np.where(first < 0, own / (1 - 0.02 * first * own), own)
    if world == "large_stay":
        own = np.exp(-0.25 * (np.log(size) - 9))
    base = np.exp(rng.uniform(np.log(0.004), np.log(0.035)))
    wander = np.exp(np.cumsum(rng.normal(0, 0.05, months))) if world == "drift" else np.ones(months)
    good = np.exp(rng.normal(0, 0.15, months))
    grow, shrink, step = rng.uniform(0.003, 0.05), rng.uniform(0.001, 0.015), rng.uniform(0.05, 0.4)
    wave = int(rng.integers(12)) if world == "waves" else -1
    z, level = np.zeros((months, n), dtype=np.int64), size.copy()
    alive = np.ones(n, dtype=bool)
    for month in range(months):
        here = alive & (first < month)
        young = 1 + 0.8 * np.exp(-(month - first) / 6)
        chance = np.minimum(base * young * own * wander[month] * good[month], 0.5)
        leaves = here & (rng.random(n) < _by_terms(chance, month - first, term))
        alive &= ~leaves
        up, down = rng.random(n) < grow, rng.random(n) < _by_terms(np.full(n, shrink), month - first, term)
        if month % 12 == wave:
            up |= rng.random(n) < 0.4
        level = np.where(here & up, level * np.exp(rng.exponential(step, n)), level)
        level = np.where(here & down & ~up, level * np.exp(-rng.exponential(0.3, n)), level)
        z[month] = np.where(alive & (first <= month), np.rint(level), 0)
    return Business(z, np.arange(months)[:, None] - first, world, term)


def _terms(world: str, first: Ints, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Return when customers came, those of long ago in some months of the year more than in others, and their terms."""
    if "annual" not in world:
        return first, np.zeros_like(first)
    bound = rng.random(first.size) < (1.0 if world == "annual" else 0.5)
    since = (
        -TERM * rng.integers(0, 5, first.size)
        - rng.choice(TERM, first.size, p=rng.dirichlet(np.full(TERM, 0.3)))
        - 1
    )
    return np.where((first < 0) & bound, since, first), np.where(bound, TERM, 0)


def _by_terms(chance: NDArray[np.float64], age: Ints, term: Ints) -> NDArray[np.float64]:
    """Return chances of a month (n,) of customers who are bound: a term's at its end, and little inside it."""
    bound = np.where(age % TERM == 0, 1 - (1 - chance) ** TERM, _BREAKS * chance)
    return np.where(term > 0, bound, chance)


def _arrivals(world: str, months: int, rng: np.random.Generator) -> Ints:
    mean = np.exp(rng.uniform(0, 2.8)) * np.exp(rng.uniform(-0.01, 0.03) * np.arange(months))
    if world == "seasons":
        mean = mean * (1 + 0.4 * np.sin(2 * np.pi * (np.arange(months) + rng.integers(12)) / 12))
    return rng.poisson(mean * rng.gamma(8, 1 / 8, months))


def _spread(arrivals: Ints) -> Ints:
    return np.repeat(np.arange(arrivals.size), arrivals)
