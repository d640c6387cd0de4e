"""A trend before raises is seen where there is one, and not where groups differ in level alone."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import special

from models.errors import InvalidInput, NotEstimable
from models.pricing.raises.leads import FEWEST_BEFORE, Leads, leads_of


def found(gamma: float, *, seed: int, customers: int = 400, months: int = 24, first: bool = True) -> Leads:
    """Two groups that differ in level, and months that differ for both; one of them is raised after the last month."""
    rng = np.random.default_rng(seed)
    who, month = np.repeat(np.arange(customers), months), np.tile(np.arange(months), customers)
    group = (who % 2).astype(np.float64)
    lead = np.stack(
        [(month >= 18) & (group == 1), (month >= 12) & (month < 18) & (group == 1)], axis=1
    ).astype(float)
    odds = -3.5 + 0.6 * group + 0.02 * month + gamma * lead[:, 0]
    left = rng.random(who.size) < special.expit(odds)
    # Whoever left is there no more.
    gone = np.cumsum(left.reshape(customers, months), axis=1) - left.reshape(customers, months)
    there = gone.ravel() == 0
    x = np.column_stack([np.ones(who.size), group, month])
    return leads_of(left[there], x[there], lead[there], who[there])


def test_groups_that_differ_in_level_alone_are_refused_as_often_as_the_test_says():
    chances = np.array([found(0.0, seed=seed).chance for seed in range(200)])

    assert 0.01 <= np.mean(chances < 0.05) <= 0.10
    assert 0.4 < np.median(chances) < 0.6


def test_a_rise_before_the_raise_is_seen_and_measured():
    leads = [found(1.0, seed=seed) for seed in range(40)]

    assert np.mean([each.chance < 0.05 for each in leads]) > 0.8
    assert np.mean([each.value[0] for each in leads]) == pytest.approx(1.0, abs=0.1)
    assert np.mean([abs(each.value[0] - 1) < 1.645 * each.error[0] for each in leads]) > 0.75


def test_a_lead_with_hardly_a_leaver_is_left_out_and_without_any_lead_nothing_is_said():
    rng = np.random.default_rng(3)
    left = rng.random(500) < 0.2
    lead = np.zeros((500, 2))
    lead[:100, 0] = 1
    lead[np.flatnonzero(left)[: FEWEST_BEFORE - 1], 1] = 1

    one = leads_of(left, np.ones((500, 1)), lead, np.arange(500))

    assert np.isfinite(one.value[0])
    assert np.isnan(one.value[1])
    assert one.leavers[1] == FEWEST_BEFORE - 1
    with pytest.raises(NotEstimable) as refusal:
        leads_of(left, np.ones((500, 1)), lead[:, 1:], np.arange(500))
    assert refusal.value.reason == "no_months_before"


def test_shapes_must_fit():
    with pytest.raises(InvalidInput, match="as many rows"):
        leads_of(np.ones(3, dtype=bool), np.ones((2, 1)), np.ones((3, 1)), np.arange(3))
