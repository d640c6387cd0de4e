"""Lifetime value: known products, both doubts in the interval, money's scale, and truth covered."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.errors import InvalidInput
from models.estimate import Estimate
from models.retention.lifetime import Lifetime
from models.retention.lifetime_value import lifetime_value_of_new, lifetime_values, margin_points
from models.retention.renewal_counts import RenewalCounts
from models.retention.shifted_beta_geometric import Outlook, ShiftedBetaGeometric

FIT = Lifetime().fit(RenewalCounts.of_curve([1000, 869, 743, 653, 593, 551, 517, 491]))
YEARS = Outlook(discount=0.1)


def margin(value: float, low: float, high: float, *, level: float = 0.9) -> Estimate:
    return Estimate(value=value, low=low, high=high, level=level, n=400, unit="EUR/customer")


def test_a_margin_without_doubt_scales_the_lifetime():
    (worth,) = lifetime_values(FIT, margin(800, 800, 800), renewals=[7], outlook=YEARS)

    life = FIT.residual(7, YEARS)
    assert (worth.value, worth.low, worth.high) == pytest.approx(
        (800 * life.value, 800 * life.low, 800 * life.high), rel=1e-3
    )
    assert worth.unit == "EUR/customer"
    assert worth.n == 400
    assert worth.warnings == life.warnings


def test_a_lifetime_without_doubt_leaves_the_margins_doubt():
    sure = Lifetime().fit(RenewalCounts(np.full(24, 1e9), 1e9 * 0.7 / (20.7 + np.arange(24)), 10**9))

    (worth,) = lifetime_values(sure, margin(100, 80, 130), renewals=[0], outlook=YEARS)

    assert worth.low / worth.value == pytest.approx(0.8, abs=0.01)
    assert worth.high / worth.value == pytest.approx(1.3, abs=0.01)


def test_both_doubts_add_up_like_independent_ones():
    life = FIT.residual(0, YEARS)
    (worth,) = lifetime_values(FIT, margin(100, 90, 110), renewals=[0], outlook=YEARS)

    of_life = (life.high - life.low) / 2 / life.value
    assert (worth.high - worth.low) / 2 / worth.value == pytest.approx(np.hypot(of_life, 0.1), rel=0.03)


def test_who_has_renewed_more_often_is_worth_more():
    worths = lifetime_values(FIT, margin(100, 90, 110), renewals=[0, 3, 7], outlook=YEARS)

    assert worths[0].value < worths[1].value < worths[2].value


def test_a_new_customer_of_a_steady_book_is_worth_margin_over_churn():
    """ARPU 500 at a gross margin of 80 % and 5 % churn a month: 8,000, first payment included, nothing discounted."""
    steady = Lifetime().fit(RenewalCounts(np.full(48, 1e8), np.full(48, 5e6), 10**8))

    worth = lifetime_value_of_new(steady, margin(400, 400, 400), outlook=Outlook(discount=0, periods=400))

    assert worth.value == pytest.approx(8000, rel=2e-3)


def test_a_customer_that_costs_more_than_it_pays_is_worth_less_the_longer_it_stays():
    young, old = lifetime_values(FIT, margin(-10, -12, -8), renewals=[0, 7], outlook=YEARS)

    assert old.low < old.value < young.value < young.high < 0


def test_an_unknown_margin_makes_the_value_unknown_for_the_same_reason():
    unknown = Estimate.unknown("no_costs", unit="EUR/customer")

    (worth,) = lifetime_values(FIT, unknown, renewals=[0], outlook=YEARS)

    assert worth.reason == "no_costs"
    with pytest.raises(InvalidInput, match="no_costs"):
        margin_points(unknown, 5)


@given(st.floats(0.01, 1e6))
def test_values_are_in_the_money_that_margins_are_in(factor):
    one = lifetime_value_of_new(FIT, margin(100, 90, 120), outlook=YEARS)

    other = lifetime_value_of_new(FIT, margin(100, 90, 120).scaled(factor), outlook=YEARS)

    assert (other.value, other.low, other.high) == pytest.approx(
        (one.value * factor, one.low * factor, one.high * factor)
    )


def test_points_of_a_margin_have_its_interval():
    points = margin_points(margin(100, 80, 130), 10_001)

    assert np.quantile(points, [0.05, 0.5, 0.95]).tolist() == pytest.approx([80, 100, 130], rel=1e-3)


def test_intervals_cover_the_truth_at_their_level():
    truth, held = 100 * float(ShiftedBetaGeometric(0.7, 1.2).residual(0, YEARS)), []
    for seed in range(200):
        rng = np.random.default_rng(seed)
        life, age = rng.geometric(rng.beta(0.7, 1.2, 300)), rng.integers(1, 7, 300)
        fit = Lifetime().fit(RenewalCounts.of_customers(np.minimum(life, age), life <= age))
        margins = rng.gamma(4, 25, 300)
        mean, reach = margins.mean(), 1.645 * margins.std() / np.sqrt(300)
        (worth,) = lifetime_values(fit, margin(mean, mean - reach, mean + reach), renewals=[0], outlook=YEARS)
        held.append(worth.low <= truth <= worth.high)

    assert 0.85 <= np.mean(held) <= 0.95
