"""Calibrating intents: shares fall with the intent and follow realised purchases."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.errors import InvalidInput, NotEstimable
from models.surveys._intent_calibration import CONVENTION, calibrate_intents

TRUTH = np.array([0.45, 0.25, 0.12, 0.06, 0.02])  # from intent 5 down


def pairs(seed: int, n: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    intent = rng.integers(1, 6, n).astype(float)
    return intent, rng.random(n) < TRUTH[(5 - intent).astype(int)]


def test_many_purchases_outweigh_the_convention():
    assert calibrate_intents(*pairs(0, 50_000)).shares == pytest.approx(TRUTH, abs=0.02)


def test_few_purchases_leave_most_of_the_convention():
    two = calibrate_intents(np.array([5.0, 3.0]), np.array([True, False]))

    assert np.abs(np.array(two.shares) - CONVENTION).max() < 0.12


@settings(max_examples=40)
@given(st.integers(0, 10_000), st.integers(1, 60))
def test_a_higher_intent_never_buys_less(seed, n):
    found = calibrate_intents(*pairs(seed, n))

    assert np.all(np.diff(found.shares) <= 1e-12)
    assert all(each.low <= each.value <= each.high for each in found.estimates)
    assert sum(each.n for each in found.estimates) == n


def test_nine_in_ten_intervals_hold_the_truth():
    hits = [
        [each.low <= truth <= each.high for each, truth in zip(found.estimates, TRUTH, strict=True)]
        for found in (calibrate_intents(*pairs(seed, 400), seed=seed) for seed in range(150))
    ]

    assert 0.84 <= np.mean(hits) <= 0.96


def test_all_pairs_of_one_customer_count_as_one():
    said, did = np.array([5.0, 3.0, 1.0]), np.array([True, False, False])
    thrice = calibrate_intents(
        np.repeat(said, 3), np.repeat(did, 3), cluster=np.repeat(np.arange(3), 3), seed=4
    )

    once = calibrate_intents(said, did, seed=4)

    assert thrice.shares == pytest.approx(once.shares)
    assert thrice.clusters == once.clusters == 3
    assert [each.n for each in thrice.estimates] == [1, 0, 1, 0, 1]


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 60))
def test_the_draws_fall_too_and_lie_around_the_shares(seed, n):
    found = calibrate_intents(*pairs(seed, n), seed=seed)

    draws = np.array(found.draws)
    assert np.all(np.diff(draws, axis=1) <= 1e-12)
    assert np.all((draws >= 0) & (draws <= 1))
    assert draws.mean(axis=0) == pytest.approx(found.shares, abs=0.15)


def test_what_cannot_be_a_pair_is_refused():
    with pytest.raises(InvalidInput, match="1, 2, 3, 4 or 5"):
        calibrate_intents(np.array([0.0]), np.array([True]))
    with pytest.raises(NotEstimable, match="offered"):
        calibrate_intents(np.array([]), np.array([], dtype=bool))
