"""Calibration: true chances hold at the level of their intervals, wrong ones show, and equal chances stay together."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from models.errors import InvalidInput, NotEstimable
from models.retention.calibration import calibration


def rows(seed: int, m: int = 5_000) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    chance = rng.beta(1, 20, m)
    return chance, (rng.random(m) < chance).astype(float)


def test_true_chances_hold_in_nine_of_ten_groups():
    found = [calibration(*rows(seed)) for seed in range(60)]

    held = [group.holds for each in found for group in each.groups]
    ratios = [each.observed_to_expected for each in found]
    assert len(held) == 600
    assert 0.86 <= np.mean(held) <= 0.94
    assert 0.8 <= np.mean([ratio.low <= 1 <= ratio.high for ratio in ratios]) <= 1


def test_chances_that_are_too_low_show_in_every_group_and_in_the_ratio():
    chance, event = rows(1, 50_000)

    found = calibration(chance / 2, event)

    assert sum(group.holds for group in found.groups) <= 1
    assert found.observed_to_expected.value == pytest.approx(2, rel=0.05)
    assert found.observed_to_expected.low > 1.8


def test_groups_rise_and_hold_about_equally_many_rows():
    found = calibration(*rows(2))

    expected = [group.expected for group in found.groups]
    assert expected == sorted(expected)
    assert all(450 <= group.observed.n <= 550 for group in found.groups)


def test_the_ratio_has_the_exact_poisson_interval():
    found = calibration([0.1] * 100, [1] * 7 + [0] * 93).observed_to_expected

    low, high = stats.chi2.ppf(0.05, 14) / 2, stats.chi2.ppf(0.95, 16) / 2
    assert (found.value, found.low, found.high) == pytest.approx((0.7, low / 10, high / 10))


@given(st.integers(0, 10_000), st.integers(1, 12))
def test_equal_chances_stay_together_in_any_order(seed, groups):
    rng = np.random.default_rng(seed)
    chance, event = rng.integers(1, 5, 60) / 10, rng.integers(0, 2, 60)
    order = rng.permutation(60)

    found = calibration(chance, event, groups=groups)
    again = calibration(chance[order], event[order], groups=groups)

    assert sum(group.observed.n for group in found.groups) == 60
    assert [group.observed for group in found.groups] == [group.observed for group in again.groups]
    assert len(found.groups) <= min(groups, 4)


def test_where_nothing_happened_or_nothing_was_expected_it_is_said():
    quiet = calibration([0.1] * 20, [0] * 20)

    assert quiet.groups[0].observed.value == quiet.observed_to_expected.low == 0
    assert quiet.observed_to_expected.high > 1
    with pytest.raises(NotEstimable, match="all predicted chances are 0"):
        calibration([0.0], [1])
    with pytest.raises(NotEstimable, match="nothing to compare"):
        calibration([], [])


@pytest.mark.parametrize(("predicted", "happened"), [([1.2], [1]), ([0.5], [2]), ([0.5, 0.5], [1])])
def test_what_is_no_chance_is_refused(predicted, happened):
    with pytest.raises(InvalidInput):
        calibration(predicted, happened)
