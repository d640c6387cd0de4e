"""A comparison finds what care keeps though the large and the old get it, and does without where nobody is alike."""

from __future__ import annotations

import numpy as np
import pytest

from models.errors import InvalidInput, NotEstimable
from models.retention.comparison import kept_beyond, weights_of_alike

CARE = 0.10


def book(seed: int, n: int = 300) -> tuple[np.ndarray, ...]:
    """Large and old customers stay more often, and are looked after more often; care adds ten points to that."""
    rng = np.random.default_rng(seed)
    paid, age = np.exp(rng.normal(5, 0.8, n)), rng.integers(0, 36, n)
    lean = 0.8 * (np.log(paid) - 5) / 0.8 + (age >= 12)
    chosen = rng.random(n) < 1 / (1 + np.exp(-(lean - 0.7)))
    stays = 0.65 + 0.08 * np.clip((np.log(paid) - 5) / 0.8, -2, 1.5) + 0.08 * (age >= 12) + CARE * chosen
    pays = paid * (rng.random(n) < stays) * np.exp(rng.normal(0.02, 0.1, n))
    return paid, pays, chosen, age


def test_what_care_keeps_is_covered_at_its_level_and_a_plain_comparison_says_too_much():
    held, found, plain = [], [], []
    grown = np.exp(0.02 + 0.1**2 / 2)
    for seed in range(150):
        paid, pays, chosen, age = book(seed)
        beyond = kept_beyond(paid, pays, chosen, weights_of_alike(paid, chosen, age))
        held.append(beyond.low <= CARE * grown <= beyond.high)
        found.append(beyond.value)
        plain.append(pays[chosen].sum() / paid[chosen].sum() - pays[~chosen].sum() / paid[~chosen].sum())

    assert 0.84 <= np.mean(held) <= 0.99
    assert np.mean(found) == pytest.approx(CARE * grown, abs=0.02)
    assert np.mean(plain) > CARE * grown + 0.05


def test_weighed_others_are_as_large_and_as_old_as_those_who_are_looked_after():
    paid, _, chosen, age = book(1, 2_000)
    weights = weights_of_alike(paid, chosen, age)
    others = np.average(np.log(paid)[~chosen], weights=weights[~chosen])

    assert others == pytest.approx(np.log(paid)[chosen].mean(), abs=0.05)
    assert np.average(age[~chosen] >= 12, weights=weights[~chosen]) == pytest.approx(
        (age[chosen] >= 12).mean(), abs=0.05
    )


def test_where_nobody_moves_the_interval_is_no_point():
    paid, _, chosen, age = book(1)
    beyond = kept_beyond(paid, paid, chosen, weights_of_alike(paid, chosen, age))

    assert beyond.value == pytest.approx(0.0)
    assert beyond.low < -0.005
    assert beyond.high > 0.005


@pytest.mark.parametrize(("share", "reason"), [(0.0, "nobody_with"), (1.0, "nobody_without")])
def test_without_two_sides_there_is_nothing_to_compare(share: float, reason: str):
    paid, _, _, age = book(1)

    with pytest.raises(NotEstimable) as refusal:
        weights_of_alike(paid, np.full(paid.size, share > 0), age)
    assert refusal.value.reason == reason


def test_where_only_the_large_are_looked_after_nobody_is_alike():
    paid, _, _, age = book(1)
    large = np.exp(np.where(np.arange(300) < 100, 9.0, 3.0)) * paid

    with pytest.raises(NotEstimable) as refusal:
        weights_of_alike(np.concatenate([large, [large.max()]]), np.arange(301) < 100, np.append(age, 3))
    assert refusal.value.reason == "nobody_alike"


def test_who_paid_nothing_is_refused():
    with pytest.raises(InvalidInput, match="above 0"):
        weights_of_alike([0.0] * 40, [True] * 20 + [False] * 20, [1] * 40)
