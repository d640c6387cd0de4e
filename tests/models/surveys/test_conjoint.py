"""Conjoint: choices between products read as demand, best prices and the worth of attributes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from models.errors import InvalidInput, NotEstimable, TooFewCustomers
from models.surveys._base import Asked, Columns, Reading
from models.surveys._choices import ChoiceAnswers
from models.surveys.conjoint import Conjoint, Model

ASKED = Asked(unit="EUR/month", resamples=400, unit_cost=4.0, level=0.99)


def survey(
    n: int = 200,
    *,
    seed: int = 0,
    none: bool = True,
    tasks: int = 8,
    differ: float = 0.0,
    nothing: float = -8.0,
    prices: Sequence[float] = (5.0, 10.0, 15.0, 20.0),
) -> Columns:
    """Let n people choose: a unit of utility costs 3, phone support is worth 6, a seat 1.5, and nothing -8.

    `differ` is the standard deviation between people of log sensitivity to the price and of all worths ÷ 3.
    """
    rng = np.random.default_rng(seed)
    person = np.repeat(np.arange(n), tasks * 3)
    size = len(person)
    support = rng.choice(["email", "phone"], size).astype(object)
    seats, price = rng.integers(1, 6, size).astype(float), rng.choice(prices, size)
    own = 3 * differ * rng.normal(size=(3, n))[:, person]
    scale = np.exp(differ * rng.normal(size=n)[person]) / 3
    utility = scale * ((1.5 + own[0] / 3) * seats + (6 + own[1]) * (support == "phone") - price)
    utility += rng.gumbel(size=size)
    alternative = np.tile(["a", "b", "none" if none else "c"], n * tasks).astype(object)
    if none:
        out = alternative == "none"
        utility[out] = (scale * (nothing + own[2]) + rng.gumbel(size=size))[out]
        price[out], seats[out], support[out] = np.nan, np.nan, None
    chosen = np.zeros(size)
    chosen[np.argmax(utility.reshape(-1, 3), axis=1) + 3 * np.arange(n * tasks)] = 1
    return {
        "respondent_id": np.array([f"r{i:04}" for i in person], dtype=object),
        "task": np.tile(np.repeat([f"t{i}" for i in range(tasks)], 3), n).astype(object),
        "alternative": alternative, "price": price, "seats": seats, "support": support, "chosen": chosen,
    }  # fmt: skip


def read(columns: Columns, *, model: Model = "logit", asked: Asked = ASKED) -> Reading:
    return Conjoint(model=model).read(ChoiceAnswers.of(columns), asked)


def numbers(reading: Reading) -> np.ndarray:
    """Everything that is in money: value, low and high of each."""
    estimates = [reading.typical, reading.best_price["revenue"], reading.best_price["profit"]]
    worths = reading.details["worth"].values()
    return np.array(
        [[each.value, each.low, each.high] for each in estimates]
        + [[w["value"], w["low"], w["high"]] for w in worths]
    )


def test_demand_and_worth_of_a_known_population_are_found():
    reading = read(survey(400))

    worth = reading.details["worth"]
    assert worth["support=phone"]["low"] < 6 < worth["support=phone"]["high"]
    assert worth["seats"]["low"] < 1.5 < worth["seats"]["high"]
    # The typical product: 3 seats and the support shown most; worth 4.5 (+ 6) over nothing, which is worth -8.
    phone = 6 * (reading.details["product"]["support"] == "phone")
    assert reading.typical.low < 8 + 4.5 + phone < reading.typical.high
    assert (np.diff(reading.demand.share) < 0).all()


def test_without_a_none_option_there_is_worth_but_no_demand():
    reading = read(survey(none=False))

    assert reading.demand is None
    assert {each.reason for each in (reading.typical, *reading.best_price.values())} == {"no_none_option"}
    assert "no_none_option" in [caveat.code for caveat in reading.caveats]
    assert reading.details["worth"]["seats"]["low"] < 1.5 < reading.details["worth"]["seats"]["high"]


def test_where_nobody_chose_to_buy_nothing_there_is_worth_but_no_demand():
    reading = read(survey(nothing=-200.0))

    assert reading.demand is None
    assert {each.reason for each in (reading.typical, *reading.best_price.values())} == {"none_never_chosen"}
    assert [caveat.code for caveat in reading.caveats] == ["none_never_chosen"]
    assert "none" not in reading.details["part_worths"]
    assert reading.details["worth"]["seats"]["low"] < 1.5 < reading.details["worth"]["seats"]["high"]


def test_where_one_weight_decides_alone_no_interval_is_claimed():
    columns = survey(60) | {"weight": np.repeat(np.where(np.arange(60) == 0, 30.0, 1.0), 24)}

    with pytest.raises(NotEstimable) as refusal:
        read(columns)

    assert refusal.value.reason == "weights_too_unequal"
    columns["weight"] = np.repeat(np.linspace(1, 9, 60), 24)
    assert read(columns).typical.known


def test_a_few_customers_are_refused():
    with pytest.raises(TooFewCustomers):
        read(survey(9))


def test_people_who_love_high_prices_are_refused():
    columns = survey()
    columns["price"] = 25 - columns["price"]

    with pytest.raises(NotEstimable) as refusal:
        read(columns)

    assert refusal.value.reason == "price_not_negative"


@pytest.mark.slow
def test_people_who_are_alike_are_read_by_a_logit_and_others_each_for_themselves():
    alike, different = read(survey(60), model="auto"), read(survey(25, differ=1.5), model="auto")

    assert alike.details["model"] == "logit"
    assert [each["model"] for each in alike.details["models"]] == ["logit", "latent_class"]
    assert different.details["model"] == "hierarchical_bayes"
    assert len(different.details["classes"]) >= 2
    assert {"rhat", "effective_draws"} <= set(different.details)
    json.dumps(different.details, allow_nan=False)


@pytest.mark.parametrize("model", ["latent_class", "mixed_logit"])
def test_people_who_differ_are_found_by_every_model_that_lets_them(model):
    reading = read(survey(250, differ=0.4, tasks=12), model=model)

    assert reading.details["worth"]["seats"]["low"] < 1.5 < reading.details["worth"]["seats"]["high"]
    assert reading.details["worth"]["support=phone"]["low"] > 3
    assert reading.details["holdout"]["hit_rate"]["low"] > reading.details["holdout"]["chance"]
    assert (np.diff(reading.demand.share) < 0).all()
    json.dumps(reading.details, allow_nan=False)


def test_classes_come_with_their_shares_and_worths():
    reading = read(survey(120, differ=0.8, tasks=10), model="latent_class")

    classes = reading.details["classes"]
    assert len(classes) >= 2
    assert sum(each["share"] for each in classes) == pytest.approx(1)
    assert all(each["part_worths"]["price"] < 0 for each in classes)


def test_the_best_price_earns_most_and_costs_raise_it():
    reading = read(survey(400))

    price, share = reading.demand.price, reading.demand.share
    assert reading.best_price["revenue"].value == pytest.approx(price[np.argmax(price * share)], abs=0.4)
    assert reading.best_price["profit"].value > reading.best_price["revenue"].value
    assert reading.best_price["reach"].reason == "reach_falls_with_price"
    assert (
        read(survey(50), asked=replace(ASKED, unit_cost=None)).best_price["profit"].reason == "no_unit_cost"
    )


def test_a_cost_above_every_price_shown_leaves_no_profit_to_be_made():
    reading = read(survey(50), asked=replace(ASKED, unit_cost=20.0))

    assert reading.best_price["profit"].reason == "no_price_shown_above_cost"


def test_where_fewer_than_half_would_buy_at_any_price_the_reason_is_given():
    reading = read(survey(300, nothing=16.0))

    assert reading.typical.reason == "fewer_than_half_would_buy"


def test_where_more_than_half_would_buy_at_the_highest_prices_the_best_price_lies_at_their_edge():
    reading = read(survey(400, nothing=-20.0, prices=(5.0, 6, 7, 8)))

    assert reading.typical.reason == "more_than_half_would_buy"
    assert reading.best_price["revenue"].value == pytest.approx(8.0)
    assert [caveat.code for caveat in reading.best_price["revenue"].warnings] == ["best_price_at_edge"]


def test_everything_in_money_follows_the_currency_and_nothing_else_changes():
    here, there = survey(80), survey(80)
    there["price"] = there["price"] * 7.3

    ours, theirs = read(here), read(there, asked=replace(ASKED, unit_cost=7.3 * 4.0))

    np.testing.assert_allclose(numbers(theirs), 7.3 * numbers(ours), rtol=2e-4)
    np.testing.assert_allclose(theirs.demand.share, ours.demand.share, rtol=1e-6)
    assert theirs.details["holdout"] == ours.details["holdout"]


def test_alternatives_in_another_order_say_the_same():
    columns = survey(80)
    order = np.lexsort((np.random.default_rng(0).random(len(columns["chosen"])), np.arange(80 * 8 * 3) // 3))

    ours, theirs = read(columns), read({name: values[order] for name, values in columns.items()})

    np.testing.assert_allclose(numbers(theirs), numbers(ours), rtol=1e-4)


def test_a_weight_of_two_is_a_colleague_who_answers_the_same():
    columns = survey(40) | {"weight": np.ones(40 * 24)}
    columns["customer_id"] = columns["respondent_id"]
    columns["weight"][:24] = 2.0
    colleague = {name: values[:24].copy() for name, values in columns.items()}
    colleague["respondent_id"][:] = "s0000"
    written_out = {name: np.concatenate([values, colleague[name]]) for name, values in columns.items()}
    written_out["weight"][:] = 1.0

    np.testing.assert_allclose(numbers(read(written_out)), numbers(read(columns)), rtol=1e-6)


def test_the_same_answers_and_seed_give_the_same_bits():
    assert read(survey(40), model="mixed_logit").details == read(survey(40), model="mixed_logit").details


def test_one_task_each_leaves_nothing_to_be_held_out():
    reading = read(survey(300, tasks=1))

    assert reading.details["holdout"]["hit_rate"]["reason"] == "one_task_each"


def test_attributes_that_no_task_tells_apart_are_named():
    columns = survey(60)
    columns["same"] = np.where(np.isnan(columns["price"]), np.nan, 3.0)

    reading = read(columns)

    assert [caveat.code for caveat in reading.caveats] == ["not_identified"]
    assert "same" not in reading.details["part_worths"]


def test_an_unknown_model_is_refused():
    with pytest.raises(InvalidInput, match="latent_class"):
        Conjoint(model="probit")


@pytest.mark.slow
@pytest.mark.parametrize("model", ["auto", "latent_class", "mixed_logit", "hierarchical_bayes"])
def test_a_reading_tells_how_far_it_has_come(model):
    told: list[float] = []
    asked = replace(ASKED, progress=lambda done, total: told.append(done / total))

    read(survey(25, differ=1.5), model=model, asked=asked)

    assert told == sorted(told)
    assert len(set(told)) > 25
    assert told[-1] == 1


def test_who_listens_is_no_part_of_the_question():
    assert replace(ASKED, progress=lambda done, total: None) == ASKED
    assert hash(replace(ASKED, progress=lambda done, total: None)) == hash(ASKED)


@pytest.mark.slow
def test_a_listener_who_has_heard_enough_ends_the_reading():
    class Enough(Exception):
        pass

    def listener(done: int, total: int) -> None:
        if done > 0.3 * total:
            raise Enough

    with pytest.raises(Enough):
        read(survey(25), model="hierarchical_bayes", asked=replace(ASKED, progress=listener))
