"""Kaplan-Meier in whole months: published figures, hand-made cases, invariants, and honest ends."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.errors import InvalidInput, NotEstimable
from models.retention.survival import survival


def draw(seed: int, n: int = 80) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Customers who leave at 6 % a month, some first seen late, none after month 30."""
    rng = np.random.default_rng(seed)
    life, end = rng.geometric(0.06, n), rng.integers(1, 31, n)
    stays = np.minimum(life, end)
    entry = np.where(rng.random(n) < 0.3, rng.integers(0, 12, n), 0)
    seen = stays > entry
    return stays[seen], (life <= end)[seen], entry[seen]


def test_the_published_figures_of_the_rossi_recidivism_data():
    """54 of 432 were arrested within 26 weeks, 114 within 52, and nobody left the study before (Rossi et al. 1980).

    The band is lifelines 0.30's; without early exits it depends on these counts only.
    """
    weeks, arrested = np.repeat([26, 52, 52], [54, 60, 318]), np.repeat([True, True, False], [54, 60, 318])

    stay = survival(weeks, arrested, level=0.95)

    assert stay.at(26).value == pytest.approx(0.8750, abs=5e-5)
    year = stay.at(52)
    assert (year.value, year.low, year.high) == pytest.approx((0.736111, 0.69186, 0.77506), abs=1e-5)
    assert year.n == 432


def test_the_remission_times_of_freireich_by_hand():
    """6-MP arm, 21 patients (Freireich et al. 1963): 0.857, 0.807, 0.753, 0.690, 0.627, 0.538, 0.448; median 23."""
    left = [6, 6, 6, 7, 10, 13, 16, 22, 23]
    there = [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]

    stay = survival([*left, *there], [True] * len(left) + [False] * len(there))

    known = {6: 0.857, 7: 0.807, 10: 0.753, 13: 0.690, 16: 0.627, 22: 0.538, 23: 0.448, 35: 0.448}
    for week, shown in known.items():
        assert stay.at(week).value == pytest.approx(shown, abs=6e-4)
    assert stay.quantile(0.5).reason == "interval_unbounded"
    assert "month 23" in stay.median().warnings[0].message


def test_the_band_of_the_median_holds_the_months_whose_band_holds_a_half():
    rng = np.random.default_rng(4)
    stays = rng.geometric(0.08, 400)

    stay = survival(stays, np.ones(400, dtype=bool))
    median = stay.median()

    assert median.low < median.value < median.high
    assert stay.high[int(median.high)] <= 0.5 < stay.high[int(median.high) - 1]
    assert stay.low[int(median.low)] <= 0.5 < stay.low[int(median.low) - 1]


def test_who_is_seen_late_does_not_bias_the_curve():
    """Taking late entrants as seen from the start counts months in which they could not have left."""
    rng = np.random.default_rng(1)
    life, began = rng.geometric(0.1, 60_000), rng.integers(0, 20, 60_000)
    seen = life > began

    honest = survival(life[seen], np.ones(seen.sum(), dtype=bool), entry=began[seen])
    naive = survival(life[seen], np.ones(seen.sum(), dtype=bool))

    assert honest.at(6).value == pytest.approx(0.9**6, abs=0.015)
    assert naive.at(6).value > 0.9**6 + 0.1


def test_a_curve_from_a_later_month_is_conditional_on_having_stayed_so_long():
    stays, left, entry = draw(3)

    whole = survival(stays, left, entry=entry)
    later = survival(stays, left, entry=entry, since=5)

    assert later.at(4).value == pytest.approx(whole.at(9).value / whole.at(5).value)


def test_while_nobody_has_left_the_lower_end_is_the_exact_binomial_one():
    stay = survival([12] * 30, [False] * 30)

    year = stay.at(12)
    assert (year.value, year.high) == (1.0, 1.0)
    assert year.low == pytest.approx(0.05 ** (1 / 30))
    assert stay.median().reason == "not_reached"
    months = stay.months_within(12)
    assert 10.9 < months.low < months.value == 12


def test_where_all_have_left_the_upper_end_is_above_0():
    stay = survival([1] * 5, [True] * 5)

    assert stay.at(1).value == 0
    assert 0.4 < stay.at(1).high < 0.5
    assert stay.months_within(2).high > stay.months_within(2).value == 1


def test_months_within_a_horizon_are_the_mean_of_what_was_stayed():
    rng = np.random.default_rng(0)
    stays = rng.geometric(0.1, 500)

    months = survival(stays, np.ones(500, dtype=bool)).months_within(12)

    shown = np.minimum(stays, 12)
    reach = 1.645 * shown.std() / np.sqrt(500)
    assert months.value == pytest.approx(shown.mean())
    assert (months.high - months.low) / 2 == pytest.approx(reach, rel=0.01)


def test_beyond_what_was_observed_nothing_is_said():
    stay = survival([3, 4], [True, False])

    assert stay.at(5).reason == "beyond_observation"
    assert stay.months_within(6).reason == "beyond_observation"
    assert stay.months_within(5).known


@given(st.integers(0, 10_000))
def test_the_curve_falls_inside_its_band_and_the_order_of_customers_is_nothing(seed):
    stays, left, _ = draw(seed)
    order = np.random.default_rng(seed).permutation(stays.size)

    stay, shuffled = survival(stays, left), survival(stays[order], left[order])

    assert (np.diff(stay.share) <= 0).all()
    assert (stay.low <= stay.share).all()
    assert (stay.share <= stay.high).all()
    np.testing.assert_array_equal(stay.low, shuffled.low)


@given(st.integers(0, 10_000))
def test_twice_the_customers_say_the_same_more_surely(seed):
    stays, left, _ = draw(seed)

    once, twice = survival(stays, left), survival(np.tile(stays, 2), np.tile(left, 2))

    np.testing.assert_allclose(once.share, twice.share)
    assert (twice.high - twice.low <= once.high - once.low + 1e-12).all()


def test_bands_cover_the_truth_at_their_level():
    truth, held = 0.94**12, []
    for seed in range(400):
        try:
            stays, left, entry = draw(seed, n=60)
            year = survival(stays, left, entry=entry).at(12)
        except NotEstimable:
            held.append(False)
            continue
        held.append(year.known and year.low <= truth <= year.high)

    assert 0.86 <= np.mean(held) <= 0.94


def test_wrong_questions_are_refused():
    stay = survival([3, 4], [True, False])

    with pytest.raises(InvalidInput, match="whole month ≥ 0"):
        stay.at(-1)
    with pytest.raises(InvalidInput, match="whole month ≥ 1"):
        stay.months_within(0)
    with pytest.raises(InvalidInput, match="share between 0 and 1"):
        stay.quantile(1.0)
    with pytest.raises(InvalidInput, match="level"):
        survival([3], [True], level=1.5)
