"""Customers who buy when they want, drawn step by step from known laws: a past that is seen, and the year after."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.purchases.gamma_gamma import Spends
from models.purchases.histories import Histories

WEEKS = 52
MOST = 400
"""Purchases of one customer that are drawn at most."""


@dataclass(frozen=True)
class Past:
    """What was seen of customers until today, and what they did in the year after."""

    histories: Histories
    spends: Spends
    active: int
    purchases: int
    money: float


@dataclass(frozen=True)
class World:
    """How customers buy and leave.

    Parameters
    ----------
    leaving
        ``after_again`` (after each repeat purchase, with a chance from Beta(a, b)), ``after_any`` (the first included),
        ``unseen`` (at a pace from Gamma(s, β weeks)), ``monthly`` (before a month, at most one purchase in each).
    buys, leaves
        Parameters of both; weeks, or months where `leaving` is monthly.
    seen
        Customers came in between so many and two weeks (or months) ago, evenly.
    """

    leaving: str
    buys: tuple[float, float]
    leaves: tuple[float, float]
    seen: float
    spend: tuple[float, float, float] = (4.0, 4.0, 300.0)

    @property
    def year(self) -> float:
        """A year in the world's unit of time."""
        return 12.0 if self.leaving == "monthly" else float(WEEKS)

    def draw(self, rng: np.random.Generator, n: int) -> Past:
        """Draw a past and its year."""
        seen = rng.uniform(2, self.seen, n)
        if self.leaving == "monthly":
            seen = np.floor(seen)
        times, leaves = self.lives(rng, n)
        kept = (times < leaves[:, None]) & (times <= (seen + self.year)[:, None])
        before, after = kept & (times <= seen[:, None]), kept & (times > seen[:, None])
        x, y = before.sum(axis=1), after.sum(axis=1)
        latest = np.where(x > 0, times[np.arange(n), x - 1], 0.0)
        p, q, v = self.spend
        rate = rng.gamma(q, 1 / v, n)
        spent = rng.gamma(p * (x + 1)) / rate
        money = float((rng.gamma(p * np.maximum(y, 1)) / rate * (y > 0)).sum())
        active = leaves > seen + (1 if self.leaving == "monthly" else 0)
        return Past(
            Histories.of_customers(x, latest, seen), Spends.of_customers(x + 1, spent / (x + 1)),
            int(active.sum()), int(y.sum()), money,
        )  # fmt: skip

    def lives(self, rng: np.random.Generator, n: int) -> tuple[np.ndarray, np.ndarray]:
        """Draw when each would buy again, (n, MOST), rising, and when it leaves, (n,): it buys before, not then."""
        first, second = self.leaves
        if self.leaving == "monthly":
            buys = rng.random((n, MOST)) < rng.beta(*self.buys, n)[:, None]
            times = np.sort(np.where(buys, np.arange(1.0, MOST + 1), np.inf), axis=1)
            return times, rng.geometric(np.maximum(rng.beta(first, second, n), 1e-9)).astype(float)
        pace = np.maximum(rng.gamma(self.buys[0], 1 / self.buys[1], n), 1e-12)
        times = np.cumsum(rng.exponential(1.0, (n, MOST)), axis=1) / pace[:, None]
        if self.leaving == "unseen":
            return times, rng.exponential(1.0, n) / np.maximum(rng.gamma(first, 1 / second, n), 1e-12)
        last = rng.geometric(np.maximum(rng.beta(first, second, n), 1e-9)) - (self.leaving == "after_any")
        # Gone at once after its last purchase, which is still made.
        gone = np.where(last > 0, times[np.arange(n), np.clip(last, 1, MOST) - 1], 0.0)
        return times, np.where(last >= MOST, np.inf, np.nextafter(gone, np.inf))

    def worth_of_new(self, ahead: float, discount: float, *, n: int = 400_000) -> float:
        """Return what a new customer spends on average in the time ahead, its first purchase included."""
        rng = np.random.default_rng(1)
        total = 0.0
        for _ in range(n // 4_000):
            times, leaves = self.lives(rng, 4_000)
            kept = times < np.minimum(leaves, ahead + 1e-9)[:, None]
            total += float(np.where(kept, (1 + discount) ** -np.where(kept, times, 0.0), 0.0).sum())
        p, q, v = self.spend
        return (1 + total / n) * p * v / (q - 1)
