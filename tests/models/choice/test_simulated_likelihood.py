"""The simulated likelihood: against the definition written out, its differences, and its limits."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from models.choice.draws import normal_draws
from models.choice.logit import by_respondent
from models.choice.simulated_likelihood import SimulatedLikelihood, inverse_of, tastes
from tests.models.choices import choices

TASKS = choices(np.tile([-0.3, -1.0, 0.5, 0.2], (9, 1)), seed=0, tasks=[1, 5, 3], alternatives=[1, 3, 2])
THETA = np.array([-1.2, -1.0, 0.5, 0.2, 0.6, 0.9, -0.4, 0.3])
SIGN_SAFE = np.array([True, False, False, False])
LIKELIHOOD = SimulatedLikelihood(
    tasks=TASKS, z=normal_draws(9, 4, 32, seed=0), sign_safe=SIGN_SAFE, free=np.ones(8, dtype=bool)
)


def test_it_is_the_mean_over_draws_of_the_probability_of_all_choices():
    beta = tastes(THETA, LIKELIHOOD.z, SIGN_SAFE)
    # The logit of each draw, applied to everybody, has the row that is respondent n's own.
    written_out = [
        np.log(np.mean([np.exp(by_respondent(TASKS, beta[n, :, r])[n]) for r in range(32)])) for n in range(9)
    ]

    value, _ = LIKELIHOOD.of(THETA)

    np.testing.assert_allclose(value, written_out, rtol=1e-12)


def test_its_gradient_is_that_of_the_log_likelihood():
    _, score = LIKELIHOOD.of(THETA)

    for k, nudge in enumerate(np.eye(8) * 1e-6):
        difference = (LIKELIHOOD.of(THETA + nudge)[0] - LIKELIHOOD.of(THETA - nudge)[0]) / 2e-6
        np.testing.assert_allclose(difference, score[:, k], rtol=1e-5, atol=1e-8)


def test_without_spread_it_is_the_logit():
    theta = np.array([np.log(0.3), -1.0, 0.5, 0.2, 0, 0, 0, 0])

    np.testing.assert_allclose(
        LIKELIHOOD.of(theta)[0], by_respondent(TASKS, np.array([-0.3, -1.0, 0.5, 0.2])), rtol=1e-12
    )


def test_a_respondents_choices_speak_for_the_tastes_that_made_them():
    rng = np.random.default_rng(0)
    beta = np.column_stack([np.full(40, -0.3), rng.normal(0, 3, 40), np.full(40, 0.5), np.full(40, 0.2)])
    tasks = choices(beta, seed=1, tasks=30)
    likelihood = replace(LIKELIHOOD, tasks=tasks, z=normal_draws(40, 4, 128, seed=0))

    drawn, weight = likelihood.posterior(np.array([np.log(0.3), 0, 0.5, 0.2, 0, 3, 0, 0]))

    assert weight.sum(axis=1) == pytest.approx(1)
    expected = (drawn[..., 1] * weight).sum(axis=1)
    assert np.corrcoef(expected, beta[:, 1])[0, 1] > 0.9


def test_choices_that_a_taste_makes_impossible_stay_finite():
    value, score = LIKELIHOOD.of(np.array([9.0, -900.0, 500.0, 0.2, 2, 1, 1, 1]))

    assert np.isfinite(value).all()
    assert np.isfinite(score).all()


def test_a_direction_without_information_gets_a_large_but_finite_error():
    inverse = inverse_of(np.array([[4.0, 0, 0], [0, 1e-6, 1e-6], [0, 1e-6, 1e-6]]))

    assert inverse[0, 0] == pytest.approx(0.25)
    assert np.isfinite(inverse).all()
    assert inverse[1, 1] > 1e6
