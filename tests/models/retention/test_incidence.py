"""Aalen-Johansen: by hand, against survival, by simulation, and never claiming that what was not seen cannot be."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.errors import InvalidInput
from models.retention.incidence import incidence
from models.retention.survival import survival

CHURN, CONTRACT = 0.04, 0.02


def draw(seed: int, n: int = 80) -> tuple[np.ndarray, np.ndarray]:
    """Customers who churn at 4 % a month and contract at 2 %, observed for up to 24 months."""
    rng = np.random.default_rng(seed)
    life, end = rng.geometric(CHURN + CONTRACT, n), rng.integers(1, 25, n)
    kind = np.where(rng.random(n) < CHURN / (CHURN + CONTRACT), 1, 2)
    return np.minimum(life, end), np.where(life <= end, kind, 0)


def test_a_case_by_hand():
    """Months 1 to 3 with 5, 4 and 2 at risk: S before them 1, 4/5 and 4/5 × 3/4 = 3/5."""
    ways = incidence([1, 2, 2, 3, 3], [1, 2, 0, 2, 0], kinds=2)

    np.testing.assert_allclose(ways.share[:, 0], [0, 1 / 5, 1 / 5, 1 / 5])
    np.testing.assert_allclose(ways.share[:, 1], [0, 0, 1 / 5, 1 / 5 + 3 / 5 / 2])


def test_without_early_exits_shares_and_bands_are_binomial():
    ways = incidence(np.repeat([3, 5, 9], [20, 10, 70]), np.repeat([1, 2, 0], [20, 10, 70]), kinds=2)

    churned = ways.at(9, 1)
    reach = 1.6449 * np.sqrt(0.2 * 0.8 / 100) / (0.8 * -np.log(0.8))
    assert churned.value == pytest.approx(0.2)
    assert churned.low == pytest.approx(1 - 0.8 ** np.exp(-reach), abs=1e-5)
    assert churned.high == pytest.approx(1 - 0.8 ** np.exp(reach), abs=1e-5)


def test_with_one_way_to_end_it_is_one_minus_kaplan_meier_and_its_band():
    stays, ended = draw(5)
    ended = (ended > 0).astype(int)

    ways, stay = incidence(stays, ended, kinds=1), survival(stays, ended > 0)

    np.testing.assert_allclose(ways.share[:, 0], 1 - stay.share, atol=1e-12)
    np.testing.assert_allclose(ways.high[1:, 0], 1 - stay.low[1:], atol=1e-12)
    np.testing.assert_allclose(ways.low[:, 0], 1 - stay.high, atol=1e-12)


@given(st.integers(0, 10_000))
def test_the_ways_add_up_to_those_who_are_no_longer_there(seed):
    stays, ended = draw(seed)

    ways = incidence(stays, ended, kinds=2)

    np.testing.assert_allclose(ways.share.sum(axis=1), 1 - survival(stays, ended > 0).share, atol=1e-12)
    assert (np.diff(ways.share, axis=0) >= 0).all()
    assert (ways.low <= ways.share).all()
    assert (ways.share <= ways.high).all()


@given(st.integers(0, 10_000))
def test_twice_the_customers_say_the_same_more_surely(seed):
    stays, ended = draw(seed)

    once = incidence(stays, ended, kinds=2)
    twice = incidence(np.tile(stays, 2), np.tile(ended, 2), kinds=2)

    np.testing.assert_allclose(once.share, twice.share)
    assert (twice.high - twice.low <= once.high - once.low + 1e-12).all()


def test_late_entry_leaves_the_shares_unbiased():
    rng = np.random.default_rng(2)
    life, began = rng.geometric(CHURN + CONTRACT, 60_000), rng.integers(0, 20, 60_000)
    kind = np.where(rng.random(60_000) < 2 / 3, 1, 2)
    seen = life > began

    ways = incidence(life[seen], kind[seen], kinds=2, entry=began[seen])

    assert ways.at(12, 1).value == pytest.approx((1 - 0.94**12) * 2 / 3, abs=0.01)


def test_bands_cover_the_truth_at_their_level():
    truth, held = (1 - 0.94**12) / 3, []
    for seed in range(400):
        found = incidence(*draw(seed, n=100), kinds=2).at(12, 2)
        held.append(found.low <= truth <= found.high)

    assert 0.86 <= np.mean(held) <= 0.94


def test_what_was_not_seen_may_still_happen():
    ways = incidence([5] * 20, [1] * 3 + [0] * 17, kinds=2)

    never = ways.at(5, 2)
    assert never.value == 0
    assert never.high == pytest.approx(1 - 0.05 ** (1 / 20))


def test_beyond_observation_and_unknown_kinds_are_told():
    ways = incidence([5, 5], [1, 0], kinds=2)

    assert ways.at(6, 1).reason == "beyond_observation"
    with pytest.raises(InvalidInput, match="kind from 1 to 2"):
        ways.at(3, 3)
