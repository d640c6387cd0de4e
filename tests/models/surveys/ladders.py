"""Simulated and written-out answers to ladders of prices."""

from __future__ import annotations

import numpy as np

from models.checks import Floats
from models.surveys._ladders import GaborGrangerAnswers

GOLDEN_MOST = np.array([10.0, 20, 20, 30, 30, 30, 40, 40, 50, 60])
GOLDEN_PRICES = np.arange(10.0, 70, 10)


def names(n: int) -> list[str]:
    return [f"r{i:04d}" for i in range(n)]


def full_ladder(most: Floats, prices: Floats, **columns: Floats) -> GaborGrangerAnswers:
    """Everybody is asked every price and says yes up to the most that he would pay."""
    n, q = most.size, prices.size
    repeated = {name: np.repeat(values, q) for name, values in columns.items()}
    return GaborGrangerAnswers.of(
        {
            "respondent_id": np.repeat(np.array(names(n), dtype=object), q),
            "price": np.tile(prices, n),
            "intent": (np.tile(prices, n) <= np.repeat(most, q)).astype(float),
            **repeated,
        }
    )


def two_bounds(
    most: Floats, first: Floats, *, factor: float = 1.8, pull: float = 0.0, shift: float = 0.0
) -> GaborGrangerAnswers:
    """Ask `first`, then more after a yes and less after a no; willingness behind later answers is moved."""
    later = np.where(most >= first, first * factor, first / factor)
    then = most ** (1 - pull) * first**pull * (1 + shift)
    n = most.size
    price = np.column_stack([first, later])
    order = np.argsort(price, axis=1)
    take = np.arange(n)[:, None], order
    yes = np.column_stack([most >= first, then >= later]).astype(float)
    return GaborGrangerAnswers.of(
        {
            "respondent_id": np.repeat(np.array(names(n), dtype=object), 2),
            "price": price[take].ravel(),
            "intent": yes[take].ravel(),
            "order": (order + 1.0).ravel(),
        }
    )


def from_rows(rows: list[tuple[str, float, float]], **columns: list[object]) -> GaborGrangerAnswers:
    """Write out (respondent, price, intent)."""
    who, price, intent = zip(*rows, strict=True)
    more = {name: np.array(values, dtype=object if name in {"scale", "customer_id"} else float)
            for name, values in columns.items()}  # fmt: skip
    return GaborGrangerAnswers.of(
        {"respondent_id": np.array(who, dtype=object), "price": np.array(price, dtype=float),
         "intent": np.array(intent, dtype=float), **more}
    )  # fmt: skip
