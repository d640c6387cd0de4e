"""Hierarchical Bayes: everybody's tastes and their population, from the answers alone."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from models.choice._sampler import Chain
from models.choice._sampler_kernels import Likelihood
from models.choice._trace import Teller, Trace, diagnose
from models.choice.hierarchical_bayes import HierarchicalBayes, Prior, weak_prior
from models.errors import InvalidInput, TooFewCustomers
from models.progress import silent
from tests.models.choices import NAMES, choices

QUICK = HierarchicalBayes(warm_up=100, draws=150, rounds=1)
SIGNS = np.array([-1.0, 0, 0, 0])


def tastes(n, seed=0):
    """Draw people whose price coefficient is log-normal with median -exp(-1.5)."""
    rng = np.random.default_rng(seed)
    return np.column_stack(
        [-np.exp(rng.normal(-1.5, 0.4, n)), rng.normal([-2, 1, 0.5], [1.0, 1.0, 0.3], (n, 3))]
    )


@pytest.fixture(scope="module")
def beta():
    return tastes(100)


@pytest.fixture(scope="module")
def tasks(beta):
    return choices(beta, seed=1, tasks=[6, 16, 11], alternatives=[1, 3, 5])


@pytest.fixture(scope="module")
def fit(tasks):
    return HierarchicalBayes(warm_up=300, draws=1500, rounds=2).fit(tasks)


def test_the_population_is_recovered_from_unequal_tasks(fit):
    truth = {"price": -np.exp(-1.5), "none": -2.0, "fast": 1.0, "seats": 0.5}

    for name, value in truth.items():
        typical = fit.typical(level=0.99)[name]
        assert typical.low < value < typical.high
        assert typical.n == 100
    for name, sd in zip(NAMES, [0.4, 1.0, 1.0, 0.3], strict=True):
        spread = fit.spread(level=0.99)[name]
        assert spread.low < sd < spread.high


def test_respondents_are_told_apart(fit, beta):
    for k in range(4):
        assert np.corrcoef(fit.respondents[:, k], beta[:, k])[0, 1] > 0.5
    # Knowing people is better than taking all for the average.
    error = np.square(fit.respondents - beta).mean(axis=0)
    assert (error < 0.8 * beta.var(axis=0)).all()


def test_nobody_likes_to_pay_and_every_worth_is_finite(fit):
    price = fit.respondent_draws[..., 0]
    worth = -fit.respondent_draws[..., 2] / price

    assert fit.respondent_draws.shape == (200, 100, 4)
    assert (price < 0).all()
    assert (fit.respondents[:, 0] < 0).all()
    assert np.isfinite(worth).all()


def test_the_chains_agree_and_say_so(fit):
    assert fit.diagnostics.caveats == ()
    assert fit.diagnostics.rhat.max() <= 1.01
    assert fit.diagnostics.ess.min() >= 200
    assert fit.diagnostics.acceptance.min() > 0.2
    assert fit.diagnostics.log_likelihood.shape == fit.mean.shape[:2]


def test_what_more_draws_could_still_move_is_a_small_part_of_the_doubt(fit):
    doubt = fit.mean.std(axis=(0, 1))

    assert fit.diagnostics.error.shape == doubt.shape
    assert (fit.diagnostics.error > doubt / np.sqrt(fit.mean[..., 0].size)).all()
    assert (fit.diagnostics.error < doubt / 10).all()


def test_with_and_without_numba_the_draws_are_the_same(tasks):
    fast, slow = QUICK.fit(tasks), replace(QUICK, compiled=False).fit(tasks)

    np.testing.assert_allclose(fast.mean, slow.mean, rtol=0, atol=1e-10)
    np.testing.assert_allclose(fast.covariance, slow.covariance, rtol=0, atol=1e-10)
    np.testing.assert_allclose(fast.respondent_draws, slow.respondent_draws, rtol=0, atol=1e-10)


def test_the_same_seed_gives_the_same_bits_and_another_seed_others(tasks):
    first, again, other = QUICK.fit(tasks), QUICK.fit(tasks), replace(QUICK, seed=1).fit(tasks)

    assert first.respondent_draws.tobytes() == again.respondent_draws.tobytes()
    assert not np.allclose(first.mean, other.mean)


@pytest.mark.parametrize(("column", "factor"), [(0, 100.0), (3, 0.01)])
def test_the_unit_of_a_column_changes_nothing_but_the_unit(tasks, column, factor):
    X = tasks.X.copy()
    X[:, column] *= factor
    units = np.ones(4)
    units[column] = factor

    one, other = QUICK.fit(tasks), QUICK.fit(replace(tasks, X=X))

    np.testing.assert_allclose(other.respondent_draws * units, one.respondent_draws, rtol=1e-6, atol=1e-9)


def test_a_free_price_may_have_either_sign(tasks):
    fit = replace(QUICK, sign_safe_price=False).fit(tasks)

    assert fit.signs.tolist() == [0, 0, 0, 0]
    np.testing.assert_array_equal(fit.typical()["price"].value, np.median(fit.mean[..., 0]))


def test_people_who_said_nothing_are_like_the_population(beta):
    tasks = choices(beta, seed=2, tasks=8)
    # One alternative against its twin: the choice says nothing.
    X = tasks.X.copy()
    of_first = np.arange(tasks.task_starts[8])
    X[of_first] = X[0]

    fit = QUICK.fit(replace(tasks, X=X))

    spread = fit.respondent_draws[:, 0, 1:].std(axis=0)
    population = np.sqrt(np.diagonal(fit.covariance, axis1=2, axis2=3).mean(axis=(0, 1)))[1:]
    np.testing.assert_allclose(spread, population, rtol=0.3)
    middle = np.abs(fit.respondents[0, 1:] - fit.mean.mean(axis=(0, 1))[1:])
    assert (middle < 4 * population / np.sqrt(200)).all()


def test_too_few_draws_are_called_so(tasks):
    fit = replace(QUICK, warm_up=100, draws=100).fit(tasks)

    (caveat,) = fit.diagnostics.caveats
    assert caveat.code == "not_converged"
    assert fit.typical()["fast"].warnings == (caveat,)


def test_respondents_who_never_move_are_called_stuck(tasks):
    chain = Chain(Likelihood(tasks, SIGNS), weak_prior(tasks, SIGNS), np.random.default_rng(0))
    trace = Trace(chain)
    trace.warm_up(100, Teller(silent, 300))
    trace.extend(200, Teller(silent, 300))
    assert "stuck_respondents" not in {caveat.code for caveat in diagnose([trace]).caveats}

    # Somebody whom the others' average speaks for, although nearly every step is refused.
    trace.accepted[3] = 0.04 * 200

    (caveat,) = (each for each in diagnose([trace]).caveats if each.code == "stuck_respondents")
    assert caveat.message.startswith("1 of 100 respondents")


def test_rounds_are_added_until_the_chains_agree(tasks):
    short = replace(QUICK, draws=100, rounds=3).fit(tasks)

    assert short.mean.shape[1] == 300
    assert short.respondent_draws.shape[0] == 200


def test_progress_is_told_from_the_beginning_to_the_end(tasks):
    told = []

    QUICK.fit(tasks, progress=lambda done, total: told.append((done, total)))

    assert told == [(done, 500) for done in range(10, 501, 10)]


def test_a_handful_of_respondents_is_refused():
    with pytest.raises(TooFewCustomers, match="needs 10"):
        QUICK.fit(choices(tastes(9), seed=0))


@pytest.mark.parametrize("wrong", [{"strength": 0.0}, {"degrees": 0.5}, {"scatter": np.array([1.0, -1.0])}])
def test_priors_that_are_no_distribution_are_refused(wrong):
    right = {"location": np.zeros(2), "strength": 0.01, "degrees": 5.0, "scatter": np.ones(2)}

    with pytest.raises(InvalidInput):
        Prior(**right | wrong)


@pytest.mark.parametrize("options", [{"chains": 0}, {"warm_up": 10}, {"draws": 0}, {"rounds": 0}])
def test_chains_that_cannot_be_run_are_refused(options):
    with pytest.raises(InvalidInput):
        HierarchicalBayes(**options)
