"""Populations: what every model says about the same people."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from models.choice.hierarchical_bayes import HierarchicalBayes
from models.choice.latent_class import LatentClass
from models.choice.logit import Logit
from models.choice.mixed_logit import MixedLogit
from models.choice.populations import of_classes, of_hierarchy, of_logit, of_mixed_logit
from models.errors import NotEstimable
from tests.models.choices import NAMES, choices

ALIKE = np.array([-0.3, -1.0, 0.5, 0.2])
TASKS = choices(np.tile(ALIKE, (150, 1)), seed=4)
LOGIT = of_logit(Logit().fit(TASKS), TASKS, draws=300, seed=0)


def of_all():
    hierarchy = HierarchicalBayes(warm_up=200, draws=300, rounds=1, compiled=False).fit(TASKS)
    yield "latent_class", of_classes(LatentClass(most=2).fit(TASKS), TASKS, draws=300, seed=0)
    yield "mixed_logit", of_mixed_logit(MixedLogit(draws=32, most=32).fit(TASKS), TASKS, draws=300, seed=0)
    yield "hierarchical_bayes", of_hierarchy(hierarchy, TASKS, seed=0)


def test_of_people_who_are_alike_every_model_says_the_same():
    for name, people in of_all():
        best = people.best.share[0] @ people.best.beta[0]
        drawn = np.einsum("bm,bmk->bk", people.drawn.share, people.drawn.beta)

        np.testing.assert_allclose(best, ALIKE, atol=0.35, err_msg=name)
        assert (np.quantile(drawn, 0.005, axis=0) < best + 0.1).all(), name
        assert people.drawn.share.sum(axis=1) == pytest.approx(1), name
        assert (people.drawn.beta[..., 0] < 0).all(), name


def test_the_draws_of_a_logit_have_its_errors():
    fit = Logit().fit(TASKS)

    errors = LOGIT.drawn.beta[:, 0].std(axis=0)

    np.testing.assert_allclose(errors, np.sqrt(np.diag(fit.covariance)), rtol=0.15)


def test_customers_with_several_contacts_stand_for_fewer_people():
    fit = HierarchicalBayes(warm_up=100, draws=200, rounds=1, compiled=False).fit(TASKS)
    few = replace(TASKS, cluster=np.arange(150) // 15)

    alone, together = (of_hierarchy(fit, tasks, seed=0) for tasks in (TASKS, few))

    assert (together.respondents, together.clusters) == (150, 10)
    spread = [(each.drawn.share @ (np.arange(150) < 75)).std() for each in (alone, together)]
    assert spread[1] > 2 * spread[0]


def test_a_price_that_some_people_like_makes_no_population():
    mixing = dict.fromkeys(NAMES, "normal")
    fit = MixedLogit(mixing=mixing, draws=16, most=16).fit(TASKS)

    with pytest.raises(NotEstimable) as refusal:
        of_mixed_logit(fit, TASKS, draws=10, seed=0)

    assert refusal.value.reason == "price_not_sign_safe"
