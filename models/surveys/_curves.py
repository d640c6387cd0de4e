"""The four curves of the price sensitivity meter as they are drawn: shares of respondents by price."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import numpy as np

from models.checks import Floats
from models.estimate import Estimate
from models.surveys._price_sensitivity import QUESTIONS, PriceSensitivity

_POINTS = 81
_FARTHEST = 0.98
"""The share of all answers that the drawn prices hold at most: a few answers far beyond would flatten the rest."""
_BEYOND = 2.0
"""Prices are drawn up to so many times the highest point: round answers far beyond it are many, and decide nothing."""
_FALLING = 2  # too cheap and cheap fall with the price, the other two rise


def curves(
    answers: PriceSensitivity, *, inclusive: bool, points: Iterable[Estimate] = ()
) -> list[dict[str, float]]:
    """Return one object a price: the share who find it too cheap, cheap, expensive and too expensive.

    Parameters
    ----------
    answers
        As they are counted, in order or not.
    inclusive
        Whether a price is cheap to whoever named it as cheap.
    points
        Where the curves cross; what is known of them, intervals included, is in the picture.

    Returns
    -------
    Prices from the lowest answer to the 98 % point of all, or to twice the highest point where that is nearer; a
    question that nobody was asked has no share.
    """
    given = answers.prices[np.isfinite(answers.prices)]
    end = float(np.quantile(given, _FARTHEST))
    crossed = [(each.value, each.high) for each in points if each.value is not None and each.high is not None]
    if crossed:
        end = min(end, max(max(_BEYOND * value, high) for value, high in crossed))
    # A point lies on the straight line between the answered prices around it: no other price is drawn there.
    answered, there = np.unique(given), np.array([value for value, _ in crossed])
    below_point = answered[np.maximum(np.searchsorted(answered, there, "right") - 1, 0)]
    above_point = answered[np.minimum(np.searchsorted(answered, there), answered.size - 1)]
    grid = np.linspace(given.min(), max(end, given.min()), _POINTS)
    between = (grid[:, None] > below_point) & (grid[:, None] < above_point)
    price = np.union1d(grid[~between.any(axis=1)], np.append(below_point, above_point))
    shares: dict[str, Floats] = {"price": price}
    for at, question in enumerate(QUESTIONS):
        asked = np.isfinite(answers.prices[:, at])
        weights = answers.weights[asked]
        if not weights.sum() > 0:
            continue
        order = np.argsort(answers.prices[asked, at], kind="stable")
        below = np.concatenate([[0.0], np.cumsum(weights[order])]) / weights.sum()
        falls = at < _FALLING
        side: Literal["left", "right"] = "left" if falls and inclusive else "right"
        reached = below[np.searchsorted(answers.prices[asked, at][order], price, side=side)]
        shares[question] = np.clip(1 - reached if falls else reached, 0.0, 1.0)
    names = list(shares)
    return [dict(zip(names, map(float, row), strict=True)) for row in zip(*shares.values(), strict=True)]
