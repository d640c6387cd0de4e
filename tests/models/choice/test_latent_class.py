"""Latent classes: their number, their tastes, and that no class likes to pay."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from models.choice.latent_class import LatentClass, unpacked
from models.choice.logit import Logit
from models.errors import NotEstimable
from tests.models.choices import choices

THRIFTY, LAVISH = np.array([-0.8, -2.0, 0.2, 0.1]), np.array([-0.15, -1.0, 1.5, 0.6])


def two_classes(n: int = 240, seed: int = 0):
    return choices(np.where(np.arange(n)[:, None] % 3 == 0, LAVISH, THRIFTY), seed=seed, tasks=[8, 14])


def test_two_kinds_of_people_are_found_with_their_tastes_and_shares():
    fit = LatentClass().fit(two_classes())

    assert fit.share.size == 2
    errors = np.sqrt(np.diag(fit.covariance))
    assert (np.abs(fit.beta[0] - THRIFTY) < 3 * errors[:4]).all()
    assert (np.abs(fit.beta[1] - LAVISH) < 3 * errors[4:8]).all()
    assert fit.share == pytest.approx([2 / 3, 1 / 3], abs=0.06)
    assert (fit.membership.argmax(axis=1) == (np.arange(240) % 3 == 0)).mean() > 0.95
    assert fit.entropy > 0.8


def test_people_who_are_all_alike_are_one_class_and_its_taste_is_the_logits():
    tasks = choices(np.tile(THRIFTY, (150, 1)), seed=0)

    fit, logit = LatentClass().fit(tasks), Logit().fit(tasks)

    assert fit.share.tolist() == [1]
    assert fit.entropy == 1
    assert fit.tried[2] > fit.tried[1]
    np.testing.assert_allclose(fit.beta[0], logit.beta, rtol=1e-3)
    np.testing.assert_allclose(fit.covariance, logit.covariance, rtol=0.03, atol=1e-5)
    assert fit.log_likelihood == pytest.approx(logit.log_likelihood, abs=1e-3)


def test_no_class_likes_to_pay_even_if_some_people_seem_to():
    beta = np.tile(THRIFTY, (90, 1))
    beta[:20, 0] = 0.08  # snobs

    fit = LatentClass().fit(choices(beta, seed=1, tasks=12))

    assert fit.share.size >= 2
    assert (fit.beta[:, 0] < 0).all()


def test_a_class_that_never_buys_has_finite_tastes():
    beta = np.tile(THRIFTY, (90, 1))
    beta[:30, 1] = 100.0

    fit = LatentClass().fit(choices(beta, seed=1, tasks=10))

    assert np.isfinite(fit.beta).all()
    assert np.isfinite(fit.covariance).all()
    assert np.abs(fit.beta).max() < 60


def test_classes_do_not_depend_on_the_currency():
    tasks = two_classes(90)

    fit, abroad = LatentClass().fit(tasks), LatentClass().fit(replace(tasks, X=tasks.X * [100, 1, 1, 1]))

    np.testing.assert_allclose(abroad.beta * [100, 1, 1, 1], fit.beta, rtol=0.02, atol=0.02)


def test_people_who_love_high_prices_are_refused():
    with pytest.raises(NotEstimable) as refusal:
        LatentClass().fit(choices(np.tile([0.3, -1.0, 0.5, 0.2], (60, 1)), seed=0))

    assert refusal.value.reason == "price_not_negative"


def test_packed_draws_unpack_to_part_worths_and_shares_of_each():
    beta, share = unpacked(np.array([[1.0, 2, 3, 4, np.log(3)], [5, 6, 7, 8, 0]]), 2)

    assert beta.tolist() == [[[1, 2], [3, 4]], [[5, 6], [7, 8]]]
    np.testing.assert_allclose(share, [[0.25, 0.75], [0.5, 0.5]])


def test_progress_rises_to_the_end_of_the_search():
    told: list[float] = []

    LatentClass(most=3).fit(two_classes(), progress=lambda done, total: told.append(done / total))

    assert told == sorted(told)
    assert len(set(told)) > 10
    assert told[-1] == 1
