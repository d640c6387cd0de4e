"""Interval-censored answers to try fits on."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from models.censored.intervals import Intervals
from models.checks import Floats


def between(most: Floats, prices: Floats, **more: Floats) -> Intervals:
    """Everybody's willingness is known between two neighbouring prices."""
    edges = np.concatenate([[0.0], prices, [np.inf]])
    cell = np.searchsorted(prices, most, "right")
    n = most.size
    return Intervals(
        lower=edges[cell], upper=edges[cell + 1],
        **({"weight": np.ones(n), "cluster": np.arange(n)} | more),
    )  # fmt: skip


def scattered(seed: int, n: int, *, pull: float = 0.0, shift: float = 0.0) -> Intervals:
    """Log-normal willingness around 10, asked twice around a first price of one's own."""
    rng = np.random.default_rng(seed)
    most, first = 10 * np.exp(0.6 * rng.standard_normal(n)), 10 * np.exp(0.5 * rng.standard_normal(n))
    later = np.where(most >= first, first * 1.6, first / 1.6)
    yes = most ** (1 - pull) * first**pull * np.exp(shift) >= later
    lower = np.where(most >= first, np.where(yes, later, first), np.where(yes, later, 0.0))
    upper = np.where(most >= first, np.where(yes, np.inf, later), np.where(yes, first, later))
    return Intervals(lower=lower, upper=upper, weight=np.ones(n), cluster=np.arange(n), anchor=first)


def in_order(intervals: Intervals, order: np.ndarray) -> Intervals:
    """The same answers in another order."""
    anchor = None if intervals.anchor is None else intervals.anchor[order]
    return Intervals(
        lower=intervals.lower[order], upper=intervals.upper[order], weight=intervals.weight[order],
        cluster=intervals.cluster[order], anchor=anchor,
    )  # fmt: skip


def in_currency(intervals: Intervals, rate: float) -> Intervals:
    """The same answers in another currency."""
    anchor = None if intervals.anchor is None else intervals.anchor * rate
    return replace(intervals, lower=intervals.lower * rate, upper=intervals.upper * rate, anchor=anchor)
