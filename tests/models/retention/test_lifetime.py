"""Lifetimes learned from renewals: published fits, truth recovered and covered, and no life of 0 or without end."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.errors import InvalidInput, NotEstimable
from models.estimate import Label
from models.retention.churn_posterior import LifetimePrior
from models.retention.lifetime import Lifetime, quantiles
from models.retention.renewal_counts import RenewalCounts
from models.retention.shifted_beta_geometric import Outlook, ShiftedBetaGeometric

HIGH_END = RenewalCounts.of_curve([1000, 869, 743, 653, 593, 551, 517, 491])
REGULAR = RenewalCounts.of_curve([1000, 631, 468, 382, 326, 289, 262, 241])
YEARS = Outlook(discount=0.1)


def book(seed: int, n: int = 300) -> RenewalCounts:
    """Customers of α 0.7 and β 1.2 who signed 1 to 6 years ago."""
    rng = np.random.default_rng(seed)
    life, age = rng.geometric(rng.beta(0.7, 1.2, n)), rng.integers(1, 7, n)
    return RenewalCounts.of_customers(np.minimum(life, age), life <= age)


@pytest.mark.parametrize(
    ("cohort", "published"),
    [(HIGH_END, (0.6681, 3.8061, -1611.158, 0.3780)), (REGULAR, (0.7041, 1.1820, -1680.265, 0.1700))],
)
def test_the_published_fits_are_reproduced(cohort, published):
    alpha, beta, log_likelihood, in_year_12 = published

    fit = Lifetime().fit(cohort)

    assert fit.best is not None
    assert float(fit.best.alpha) == pytest.approx(alpha, abs=5e-5)
    assert float(fit.best.beta) == pytest.approx(beta, abs=5e-5)
    assert fit.log_likelihood == pytest.approx(log_likelihood, abs=5e-4)
    assert float(fit.best.survival(12)) == pytest.approx(in_year_12, abs=5e-5)
    assert fit.survival(12).value == pytest.approx(in_year_12, abs=2e-3)


def test_cohorts_of_different_ages_are_learned_from_together():
    rng = np.random.default_rng(7)
    cohorts = []
    for age in (2, 4, 7):
        churn = rng.beta(0.7, 3.8, 40_000)
        there = [40_000, *((rng.random((age, 40_000)) > churn).cumprod(axis=0).sum(axis=1))]
        cohorts.append(RenewalCounts.of_curve(there))

    fit = Lifetime().fit(cohorts[0] + cohorts[1] + cohorts[2])

    assert fit.best is not None
    assert float(fit.best.alpha) == pytest.approx(0.7, rel=0.05)
    assert float(fit.best.beta) == pytest.approx(3.8, rel=0.05)


@pytest.mark.parametrize("months", [1, 24])
@pytest.mark.parametrize("outlook", [Outlook(discount=0.008), Outlook(discount=0.0, periods=60)])
def test_where_nobody_has_left_life_is_long_and_finite_and_unsure(months, outlook):
    fit = Lifetime().fit(RenewalCounts(np.full(months, 30.0), np.zeros(months), 30))

    life = fit.residual(0, outlook)

    assert fit.best is None
    assert fit.log_likelihood is None
    assert outlook.most / 2 < life.value < outlook.most
    assert 0 < life.low < 0.99 * life.value
    assert life.value < life.high < outlook.most


def test_where_everybody_has_left_life_is_short_and_not_nothing():
    life = Lifetime().fit(RenewalCounts(np.array([30.0]), np.array([30.0]), 30)).residual(0, YEARS)

    assert 0 < life.low < life.value < life.high < 2


def test_where_churn_does_not_fall_one_churn_for_all_is_found():
    fit = Lifetime().fit(RenewalCounts(np.full(24, 4e4), np.full(24, 1.2e3), 40_000))

    life = fit.residual(0, Outlook(discount=0.01))

    assert fit.best is None
    assert life.value == pytest.approx(0.97 / (1 - 0.97 / 1.01), rel=0.02)


def test_a_life_that_lies_mostly_in_the_unseen_says_so():
    fit = Lifetime().fit(RenewalCounts.of_curve([400, 380, 364]))

    far, near = fit.residual(0, YEARS), fit.residual(0, Outlook(discount=0.1, periods=2))

    assert [caveat.code for caveat in far.warnings] == ["beyond_observation"]
    assert "2 renewals that were seen" in far.warnings[0].message
    assert not near.warnings
    assert fit.residual(5, YEARS).warnings[0].message.startswith("100%")


def test_a_new_customer_is_worth_its_first_payment_and_the_discounted_rest():
    fit = Lifetime().fit(HIGH_END)

    whole, rest = fit.whole(YEARS), fit.residual(0, YEARS)

    for name in ("value", "low", "high"):
        assert getattr(whole, name) == pytest.approx(1 + getattr(rest, name) / 1.1)


@given(st.integers(0, 500))
def test_twice_the_customers_have_the_same_likeliest_law_more_surely(seed):
    once, twice = book(seed), book(seed) + book(seed)

    one, two = Lifetime().fit(once), Lifetime().fit(twice)

    if one.best is not None and two.best is not None:
        assert float(one.best.alpha) == pytest.approx(float(two.best.alpha), rel=1e-3)
    wide, narrow = one.residual(0, YEARS), two.residual(0, YEARS)
    assert narrow.high - narrow.low < wide.high - wide.low


@given(st.integers(0, 500), st.integers(0, 12))
def test_figures_lie_in_their_range_and_longer_tenure_means_longer_life(seed, renewed):
    fit = Lifetime().fit(book(seed, n=40))

    young, old = fit.residual(renewed, YEARS), fit.residual(renewed + 1, YEARS)

    assert 0 < young.low <= young.value <= young.high < YEARS.most
    assert young.value <= old.value
    assert 0 <= fit.survival(renewed + 1).high <= fit.survival(renewed).high <= 1
    assert 0 < fit.retention(1).low < fit.retention(1).high < 1


def test_intervals_cover_the_truth_at_their_level():
    truth = float(ShiftedBetaGeometric(0.7, 1.2).residual(2, YEARS))

    lives = [Lifetime().fit(book(seed)).residual(2, YEARS) for seed in range(300)]

    assert 0.85 <= np.mean([life.low <= truth <= life.high for life in lives]) <= 0.95


def test_what_is_believed_of_differences_matters_only_where_renewals_are_few():
    apart, alike = LifetimePrior(difference=3.0), LifetimePrior(difference=0.2)

    def gap(cohort: RenewalCounts) -> float:
        lives = [Lifetime(prior=prior).fit(cohort).residual(0, YEARS).value for prior in (apart, alike)]
        return abs(lives[0] / lives[1] - 1)

    assert gap(HIGH_END) < 0.02 < gap(RenewalCounts.of_curve([20, 17]))


def test_too_few_renewals_are_refused():
    with pytest.raises(NotEstimable) as refusal:
        Lifetime().fit(RenewalCounts.of_curve([19, 18]))

    assert refusal.value.reason == "insufficient_renewals"


def test_other_figures_of_the_laws_come_with_the_same_doubt():
    fit = Lifetime().fit(HIGH_END)

    churn = fit.estimate(1 - fit.law.retention(1), Label(unit="share", level=0.5))

    assert churn.value == pytest.approx(1 - fit.retention(1).value)
    assert churn.n == 1000
    with pytest.raises(InvalidInput, match="level"):
        fit.survival(3, level=0.0)


def test_weighted_quantiles_of_equal_weights_are_those_between_middles():
    values = np.arange(1.0, 102.0)

    found = quantiles(values[::-1].copy(), np.full(101, 1 / 101), [0.1, 0.5])

    np.testing.assert_allclose(found, [10.6, 51.0])
