"""Laws fitted to intervals: outside optimisers, known truth, and what cannot be fitted."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize, stats

from models.censored.laws import LAWS, Law
from models.censored.parametric import KINDS, Fit, fit, splines
from models.errors import NotEstimable
from tests.models.censored.answers import between, in_currency, in_order, scattered

every_law = pytest.mark.parametrize("law", LAWS, ids=lambda law: law.name)
every_kind = pytest.mark.parametrize("kind", KINDS)
PRICES = np.array([4.0, 7, 10, 14, 20, 30])


@every_law
def test_a_straight_fit_is_scipys_fit_of_censored_data(law: Law):
    answers = scattered(0, 200)
    family = {"log-normal": stats.norm, "log-logistic": stats.logistic, "Weibull": stats.gumbel_l}[law.name]
    with np.errstate(divide="ignore"):
        low, high = np.log(answers.lower), np.log(answers.upper)

    def loss(at: np.ndarray) -> float:
        return -np.log(family.cdf(high, *at) - family.cdf(low, *at)).sum()

    found = optimize.minimize(loss, [2.0, 1.0], method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-12})
    fitted = fit(answers, law)

    assert fitted.log_likelihood == pytest.approx(-found.fun, abs=1e-7)
    assert fitted.theta[0] / fitted.theta[1] == pytest.approx(found.x[0], abs=1e-5)
    assert 1 / fitted.theta[1] == pytest.approx(found.x[1], abs=1e-5)


@every_law
@every_kind
def test_no_other_coefficients_are_likelier(law: Law, kind: str):
    answers = scattered(1, 150, pull=0.3, shift=-0.2)
    fitted = fit(answers, law, kind=kind)
    rng = np.random.default_rng(0)

    for _ in range(20):
        moved = replace(fitted, theta=fitted.theta + 0.02 * rng.standard_normal(fitted.theta.size))
        assert _log_likelihood(moved, answers) < fitted.log_likelihood


def _log_likelihood(fitted: Fit, answers) -> float:
    """The log-likelihood from the curve's definition, pull and shift undone by moving prices."""
    stretch = fitted.theta[2] / fitted.theta[1] if fitted.pulled else 1.0
    away = np.exp(fitted.theta[3] / fitted.theta[1]) if fitted.kind == "shifted" else 1.0
    lower, upper = (
        answers.anchor * (end / answers.anchor) ** stretch * np.where(end == answers.anchor, 1.0, away)
        for end in (answers.lower, answers.upper)
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        chance = fitted.survival(np.maximum(lower, 1e-290)) - fitted.survival(np.minimum(upper, 1e290))
        return float(np.log(np.maximum(chance, 1e-300)).sum())


def test_the_pull_is_found_where_there_is_one_and_nearly_none_where_there_is_none():
    for pull in (0.0, 0.4):
        fitted = fit(scattered(2, 4000, pull=pull), kind="pulled")
        assert 1 - fitted.theta[1] / fitted.theta[2] == pytest.approx(pull, abs=0.06)
        assert fitted.median == pytest.approx(10, rel=0.04)


def test_a_shift_of_later_answers_is_told_from_a_pull():
    for pull, shift in ((0.0, -0.3), (0.4, -0.3), (0.4, 0.0)):
        fitted = fit(scattered(2, 4000, pull=pull, shift=shift), kind="shifted")
        assert 1 - fitted.theta[1] / fitted.theta[2] == pytest.approx(pull, abs=0.06)
        assert -fitted.theta[3] / fitted.theta[2] == pytest.approx(shift, abs=0.04)
        assert fitted.median == pytest.approx(10, rel=0.04)


def test_a_bent_curve_follows_what_no_law_does():
    rng = np.random.default_rng(3)
    most = np.where(rng.random(6000) < 0.5, 6.0, 18.0) * np.exp(0.35 * rng.standard_normal(6000))
    answers = between(most, np.geomspace(3, 40, 25))
    price = np.geomspace(4, 30, 30)
    truth = (most[:, None] >= price).mean(axis=0)

    straight, bent = (
        np.abs(fit(answers, kind=kind).survival(price) - truth).max() for kind in ("straight", "bent twice")
    )

    assert bent < 0.4 * straight


def test_the_spline_is_straight_outside_its_knots_and_smooth_inside():
    knots = (1.0, 2.0, 4.0)
    x = np.linspace(-1, 6, 7001)
    (v,) = splines(x, knots).T
    bend = np.diff(v, 2) / (x[1] - x[0]) ** 2

    assert np.abs(bend[(x[1:-1] < 0.99) | (x[1:-1] > 4.01)]).max() < 1e-6
    assert np.abs(np.diff(bend)).max() < 0.01


def test_errors_are_those_of_many_samples():
    fits = [fit(scattered(seed, 200)) for seed in range(300)]
    spread = np.std([one.theta for one in fits], axis=0)
    claimed = np.mean([np.sqrt(np.diag(one.covariance)) for one in fits], axis=0)

    np.testing.assert_allclose(claimed, spread, rtol=0.12)


def test_colleagues_who_answer_alike_count_once():
    answers = scattered(4, 100)
    doubled = in_order(answers, np.repeat(np.arange(100), 2))

    one, two = fit(answers), fit(doubled)

    np.testing.assert_allclose(one.theta, two.theta, rtol=1e-7)
    np.testing.assert_allclose(one.covariance, two.covariance, rtol=1e-7)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from(KINDS), st.sampled_from(LAWS))
def test_weights_are_row_replication_order_is_nothing_and_currency_scales(seed, kind, law):
    answers = scattered(seed, 120)
    rng = np.random.default_rng(seed)
    times = rng.integers(1, 4, 120)

    weighted = fit(replace(answers, weight=times.astype(float)), law, kind=kind)
    replicated = fit(in_order(answers, np.repeat(np.arange(120), times)), law, kind=kind)
    shuffled = fit(in_order(answers, rng.permutation(120)), law, kind=kind)
    plain, dollars = fit(answers, law, kind=kind), fit(in_currency(answers, 1.37), law, kind=kind)

    assert weighted.median == pytest.approx(replicated.median, rel=1e-6)
    np.testing.assert_allclose(weighted.covariance, replicated.covariance, rtol=1e-3, atol=1e-9)
    assert shuffled.median == pytest.approx(plain.median, rel=1e-6)
    assert dollars.median == pytest.approx(1.37 * plain.median, rel=1e-4)


@pytest.mark.parametrize(
    ("most", "reason"),
    [
        (np.full(20, 12.0), "no_spread"),  # everybody between the same two prices
        (np.repeat([1.0, 12.0], 10), "no_spread"),  # one price between all of them
        (np.repeat([1.0, 50.0], 10), "demand_not_falling"),  # as many accept the highest price as the lowest
    ],
)
def test_demand_that_does_not_fall_gradually_is_refused(most, reason):
    with pytest.raises(NotEstimable) as refusal:
        fit(between(most, np.array([10.0, 14.0])))

    assert refusal.value.reason == reason


def test_one_price_or_four_people_show_no_curve_and_few_prices_no_bent_one():
    ladder = np.array([10.0, 14.0])
    answers = [
        (between(np.array([5.0, 15.0]), np.array([10.0])), "straight", "no_spread"),
        (between(np.array([5.0, 12, 13, 15]), ladder), "straight", "insufficient_customers"),
        (between(np.array([5.0, 12, 13, 15, 16]), ladder), "bent", "too_few_prices"),
    ]

    for intervals, kind, reason in answers:
        with pytest.raises(NotEstimable) as refusal:
            fit(intervals, kind=kind)
        assert refusal.value.reason == reason


def test_where_one_weight_decides_alone_no_interval_is_claimed():
    """A sandwich sees no doubt in an answer that the curve goes through."""
    answers = scattered(0, 60)
    one = np.where(np.arange(60) == 0, 1000.0, 1.0)

    with pytest.raises(NotEstimable) as refusal:
        fit(replace(answers, weight=one))

    assert refusal.value.reason == "weights_too_unequal"
    assert replace(answers, weight=np.full(60, 7.0)).effective_clusters == pytest.approx(60)
    assert fit(replace(answers, weight=np.linspace(1, 9, 60))).clusters == 60
