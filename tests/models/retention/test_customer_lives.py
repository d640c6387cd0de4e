"""Residual lives by covariates: known ones are covered, gradients are right, and nobody having left bounds them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from models.errors import InvalidInput
from models.retention.customer_lives import customer_lives
from models.retention.customer_months import CustomerMonths
from models.retention.hazard import Hazard
from models.retention.lifetime import Lifetime
from models.retention.renewal_counts import RenewalCounts
from models.retention.shifted_beta_geometric import Outlook
from tests.models.retention.lives import FIVE_YEARS, fitted, lived


def test_the_mean_residual_life_is_covered_at_its_level():
    held = []
    for seed in range(120):
        book = lived(seed, 200)
        lives = customer_lives(fitted(book.months), book.age, book.covariates, outlook=FIVE_YEARS)
        mean = lives.mean_worth(np.ones(book.age.size), unit="months")
        held.append(mean.low <= book.truth.mean() <= mean.high)

    assert 0.82 <= np.mean(held) <= 0.97


def test_covariates_sort_customers_better_than_tenure_alone_does():
    by_covariates, by_tenure = [], []
    for seed in range(20):
        book = lived(seed, 400)
        lives = customer_lives(fitted(book.months), book.age, book.covariates, outlook=FIVE_YEARS)
        law = Lifetime().fit(RenewalCounts.of_customers(book.stayed, book.left))
        tenures = {age: law.residual(age, FIVE_YEARS).value for age in np.unique(book.age).tolist()}
        alike = np.array([tenures[age] for age in book.age.tolist()])
        by_covariates.append(stats.spearmanr(lives.expected, book.truth).statistic)
        by_tenure.append(stats.spearmanr(alike, book.truth).statistic)

    assert np.mean(by_covariates) > 0.9
    assert np.mean(by_tenure) < 0.6


def test_gradients_are_those_of_small_steps():
    book = lived(3, 200)
    fit = fitted(book.months)
    lives = customer_lives(fit, book.age[:5], book.covariates[:5], outlook=FIVE_YEARS)
    for at in range(fit.design.columns):
        odds = fit.ends.log_odds.copy()
        odds[at] += 1e-5
        moved = replace(fit, ends=replace(fit.ends, log_odds=odds))
        stepped = customer_lives(moved, book.age[:5], book.covariates[:5], outlook=FIVE_YEARS).expected
        assert (stepped - lives.expected) / 1e-5 == pytest.approx(lives.gradient[:, at], rel=1e-3, abs=1e-4)


def test_where_nobody_left_the_life_is_long_and_bounded():
    stays = CustomerMonths(
        ended=np.zeros(600, dtype=int),
        age=np.tile(np.arange(12), 50),
        covariates=np.repeat(np.random.default_rng(0).normal(size=(50, 1)), 12, axis=0),
        customer=np.repeat(np.arange(50), 12),
    )
    lives = customer_lives(Hazard().fit(stays), [12], [[0.0]], outlook=FIVE_YEARS)

    assert 0.5 * lives.most < lives.expected[0] < lives.high[0] < lives.most
    assert lives.low[0] < 0.9 * lives.most


def test_a_customer_who_brings_twice_as_much_is_worth_twice_as_much():
    book = lived(1, 200)
    lives = customer_lives(fitted(book.months), book.age, book.covariates, outlook=FIVE_YEARS)
    one, two = (lives.mean_worth(np.full(book.age.size, each), unit="EUR/customer") for each in (1.0, 2.0))

    assert (two.value, two.low, two.high) == pytest.approx((2 * one.value, 2 * one.low, 2 * one.high))


def test_money_that_is_lost_has_no_lifetime_value():
    book = lived(1, 200)
    lives = customer_lives(fitted(book.months), book.age, book.covariates, outlook=FIVE_YEARS)

    assert lives.mean_worth(np.full(book.age.size, -1.0), unit="EUR/customer").reason == "not_positive"


def test_without_a_horizon_the_life_is_that_of_the_last_level_for_ever():
    book = lived(2, 300)
    fit = Hazard(bands=(0,)).fit(book.months)
    lives = customer_lives(fit, [0], [[0.0, 0.0]], outlook=Outlook(discount=0.01))
    (chance,) = fit.chances([0], [[0.0, 0.0]])

    assert lives.expected[0] == pytest.approx((1 - chance) / (1 - (1 - chance) / 1.01), rel=1e-3)


def test_other_covariates_than_those_of_the_fit_are_refused():
    fit = fitted(lived(1, 200).months)

    with pytest.raises(InvalidInput, match="covariates"):
        customer_lives(fit, [1], [[0.0]], outlook=FIVE_YEARS)
