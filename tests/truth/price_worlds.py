"""Worlds of respondents with known price points: how they answer, and what is true of all of them.

No formula is shared with the estimators: truth is computed on a million respondents by sorting and interpolation.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
POPULATION = 1_000_000
SHARES = np.array([0.0, 0.1, 0.3, 0.5, 0.7])  # of intents 1 … 5
COST = 40.0
PAIRS = {"pmc": (0, 1), "opp": (0, 3), "idp": (1, 2), "pme": (2, 3)}
WORLDS = {"even": (0.5, 0.35, 2.0), "skewed": (0.7, 0.45, 1.5), "two kinds": (0.35, 0.35, 2.0)}


@dataclass(frozen=True)
class Drawn:
    """Answers in order of shape (n, 4), and intents of shape (n, 2)."""

    prices: Floats
    intents: Floats


def draw(world: str, rng: np.random.Generator, n: int, *, levels: Floats | None = None) -> Drawn:
    """Draw n respondents; `levels` of shape (n,), standard normal, replaces their own level of price."""
    spread, gap, shape = WORLDS[world]
    middle = np.log(100) + spread * (rng.normal(size=n) if levels is None else levels)
    if world == "two kinds":
        middle = middle + np.log(2.2) * (rng.random(n) < 0.35)
    gaps = gap * rng.gamma(shape, 1 / shape, (n, 3))
    low = middle - gaps[:, 1] / 2
    high = middle + gaps[:, 1] / 2
    logs = np.column_stack([low - gaps[:, 0], low, high, high + 0.85 * gaps[:, 2]])
    keen = rng.normal(size=n)
    cheap = np.clip(np.round(3.9 + 0.7 * keen + 0.5 * rng.normal(size=n)), 1, 5)
    expensive = np.clip(np.round(2.4 + 0.8 * keen + 0.6 * rng.normal(size=n)), 1, 5)
    return Drawn(np.exp(logs), np.column_stack([cheap, np.minimum(cheap, expensive)]))


def heaped(prices: Floats) -> Floats:
    """Round as people do: to whole fives below 100, to tens above."""
    step = np.where(prices < 100, 5.0, 10.0)
    return np.maximum(np.round(prices / step) * step, 1.0)


@cache
def truth(world: str) -> dict[str, float]:
    """Return the points, the optima and the share at the best price by revenue of all respondents."""
    everybody = draw(world, np.random.default_rng(0), POPULATION)
    prices = everybody.prices
    found = {name: float(np.median(prices[:, list(pair)])) for name, pair in PAIRS.items()}
    found["typical"] = float(np.median(np.sqrt(prices[:, 2] * prices[:, 3])))
    x = np.linspace(np.log(60), np.log(330), 100)
    considered = [np.mean((prices[:, 0] <= p) & (p < prices[:, 3])) for p in np.exp(x)]
    bought = _bought(everybody, np.exp(x))
    found["considered"] = _top(x, np.array(considered))
    found["reach"] = _top(x, bought)
    found["revenue"] = _top(x, bought * np.exp(x))
    found["profit"] = _top(x, bought * (np.exp(x) - COST))
    found["share"] = float(np.interp(np.log(found["revenue"]), x, bought))
    return found


@cache
def heaped_truth(world: str) -> dict[str, float]:
    """Return the points of everybody's rounded answers: where the curves, joined by lines, cross (inclusive)."""
    prices = heaped(draw(world, np.random.default_rng(0), POPULATION).prices)
    at = np.unique(prices)
    found = {}
    for name, pair in PAIRS.items():
        below = [
            np.searchsorted(np.sort(prices[:, question]), at, side="left" if question < 2 else "right")
            for question in pair
        ]
        found[name] = float(np.interp(POPULATION, below[0] + below[1], at))
    return found


def _bought(everybody: Drawn, at: Floats) -> Floats:
    """Return the mean chance to buy at each price, respondent by respondent."""
    cheap, expensive = SHARES[everybody.intents.astype(int) - 1].T
    zero = np.zeros_like(cheap)
    ends = [zero, cheap, expensive, zero]
    means = np.zeros(at.size)
    for k, p in enumerate(at):
        for j in range(3):
            start, end = everybody.prices[:, j], everybody.prices[:, j + 1]
            here = (start <= p) & (p < end)
            along = (p - start[here]) / (end[here] - start[here])
            means[k] += np.sum(ends[j][here] * (1 - along) + ends[j + 1][here] * along)
    return means / POPULATION


def _top(x: Floats, curve: Floats) -> float:
    """Return the price at the top of a curve, by a polynomial through the points around it."""
    k = int(curve.argmax())
    near = slice(max(k - 9, 0), k + 10)
    polynomial = np.polynomial.Polynomial.fit(x[near], curve[near], 5)
    fine = np.linspace(x[near][0], x[near][-1], 20_001)
    return float(np.exp(fine[np.argmax(polynomial(fine))]))
