"""The mixed logit: known distributions of taste, its limits, and its warning of too few draws."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from models.choice.logit import Logit
from models.choice.mixed_logit import SENSITIVE, MixedLogit
from models.errors import InvalidInput, NotEstimable
from tests.models.choices import NAMES, choices

MEAN, SPREAD = np.array([-1.2, -1.0, 0.5, 0.2]), np.array([0.6, 1.5, 0.8, 0.0])


def people(n: int, *, seed: int = 0):
    theta = MEAN + SPREAD * np.random.default_rng(seed).normal(size=(n, 4))
    theta[:, 0] = -np.exp(theta[:, 0])
    return theta


def test_a_known_distribution_of_tastes_is_found_within_its_errors():
    tasks = choices(people(250), seed=1, tasks=[8, 12], alternatives=[2, 3])

    fit = MixedLogit(draws=128, most=128).fit(tasks)

    errors = np.sqrt(np.diag(fit.covariance))
    assert (np.abs(fit.mean - MEAN) < 3 * errors[:4]).all()
    assert (np.abs(fit.spread - SPREAD)[:3] < 3 * errors[4:7]).all()
    assert fit.spread[3] < 0.3, "everybody likes seats alike"


def test_fixed_columns_alone_are_the_logit():
    tasks = choices(people(60), seed=1)

    fit = MixedLogit(mixing=dict.fromkeys(NAMES, "fixed")).fit(tasks)
    logit = Logit().fit(tasks)

    np.testing.assert_allclose(fit.mean, logit.beta, rtol=1e-4)
    np.testing.assert_allclose(fit.covariance[:4, :4], logit.covariance, rtol=1e-3)
    assert fit.log_likelihood == pytest.approx(logit.log_likelihood, abs=1e-6)
    assert not fit.caveats, "without draws that matter, none are missing"


def test_too_few_draws_are_said_to_move_the_answer_and_are_doubled_where_they_may():
    tasks = choices(people(60) * [1, 3, 3, 1], seed=1, tasks=12)

    few, more = MixedLogit(draws=8, most=8).fit(tasks), MixedLogit(draws=8, most=128).fit(tasks)

    assert [caveat.code for caveat in few.caveats] == ["draws_sensitive"]
    assert np.abs(few.shift).max() > SENSITIVE
    assert more.draws > 8
    assert np.abs(more.shift).max() < np.abs(few.shift).max()


def test_given_draws_are_used_as_they_are():
    tasks = choices(people(50), seed=2)
    z = np.random.default_rng(0).standard_normal((50, 4, 48))

    fit = MixedLogit().fit(tasks, z)

    assert fit.draws == 48
    assert fit.likelihood.total(fit.theta)[0] == fit.log_likelihood


def test_another_currency_moves_the_price_by_its_rate_and_nothing_else():
    tasks = choices(people(80), seed=3)

    fit = MixedLogit(draws=32, most=32).fit(tasks)
    abroad = MixedLogit(draws=32, most=32).fit(replace(tasks, X=tasks.X * [100, 1, 1, 1]))

    np.testing.assert_allclose(abroad.theta - fit.theta, [-np.log(100), *[0] * 7], atol=2e-3)
    assert abroad.log_likelihood == pytest.approx(fit.log_likelihood, abs=1e-5)


def test_people_who_love_high_prices_are_refused():
    with pytest.raises(NotEstimable) as refusal:
        MixedLogit().fit(choices(np.tile([0.3, -1.0, 0.5, 0.2], (60, 1)), seed=0))

    assert refusal.value.reason == "price_not_negative"


def test_a_mixing_that_forgets_a_column_is_refused():
    with pytest.raises(InvalidInput, match="every column"):
        MixedLogit(mixing={"price": "normal"}).fit(choices(people(20), seed=0))


def test_progress_rises_to_the_end_of_the_search():
    told: list[float] = []

    MixedLogit(draws=16, most=32).fit(
        choices(people(60), seed=1), progress=lambda done, total: told.append(done / total)
    )

    assert told == sorted(told)
    assert len(set(told)) > 10
    assert told[-1] in (0.5, 1.0), "with the first draws, or with twice as many"
