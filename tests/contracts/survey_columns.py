"""Answers to every kind of survey as the decisions hand them over, drawn from known willingness to pay."""

from __future__ import annotations

from typing import Any

import numpy as np

from models.surveys._base import Columns

Rng = np.random.Generator


def columns_of(table: str, *, n: int = 60, seed: int = 1, median: float = 30.0) -> dict[str, Any]:
    """The rows of `n` respondents, two of whom stand for one customer; log willingness has a scale of 0.4."""
    rng = np.random.default_rng(seed)
    willing = median * np.exp(rng.normal(0, 0.4, n))
    return {
        "price_sensitivity": _price_sensitivity,
        "purchase_intent": _purchase_intent,
        "choices": _choices,
        "worth_checks": _worth_checks,
    }[table](willing, rng)


def rescaled(columns: Columns, factor: float) -> dict[str, Any]:
    """The same answers in another currency."""
    money = {"too_cheap", "cheap", "expensive", "too_expensive", "price", "estimate", "stated"}
    return {name: values * factor if name in money else values for name, values in columns.items()}


def without_rows(columns: Columns) -> dict[str, Any]:
    """The same table when nobody has answered."""
    return {name: values[:0] for name, values in columns.items()}


def _who(n: int, *, each: int = 1) -> dict[str, Any]:
    ids = np.array([f"r{at:04d}" for at in range(n)], dtype=object)
    customers = np.array([None if at % 3 == 0 else f"c{at // 2:04d}" for at in range(n)], dtype=object)
    return {
        "respondent_id": np.repeat(ids, each),
        "customer_id": np.repeat(customers, each),
        "weight": np.full(n * each, np.nan),
        "item": np.full(n * each, "postings", dtype=object),
    }


def _price_sensitivity(willing: np.ndarray, rng: Rng) -> dict[str, Any]:
    n = willing.size
    steps = np.cumsum(np.exp(rng.normal(-1.2, 0.3, (n, 4))), axis=1)
    prices = willing[:, None] * np.exp(steps - steps[:, [2]])
    names = ("too_cheap", "cheap", "expensive", "too_expensive")
    answers = {name: prices[:, at].round(2) for at, name in enumerate(names)}
    intents = {"intent_cheap": rng.integers(3, 6, n), "intent_expensive": rng.integers(1, 4, n)}
    return _who(n) | answers | {name: value.astype(float) for name, value in intents.items()}


def _purchase_intent(willing: np.ndarray, rng: Rng) -> dict[str, Any]:
    ladder = np.array([12.0, 20.0, 28.0, 36.0, 48.0, 60.0])
    n, each = willing.size, ladder.size
    order = np.argsort(rng.random((n, each)), axis=1) + 1.0
    return _who(n, each=each) | {
        "price": np.tile(ladder, n),
        "intent": (willing[:, None] >= ladder).astype(float).ravel(),
        "scale": np.full(n * each, "binary", dtype=object),
        "order": order.ravel(),
    }


def _choices(willing: np.ndarray, rng: Rng, *, tasks: int = 8) -> dict[str, Any]:
    n, sold = willing.size, 3
    price = rng.choice([15.0, 25.0, 40.0], (n, tasks, sold))
    support = rng.choice(["basic", "premium"], (n, tasks, sold))
    seats = rng.choice([1.0, 2.0], (n, tasks, sold))
    value = (willing[:, None, None] - price) / 6 + (support == "premium") + 0.5 * seats
    utility = np.concatenate([value, np.zeros((n, tasks, 1))], axis=2)
    best = np.argmax(utility + rng.gumbel(size=utility.shape), axis=2)
    chosen = (np.arange(sold + 1) == best[:, :, None]).astype(float)
    none = np.full((n, tasks, 1), np.nan)
    names = np.array(["a", "b", "c", "none"], dtype=object)
    return _who(n, each=tasks * (sold + 1)) | {
        "task": np.tile(np.repeat([f"t{at}" for at in range(tasks)], sold + 1).astype(object), n),
        "alternative": np.tile(names, n * tasks),
        "chosen": chosen.ravel(),
        "price": np.concatenate([price, none], axis=2).ravel(),
        "seats": np.concatenate([seats, none], axis=2).ravel(),
        "support": np.concatenate([support.astype(object), np.full((n, tasks, 1), None)], axis=2).ravel(),
    }


def _worth_checks(willing: np.ndarray, rng: Rng) -> dict[str, Any]:
    n = willing.size
    shown = willing.mean() * np.exp(rng.normal(0, 0.4, n))
    verdict = np.where(
        shown > 1.1 * willing, "too_high", np.where(shown < willing / 1.1, "too_low", "accurate")
    )
    who = _who(n)
    del who["item"]
    return who | {
        "metric": np.full(n, "postings", dtype=object),
        "estimate": shown.round(2),
        "verdict": verdict.astype(object),
        "stated": np.where(rng.random(n) < 0.3, willing.round(2), np.nan),
    }
