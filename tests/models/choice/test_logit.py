"""The logit: against hand calculation, its own derivatives, and what may not change it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.choice.logit import Logit, likelihood, probabilities, scores
from models.choice.tasks import Tasks
from models.errors import NotEstimable, NotIdentified
from tests.models.choices import choices

BETA = np.array([-0.3, -1.0, 0.5, 0.2])


def made(seed: int = 0, n: int = 60) -> Tasks:
    return choices(np.tile(BETA, (n, 1)), seed=seed, tasks=[3, 8, 5], alternatives=[1, 3, 2])


def test_the_log_likelihood_of_three_choices_is_the_one_by_hand():
    """Three choices of two alternatives; their utilities differ by 0.1, 0.2 and 0.3."""
    X = np.array([[2.0, 1], [1, 3], [3, 1], [2, 4], [2, 1], [2, 4]])
    tasks = Tasks.from_rows(
        X, names=["a", "b"], price=0, respondent=[1] * 6, task=[1, 1, 2, 2, 3, 3], chosen=[0, 1, 0, 1, 0, 1]
    )

    value, _, _ = likelihood(tasks, np.array([0.1, 0.1]))

    assert value == pytest.approx(-sum(np.log1p(np.exp(-d)) for d in (0.1, 0.2, 0.3)), abs=1e-12)
    assert value == pytest.approx(-1.796891, abs=1e-6)


def test_gradient_and_hessian_are_those_of_the_log_likelihood():
    tasks, step = replace(made(), weight=np.linspace(0.5, 2, 60)), 1e-5
    _, gradient, hessian = likelihood(tasks, BETA)

    for k, nudge in enumerate(np.eye(4) * step):
        up, down = likelihood(tasks, BETA + nudge), likelihood(tasks, BETA - nudge)
        assert (up[0] - down[0]) / (2 * step) == pytest.approx(gradient[k], rel=1e-6, abs=1e-6)
        np.testing.assert_allclose((up[1] - down[1]) / (2 * step), hessian[k], rtol=1e-6, atol=1e-5)
    np.testing.assert_allclose(scores(tasks, BETA).sum(axis=0), gradient, atol=1e-10)


def test_known_part_worths_are_recovered_within_their_errors():
    fit = Logit().fit(made(n=600))

    errors = (fit.beta - BETA) / np.sqrt(np.diag(fit.covariance))
    assert np.abs(errors).max() < 3
    assert fit.log_likelihood > fit.at_chance


def test_with_a_constant_for_each_brand_fitted_mean_shares_are_the_observed_ones():
    rng = np.random.default_rng(0)
    X = np.column_stack([rng.uniform(1, 9, 900), np.tile(np.eye(3)[:, 1:], (300, 1))])
    tasks = Tasks.from_rows(
        X,
        names=["price", "b", "c"],
        price=0,
        respondent=np.repeat(np.arange(100), 9),
        task=np.repeat(np.arange(300), 3),
        chosen=np.eye(3)[rng.integers(0, 3, 300)].ravel(),
    )

    fitted = probabilities(tasks, Logit().fit(tasks).beta).reshape(-1, 3).mean(axis=0)

    np.testing.assert_allclose(fitted, np.bincount(tasks.chosen % 3) / 300, atol=1e-9)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000))
def test_nothing_changes_when_alternatives_change_places_or_utilities_shift_within_tasks(seed):
    tasks, rng = made(n=20), np.random.default_rng(seed)
    order = np.lexsort((rng.random(tasks.n_rows), tasks.task_of_row))
    shift = rng.normal(size=(tasks.n_tasks, 4))[tasks.task_of_row]
    moved = replace(tasks, X=(tasks.X + shift)[order], chosen=np.argsort(order)[tasks.chosen])

    fit, other = Logit().fit(tasks), Logit().fit(moved)

    np.testing.assert_allclose(other.beta, fit.beta, rtol=1e-5, atol=1e-7)
    np.testing.assert_allclose(other.covariance, fit.covariance, rtol=1e-4, atol=1e-9)


@settings(max_examples=20, deadline=None)
@given(st.sampled_from([1e-4, 0.01, 7.3, 1e5]))
def test_another_currency_changes_the_price_coefficient_alone(factor):
    tasks = made(n=20)
    abroad = replace(tasks, X=tasks.X * [factor, 1, 1, 1])

    fit, other = Logit().fit(tasks), Logit().fit(abroad)

    np.testing.assert_allclose(other.beta * [factor, 1, 1, 1], fit.beta, rtol=1e-6, atol=1e-8)


def test_a_weight_of_two_is_the_respondent_twice_in_the_same_cluster():
    tasks = made(n=30)
    weighted = Logit().fit(replace(tasks, weight=np.where(np.arange(30) == 3, 2.0, 1.0)))
    # Task by task the fourth respondent's rows once more, as a respondent of the same cluster at the end.
    rows = slice(*tasks.task_starts[tasks.respondent_starts[3:5]])
    again = tasks.only(tasks.respondent_of_task == 3)
    written_out = replace(
        tasks,
        X=np.vstack([tasks.X, tasks.X[rows]]),
        chosen=np.append(tasks.chosen, again.chosen + tasks.n_rows),
        task_starts=np.append(tasks.task_starts, again.task_starts[1:] + tasks.n_rows),
        respondent_starts=np.append(tasks.respondent_starts, tasks.n_tasks + again.n_tasks),
        weight=np.ones(31),
        cluster=np.append(tasks.cluster, 3),
    )

    twice = Logit().fit(written_out)

    np.testing.assert_allclose(weighted.beta, twice.beta, rtol=1e-9)
    np.testing.assert_allclose(weighted.covariance, twice.covariance, rtol=1e-8)


def test_what_cannot_be_told_apart_is_refused():
    tasks = made()
    double = replace(tasks, X=np.column_stack([tasks.X, 2 * tasks.X[:, 2]]), names=(*tasks.names, "again"))

    with pytest.raises(NotIdentified):
        Logit().fit(double)


def test_an_attribute_that_decides_every_choice_has_no_finite_worth():
    tasks = made()
    decides = (np.isin(np.arange(tasks.n_rows), tasks.chosen)).astype(float)

    with pytest.raises(NotEstimable) as refusal:
        Logit().fit(replace(tasks, X=np.column_stack([tasks.X, decides]), names=(*tasks.names, "decides")))

    assert refusal.value.reason == "separated"


def test_a_price_that_decides_all_but_ties_has_no_bound():
    """Between dear and cheap everybody takes the cheap one; between two equal prices either."""
    rng = np.random.default_rng(0)
    price = rng.choice([15.0, 25.0, 40.0], (400, 3))
    brand = rng.integers(0, 2, (400, 3)).astype(float)
    chosen = (np.arange(3) == np.argmin(price, axis=1)[:, None]).astype(float)
    tasks = Tasks.from_rows(
        np.column_stack([price.ravel(), brand.ravel()]), names=["price", "brand"], price=0,
        respondent=np.repeat(np.arange(50), 24), task=np.repeat(np.arange(400), 3), chosen=chosen.ravel(),
    )  # fmt: skip

    with pytest.raises(NotEstimable) as refusal:
        Logit().fit(tasks)

    assert refusal.value.reason == "separated"
