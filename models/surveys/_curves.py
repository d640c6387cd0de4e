"""The four curves of the price sensitivity meter as they are drawn: shares of respondents by price."""

from __future__ import annotations

from typing import Literal

import numpy as np

from models.checks import Floats
from models.surveys._price_sensitivity import QUESTIONS, PriceSensitivity

_POINTS = 81
_FARTHEST = 0.98
"""The share of all answers that the drawn prices hold: a few answers far beyond would flatten the rest."""
_FALLING = 2  # too cheap and cheap fall with the price, the other two rise


def curves(answers: PriceSensitivity, *, inclusive: bool) -> list[dict[str, float]]:
    """Return one object a price: the share who find it too cheap, cheap, expensive and too expensive.

    Parameters
    ----------
    answers
        As they are counted, in order or not.
    inclusive
        Whether a price is cheap to whoever named it as cheap.

    Returns
    -------
    Prices from the lowest answer to the 98 % point of all; a question that nobody was asked has no share.
    """
    given = answers.prices[np.isfinite(answers.prices)]
    price = np.linspace(given.min(), np.quantile(given, _FARTHEST), _POINTS)
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
