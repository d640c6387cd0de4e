"""Lifts: intervals that cover, few false alarms among many looks, and agreement with an outside reference."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from models.ideal_customers.levels import UNKNOWN, Coded
from models.ideal_customers.lifts import FEWEST_CARRIERS, false_discovery_rates, lifts
from tests.models.ideal_customers.worlds import World, noise


def true_lifts(world: World) -> dict[tuple[int, int], float]:
    customers, _, chance = world.customers(999, 200_000)
    return {
        (trait, level): float(chance[customers.codes[:, trait] == level].mean() / chance.mean())
        for trait, size in enumerate(customers.sizes)
        for level in range(size)
    }


def test_intervals_of_all_lifts_cover_at_their_level():
    held = []
    for seed in range(25):
        world = World.draw(seed)
        truth = true_lifts(world)
        found = lifts(*world.customers(seed, 400)[:2], significance=1e-9)
        held += [
            each.lift.low <= truth[each.trait, each.level] <= each.lift.high
            for each in found
            if each.lift.known
        ]

    assert 0.87 <= np.mean(held) <= 0.95


def test_intervals_of_levels_that_were_picked_for_standing_out_cover_too():
    held = []
    for seed in range(60):
        world = World.draw(seed, traits=8, active=2, strength=0.5)
        truth = true_lifts(world)
        held += [
            each.lift.low <= truth[each.trait, each.level] <= each.lift.high
            for each in lifts(*world.customers(seed, 250)[:2])
            if each.stands_out
        ]

    assert len(held) > 60
    assert np.mean(held) >= 0.87


def test_in_noise_a_level_stands_out_in_about_one_of_ten_books():
    alarms = [
        any(each.stands_out for each in lifts(*noise(seed, traits=10).customers(seed, 300)[:2]))
        for seed in range(150)
    ]

    assert np.mean(alarms) <= 0.17


def test_of_many_levels_that_stand_out_few_are_false():
    shares = []
    for seed in range(40):
        found = lifts(*World.draw(seed, traits=12, active=3).customers(seed, 600)[:2])
        out = [each for each in found if each.stands_out]
        shares.append(sum(each.trait >= 3 for each in out) / max(len(out), 1))

    assert np.mean(shares) <= 0.12


def test_p_values_are_fishers_less_half_of_what_was_seen():
    codes = np.array([[0]] * 20 + [[1]] * 30)
    success = np.array([1.0] * 12 + [0.0] * 8 + [1.0] * 9 + [0.0] * 21)

    (one, other) = lifts(Coded(codes, (2,)), success)

    law = stats.hypergeom(50, 21, 20)
    assert one.p_value == pytest.approx(2 * (law.sf(12) + law.pmf(12) / 2))
    assert other.p_value == pytest.approx(one.p_value)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_the_correction_is_benjamini_and_hochbergs(p_values):
    found = false_discovery_rates(np.array(p_values))

    np.testing.assert_allclose(found, stats.false_discovery_control(p_values, method="bh"), atol=1e-12)


def test_a_level_that_too_few_have_is_not_looked_at_and_says_so():
    codes = np.array([[0]] * (FEWEST_CARRIERS - 1) + [[1]] * 60)

    found = lifts(Coded(codes, (2,)), np.tile([1.0, 0.0], 34)[: len(codes)])

    assert {each.lift.reason for each in found} == {"insufficient_customers"}
    assert all(each.p_value is None and not each.stands_out for each in found)


def test_a_level_of_which_nobody_succeeded_has_a_lift_of_zero_with_an_upper_end():
    codes = np.array([[0]] * 20 + [[1]] * 20)

    (none, _) = lifts(Coded(codes, (2,)), np.array([0.0] * 20 + [1.0, 0.0] * 10))

    assert none.lift.value == none.lift.low == 0
    assert 0 < none.lift.high < 1


def test_customers_of_whom_the_trait_is_not_known_do_not_count_for_it():
    known = Coded(np.array([[0], [1]] * 20), (2,))
    success = np.tile([1.0, 0.0, 0.0, 0.0], 10)
    more = Coded(np.vstack([known.codes, np.full((30, 1), UNKNOWN)]), (2,))

    assert lifts(more, np.append(success, np.ones(30))) == lifts(known, success)
