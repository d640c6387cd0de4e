"""Conjoint: choices between products read as demand, best prices and the worth of attributes."""

from __future__ import annotations

import numpy as np
import pytest

from models.errors import NotEstimable, TooFewCustomers
from models.surveys._base import Asked, Columns
from models.surveys._choices import ChoiceAnswers
from models.surveys.conjoint import Conjoint

ASKED = Asked(unit="EUR/month", resamples=400, unit_cost=4.0, level=0.99)


def survey(n: int = 200, *, seed: int = 0, none: bool = True, tasks: int = 8) -> Columns:
    """Let n people choose; alike: a unit of utility costs 3, phone support is worth 6, a seat 1.5."""
    rng = np.random.default_rng(seed)
    respondent = np.repeat([f"r{i:04}" for i in range(n)], tasks * 3)
    task = np.tile(np.repeat([f"t{i}" for i in range(tasks)], 3), n)
    size = len(task)
    support = rng.choice(["email", "phone"], size).astype(object)
    seats, price = rng.integers(1, 6, size).astype(float), rng.choice([5.0, 10, 15, 20], size)
    utility = (1.5 * seats + 6 * (support == "phone") - price) / 3 + rng.gumbel(size=size)
    alternative = np.tile(["a", "b", "none" if none else "c"], n * tasks).astype(object)
    if none:
        nothing = alternative == "none"
        utility[nothing] = (-8 / 3 + rng.gumbel(size=size))[nothing]
        price[nothing], seats[nothing], support[nothing] = np.nan, np.nan, None
    chosen = np.zeros(size)
    chosen[np.argmax(utility.reshape(-1, 3), axis=1) + 3 * np.arange(n * tasks)] = 1
    return {
        "respondent_id": respondent.astype(object), "task": task.astype(object), "alternative": alternative,
        "price": price, "seats": seats, "support": support, "chosen": chosen,
    }  # fmt: skip


def test_demand_and_worth_of_a_known_population_are_found():
    reading = Conjoint().read(ChoiceAnswers.of(survey(400)), ASKED)

    worth = reading.details["worth"]
    assert worth["support=phone"]["low"] < 6 < worth["support=phone"]["high"]
    assert worth["seats"]["low"] < 1.5 < worth["seats"]["high"]
    # The typical product: 3 seats and the support shown most; worth 4.5 (+ 6) over nothing, which is worth -8.
    phone = 6 * (reading.details["product"]["support"] == "phone")
    assert reading.typical.low < 8 + 4.5 + phone < reading.typical.high
    assert (np.diff(reading.demand.share) < 0).all()


def test_without_a_none_option_there_is_worth_but_no_demand():
    reading = Conjoint().read(ChoiceAnswers.of(survey(none=False)), ASKED)

    assert reading.demand is None
    assert {each.reason for each in (reading.typical, *reading.best_price.values())} == {"no_none_option"}
    assert "no_none_option" in [caveat.code for caveat in reading.caveats]
    assert reading.details["worth"]["seats"]["low"] < 1.5 < reading.details["worth"]["seats"]["high"]


def test_a_few_customers_are_refused():
    with pytest.raises(TooFewCustomers):
        Conjoint().read(ChoiceAnswers.of(survey(9)), ASKED)


def test_people_who_love_high_prices_are_refused():
    columns = survey()
    columns["price"] = 25 - columns["price"]

    with pytest.raises(NotEstimable) as refusal:
        Conjoint().read(ChoiceAnswers.of(columns), ASKED)

    assert refusal.value.reason == "price_not_negative"
