"""Crossings: intervals without draws are those of a bootstrap by customer."""

from __future__ import annotations

import numpy as np
import pytest

from models.estimate import Label
from models.resampling import bootstrap_weights
from models.surveys._crossings import Crossing, placed

LABEL = Label(unit="EUR/month")


def two_questions(seed: int, n: int) -> tuple[np.ndarray, np.ndarray]:
    level, gap = np.random.default_rng(seed).normal(size=(2, n))
    return np.exp(4 + 0.4 * level), np.exp(4.3 + 0.4 * level + 0.2 * gap)


def crossing_of(first: np.ndarray, second: np.ndarray) -> Crossing:
    prices, (one, other) = placed(np.stack([first, second]))
    return Crossing(prices, one, other)


@pytest.mark.parametrize("contacts", [1, 4])
def test_the_interval_is_that_of_a_bootstrap_by_customer(contacts):
    first, second = (np.repeat(each, contacts) for each in two_questions(0, 400))
    cluster = np.repeat(np.arange(400), contacts)
    crossing, once = crossing_of(first, second), np.ones(first.size)
    left, _ = crossing.stretch(once)

    estimate = crossing.estimate(once, cluster=cluster, value=left, label=LABEL)

    drawn = [crossing.stretch(w[cluster])[0] for w in bootstrap_weights(400, draws=2_000, seed=1)]
    low, high = np.quantile(drawn, [0.05, 0.95])
    assert np.log(estimate.high / estimate.low) == pytest.approx(np.log(high / low), rel=0.1)
    assert estimate.low == pytest.approx(low, rel=0.01)
    assert estimate.n == 400


def test_a_crossing_of_continuous_answers_is_the_median_of_both_questions():
    first, second = two_questions(1, 5_000)

    left, right = crossing_of(first, second).stretch(np.ones(5_000))

    assert left == right
    assert left == pytest.approx(np.median(np.r_[first, second]), rel=1e-3)


def test_five_who_agree_are_not_certain():
    first, second = np.array([10.0, 11, 12, 13, 14]), np.array([20.0, 21, 22, 23, 24])
    crossing = crossing_of(first, second)

    estimate = crossing.estimate(np.ones(5), cluster=np.arange(5), value=14.0, label=LABEL)

    assert estimate.low < 14 < estimate.high


def test_two_customers_cannot_exclude_any_price():
    first, second = two_questions(2, 2)
    crossing = crossing_of(first, second)

    estimate = crossing.estimate(np.ones(2), cluster=np.arange(2), value=first[0], label=LABEL)

    assert estimate.reason == "insufficient_customers"


def test_an_answer_that_includes_its_price_counts_one_price_further_on():
    prices, ten, twenty = np.array([10.0, 15, 20, 25]), np.full(5, 0), np.full(5, 2)

    at = Crossing(prices, ten, twenty).stretch(np.ones(5))
    above = Crossing(prices, ten + 1, twenty).stretch(np.ones(5))

    assert at == (10.0, 15.0)
    assert above == (15.0, 15.0)
