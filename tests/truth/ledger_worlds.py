"""Books of simulated businesses, month by month, by laws that the forecast does not assume."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
WORLDS = ("steady", "mixed", "waves", "seasons", "drift", "large_stay")
"""What differs: nothing; customers' own chances to leave; yearly raises; arrivals by season; chances that wander;
large customers who stay longer."""
BEFORE, AHEAD = 36, 12


@dataclass(frozen=True)
class Business:
    """MRR at month-ends (T, n), minor units; age (T, n) in months, below 0 before the first bill; the world."""

    z: Ints
    age: Ints
    world: str


def draw_book(seed: int) -> Business:
    """Draw a business with `BEFORE` months of history, or fewer, and `AHEAD` months that are yet to come."""
    rng = np.random.default_rng(seed)
    world = WORLDS[seed % len(WORLDS)]
    months = int(rng.integers(18, BEFORE + 1)) + AHEAD
    arrivals = _arrivals(world, months, rng)
    first = np.concatenate([-rng.integers(1, 60, int(np.exp(rng.uniform(3.4, 6.2)))), _spread(arrivals)])
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
        leaves = here & (rng.random(n) < np.minimum(base * young * own * wander[month] * good[month], 0.5))
        alive &= ~leaves
        up, down = rng.random(n) < grow, rng.random(n) < shrink
        if month % 12 == wave:
            up |= rng.random(n) < 0.4
        level = np.where(here & up, level * np.exp(rng.exponential(step, n)), level)
        level = np.where(here & down & ~up, level * np.exp(-rng.exponential(0.3, n)), level)
        z[month] = np.where(alive & (first <= month), np.rint(level), 0)
    return Business(z, np.arange(months)[:, None] - first, world)


def _arrivals(world: str, months: int, rng: np.random.Generator) -> Ints:
    mean = np.exp(rng.uniform(0, 2.8)) * np.exp(rng.uniform(-0.01, 0.03) * np.arange(months))
    if world == "seasons":
        mean = mean * (1 + 0.4 * np.sin(2 * np.pi * (np.arange(months) + rng.integers(12)) / 12))
    return rng.poisson(mean * rng.gamma(8, 1 / 8, months))


def _spread(arrivals: Ints) -> Ints:
    return np.repeat(np.arange(arrivals.size), arrivals)
