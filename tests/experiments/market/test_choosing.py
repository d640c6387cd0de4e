"""Choices follow what offers and features are worth, and errors as large as is said."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import optimize, special

from experiments.market import Regime, draw_business, sample_business, simulate
from experiments.market.choosing import OFFERS, SETS, SHOWN, TASKS
from experiments.market.customers import draw_customers
from experiments.market.noise import stream
from models.choice.best_worst import BestWorst, BestWorstAnswers


@pytest.fixture(scope="module")
def market():
    business = draw_business(13, Regime.STEADY)
    same_tastes = replace(business.offer, taste_log_sd=0.0)
    return simulate(replace(business, customers=3_000, offer=same_tastes), 13)


def test_one_alternative_of_every_task_is_taken_and_none_has_no_price(market):
    choices = market.tables["choices"].to_pandas()
    none = choices.alternative == "none"

    tasks = choices.groupby(["respondent_id", "task"])
    assert (tasks.chosen.sum() == 1).all()
    assert (tasks.size() == OFFERS + 1).all()
    assert (choices.groupby("respondent_id").task.nunique() == TASKS).all()
    assert (choices.price.isna() == none).all()
    for attribute in market.business.offer.attributes:
        assert (choices[attribute.name].isna() == none).all()
        assert set(choices[attribute.name].dropna()) == set(attribute.levels)


def test_choices_tell_what_levels_and_money_are_worth(market):
    """A logit on price ÷ own stated willingness, and on levels: the price's part-worth is -1 ÷ noise."""
    business = market.business
    people = draw_customers(business, business.customers, stream(13, "customers"))
    own = dict(zip(market.truth.customer_id, people.stated_willingness / people.units[:, 0], strict=True))
    choices = market.tables["choices"].to_pandas()
    columns = [np.where(choices.price.isna(), 0, choices.price.astype(float) / choices.customer_id.map(own))]
    columns.append((choices.alternative != "none").to_numpy(dtype=float))
    worth = []
    for attribute in business.offer.attributes:
        for level, share in zip(attribute.levels[1:], attribute.worth[1:], strict=True):
            columns.append((choices[attribute.name] == level).to_numpy(dtype=float))
            worth.append(share)
    x = np.stack(columns, axis=1).reshape(-1, OFFERS + 1, len(columns))
    chosen = choices.chosen.to_numpy().reshape(-1, OFFERS + 1)

    def loss(beta):
        logs = special.log_softmax(x @ beta, axis=1)
        return -(logs * chosen).sum(), -((chosen - np.exp(logs))[..., None] * x).sum(axis=(0, 1))

    beta = optimize.minimize(loss, np.zeros(x.shape[2]), jac=True, method="BFGS").x

    assert beta[0] == pytest.approx(-1 / business.offer.choice_noise, rel=0.05)
    assert -beta[1:] / beta[0] == pytest.approx([1.0, *worth], abs=0.03)


def test_best_and_worst_answers_tell_what_features_are_worth(market):
    table = market.tables["feature_choices"].to_pandas()
    worth = market.truth.feature_worth
    anchor = next(iter(worth))

    found = BestWorst(anchors={anchor: worth[anchor]}).fit(
        BestWorstAnswers(
            respondent=table.respondent_id, task=table.task, feature=table.feature,
            best=table.best, worst=table.worst, customer=table.customer_id,
        )
    )  # fmt: skip

    assert set(found.money) == set(worth)
    for feature, money in found.money.items():
        assert money.value == pytest.approx(worth[feature], rel=0.15)


def test_every_respondent_sees_as_many_sets_of_features_and_names_one_best_and_one_worst(market):
    sets = market.tables["feature_choices"].to_pandas().groupby(["respondent_id", "task"])

    assert (sets.feature.nunique() == SHOWN).all()
    assert (sets.best.sum() == 1).all()
    assert (sets.worst.sum() == 1).all()
    assert (sets.size().groupby("respondent_id").size() == SETS).all()


def test_features_that_are_only_proposed_are_in_no_plan_yet():
    market = sample_business()
    features = market.tables["features"].to_pandas().set_index("feature")

    assert features.shipped.isna().equals(features.plans.isna())
    assert features.shipped.isna().sum() == 2
    assert set(features.index) == set(market.truth.feature_worth)
    assert (features.cost > 0).all()


def test_a_levels_worth_is_a_share_of_what_one_unit_is_worth_to_the_typical_customer(market):
    unit = market.truth.metrics[market.business.metrics[0].name].typical_willingness

    for attribute in market.business.offer.attributes:
        worth = market.truth.attribute_worth[attribute.name]
        assert list(worth.values()) == pytest.approx([share * unit for share in attribute.worth])


def test_surveys_of_different_people_share_no_respondent(market):
    asked = [
        set(market.tables[name]["respondent_id"].to_pylist())
        for name in ("choices", "feature_choices", "purchase_intent")
    ]

    assert len(set.union(*asked)) == sum(map(len, asked))
