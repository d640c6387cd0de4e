"""Rehearsals: nobody is judged by a score that knew its outcome, in sample or in time."""

from __future__ import annotations

import numpy as np
import pytest

from models.ideal_customers.levels import Coded
from models.ideal_customers.rehearsal import (
    FOLDS,
    REPEATS,
    Rehearsal,
    calibrate,
    constant_for,
    folds,
    later_customers,
    out_of_sample,
    out_of_time,
)
from tests.models.ideal_customers.worlds import World, noise

COLUMN = Coded(np.arange(400)[:, None] % 2, (2,))


def told(log_odds: np.ndarray, success: np.ndarray) -> Rehearsal:
    one = log_odds[None, :]
    return Rehearsal(
        success,
        np.zeros(one.shape, dtype=np.int64),
        one,
        one,
        one[:, :, None],
        one,
        1.0,
        np.zeros((one.size, 0)),
    )


def test_folds_part_all_customers_and_each_has_its_share_of_successes():
    success = (np.arange(103) % 4 == 0).astype(float)

    parts = folds(success, seed=1)

    judged = np.concatenate([judge for _, judge in parts])
    assert sorted(judged.tolist()) == list(range(103))
    assert all(not set(learn) & set(judge) for learn, judge in parts)
    assert {int(success[judge].sum()) for _, judge in parts} <= {5, 6}


def test_in_time_nobody_learns_from_an_outcome_that_was_not_known_yet():
    rng = np.random.default_rng(0)
    entered = rng.integers(0, 24, 300)

    for learn, judge in later_customers(entered, entered + 6):
        assert judge.size > 0
        assert learn.size == 0 or (entered[learn] + 6).max() <= entered[judge].min()


def test_those_who_are_judged_in_time_are_the_later_three_quarters_each_once():
    entered = np.arange(100)

    judged = np.concatenate([judge for _, judge in later_customers(entered, entered)])

    assert sorted(judged.tolist()) == list(range(25, 100))


def test_a_customers_own_outcome_does_not_move_what_is_said_of_it():
    """Out of time to the last bit: whoever is judged has taught nobody."""
    world = World.draw(1)
    customers, success, _ = world.customers(1, 300)
    splits = [(np.arange(200), np.arange(200, 300))]
    other = np.where(np.arange(300) >= 200, 1 - success, success)

    one, two = (out_of_time(customers, outcome, splits, seed=0) for outcome in (success, other))

    np.testing.assert_array_equal(one.log_odds, two.log_odds)
    np.testing.assert_array_equal(one.picked, two.picked)


def test_in_noise_what_is_said_does_not_go_with_what_happens():
    alike = []
    for seed in range(15):
        customers, success, _ = noise(seed).customers(seed, 200)
        alike.append(np.corrcoef(out_of_sample(customers, success, seed=seed).told, success)[0, 1])

    assert abs(np.mean(alike)) < 0.06


def test_where_nobody_can_learn_there_is_no_rehearsal_in_time():
    success = np.r_[np.zeros(396), np.ones(4)]

    assert out_of_time(COLUMN, success, [(np.arange(200), np.arange(200, 400))], seed=0) is None


def test_every_customer_is_judged_as_often_as_folds_are_drawn():
    customers, success, _ = World.draw(2).customers(2, 120)

    found = out_of_sample(customers, success, seed=0)

    assert found.log_odds.shape == (REPEATS, 120)
    assert np.isfinite(found.log_odds).all()
    assert all(np.unique(row).tolist() == list(range(FOLDS)) for row in found.block)


@pytest.mark.parametrize("slope", [0.3, 0.6, 1.0])
def test_a_score_that_says_too_much_is_pulled_back_by_the_true_slope(slope):
    rng = np.random.default_rng(0)
    log_odds = rng.normal(0, 2, 20_000)
    success = (rng.random(20_000) < 1 / (1 + np.exp(-slope * log_odds))).astype(float)

    assert calibrate(told(log_odds, success)).slope == pytest.approx(slope, abs=0.03)


def test_a_score_that_says_too_little_is_not_stretched_and_one_that_misleads_is_silenced():
    rng = np.random.default_rng(0)
    log_odds = rng.normal(0, 1, 5000)
    for slope, kept in ((3.0, 1.0), (-1.0, 0.0)):
        success = (rng.random(5000) < 1 / (1 + np.exp(-slope * log_odds))).astype(float)
        assert calibrate(told(log_odds, success)).slope == kept


def test_a_score_that_says_the_same_of_all_has_no_slope():
    assert calibrate(told(np.zeros(100), np.tile([0.0, 1.0], 50))).slope == 0.0


def test_the_constant_makes_chances_sum_to_the_successes():
    rng = np.random.default_rng(3)
    points, success = rng.normal(0, 3, 500), (rng.random(500) < 0.1).astype(float)

    chances = 1 / (1 + np.exp(-constant_for(success, points) - points))

    assert chances.sum() == pytest.approx(success.sum())
