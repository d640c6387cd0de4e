"""What past counter-offers teach, and the one answer that all of a fairness group get to the next."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from pricing_service.decisions import Outcome
from pricing_service.decisions._raise_bargains import Bargains
from pricing_service.decisions._raise_counters import lowest_counters
from pricing_service.decisions._raise_plan import Planned, Rails
from pricing_service.decisions._raise_study import RaiseStudy
from pricing_service.decisions._raise_told import told_raises
from pricing_service.panel import StoredPanel
from tests.pricing_service.decisions.conftest import FrontDoor
from tests.pricing_service.decisions.raising_business import (
    in_another_currency,
    raised,
    raising_board,
    rows,
)
from tests.pricing_service.decisions.small_business import Row, Tables

RAILS = Rails(0.01, 0.01, 0.9, 0.0, ["plan", "usage_band"])
PAID = 0.25
"""Part of the raise that those who offered less pay."""


def haggled(part: float = PAID, *, every: int = 2, response: str = "negotiated") -> Tables:
    """The business, in which every so many of those who were raised and stayed offered less and pay a part of it."""
    tables = raising_board()
    told: list[Row] = []
    for at, row in enumerate(tables["price_changes"]):
        old, offered = float(str(row["old_mrr"])), float(str(row["offered_mrr"]))
        less = {"new_mrr": old + part * (offered - old), "response": response}
        told.append(row | (less if row["new_mrr"] != "" and at % every == 0 else {}))
    return tables | {"price_changes": told}


@pytest.fixture(scope="module")
def bargained(front_door: FrontDoor) -> StoredPanel:
    return front_door(haggled())


@pytest.fixture(scope="module")
def found(bargained: StoredPanel) -> Outcome:
    return raised(bargained)


@pytest.fixture(scope="module")
def planned(raise_study: RaiseStudy) -> Planned:
    return Planned.of(raise_study, RAILS)


def milder(planned: Planned, factor: float) -> Planned:
    """The same plan where churn answers less to price."""
    study = planned.study
    response = replace(study.response, theta=factor * study.response.theta)
    return replace(planned, study=replace(study, response=response))


def countering(planned: Planned, share: float) -> Planned:
    """The same plan where another share of customers offers less."""
    study = replace(planned.study)
    study.bargains.__dict__["countered"] = np.full(study.response.theta.size, share)
    return replace(planned, study=study)


def values(planned: Planned) -> np.ndarray:
    return np.array([each.lowest.value for each in lowest_counters(planned).values()])


def test_counter_offers_and_what_they_brought_are_learned(found: Outcome, bargained: StoredPanel):
    told, bargaining = told_raises(bargained), found.result["bargaining"]
    stayed = sum(each.realised is not None for each in told)
    k = bargaining["counters"]

    assert k == sum(each.countered for each in told) > 20
    assert bargaining["countered"]["n"] == stayed
    assert bargaining["countered"]["value"] == pytest.approx((2 + k) / (10 + stayed), abs=0.02)
    assert bargaining["conceded"]["value"] == pytest.approx((1 + PAID * k) / (2 + k), abs=0.02)
    for name in ("countered", "conceded"):
        assert bargaining[name]["low"] < bargaining[name]["value"] < bargaining[name]["high"]


@pytest.mark.parametrize("every", [1, 2, 5, 1000])
def test_they_agree_with_the_share_of_a_raise_that_is_paid(
    front_door: FrontDoor, every: int, raise_study: RaiseStudy
):
    told = told_raises(front_door(haggled(every=every)))

    known = Bargains(replace(raise_study.customers, told=told), 40_000, 1)

    by_counters = 1 - known.countered.mean() * (1 - known.conceded.mean())
    assert by_counters == pytest.approx(known.realised.mean(), abs=0.004)


@pytest.mark.parametrize(("part", "response"), [(0.0, "negotiated"), (1.0, "negotiated"), (PAID, "accepted")])
def test_who_pays_all_or_nothing_of_it_or_offered_nothing_did_not_counter(
    front_door: FrontDoor, part, response
):
    told = told_raises(front_door(haggled(part, response=response)))

    assert not any(each.countered for each in told)


def test_a_mixture_of_those_who_pay_all_and_some_who_pay_less_is_worth_what_the_mean_is(
    raise_study: RaiseStudy,
):
    """Value is linear in the share that is paid, draw by draw: a mixture with the same mean changes no plan."""

    def value(share: float) -> np.ndarray:
        study = replace(raise_study)
        study.__dict__["realised"] = np.full(study.response.theta.size, share)
        told: np.ndarray = study.told.value
        return told

    np.testing.assert_allclose(0.7 * value(1.0) + 0.3 * value(0.4), value(0.82), rtol=1e-9)


def test_all_of_a_group_have_the_same_lowest_counter_up_to_their_own_raise(found: Outcome):
    lowest = {row["group"]: row["lowest_counter"] for row in found.result["policy"]["groups"]}
    asked = {row["group"]: row["raise"] for row in found.result["policy"]["groups"]}

    mine = [row for row in rows(found) if row["arm"] == "raise"]

    assert {row["fairness_group"] for row in mine} == set(lowest)
    for row in mine:
        least = min(lowest[row["fairness_group"]]["value"], row["raise"])
        assert row["lowest_counter_mrr"] == pytest.approx(row["current_mrr"] * (1 + least), abs=0.006)
        assert row["current_mrr"] - 0.006 <= row["lowest_counter_mrr"] <= row["recommended_mrr"]
    for group, each in lowest.items():
        assert 0 <= each["low"] <= each["value"] <= each["high"] <= asked[group] + 1e-12
        assert each["unit"] == "share"
        assert each["n"] == sum(row["fairness_group"] == group for row in mine)


def test_who_is_not_raised_has_none_and_its_reasons_say_why(found: Outcome, never_raised: StoredPanel):
    others = [row for row in rows(found) if row["arm"] != "raise"]

    assert others
    assert all(row["lowest_counter_mrr"] is None and row["reasons"] for row in others)
    assert all(row["lowest_counter_mrr"] is None for row in rows(raised(never_raised)))


def test_the_less_churn_answers_the_higher_it_is(planned: Planned):
    steps = [values(milder(planned, factor)) for factor in (2.0, 1.0, 0.5, 0.1)]

    assert all((more >= less - 1e-12).all() for less, more in pairwise(steps))
    assert steps[-1].mean() > steps[0].mean()
    nobody = values(milder(planned, 1e-9))
    levels = planned.study.terms.levels[planned.plan.level]
    assert nobody == pytest.approx(levels[list(lowest_counters(planned))], abs=1e-6)


def test_the_more_offer_less_the_higher_it_is(planned: Planned):
    few, some, many = (values(countering(planned, share)) for share in (0.02, 0.2, 0.9))

    assert (few <= some).all()
    assert (some <= many).all()
    assert few.mean() < many.mean()


def test_if_all_offered_less_it_would_be_higher_and_as_where_all_do(planned: Planned):
    told = lowest_counters(planned).values()

    if_all = np.array([each.if_all.value for each in told])
    assert (if_all >= values(planned)).all()
    assert if_all == pytest.approx(values(countering(planned, 1.0)))


def test_where_nobody_is_raised_there_is_no_guidance(planned: Planned):
    assert lowest_counters(replace(planned, level=np.zeros_like(planned.level))) == {}


def test_another_currency_changes_no_share_and_all_money(front_door: FrontDoor, found: Outcome):
    other = raised(front_door(in_another_currency(haggled(), 10.0)))

    for name in ("countered", "conceded"):
        here, there = (each.result["bargaining"][name]["value"] for each in (found, other))
        assert there == pytest.approx(here)
    pairs = zip(rows(found), rows(other), strict=True)
    priced: list[tuple[Any, Any]] = [
        (mine["lowest_counter_mrr"], its["lowest_counter_mrr"]) for mine, its in pairs
    ]
    assert [its is None for _, its in priced] == [mine is None for mine, _ in priced]
    assert [its for _, its in priced if its] == pytest.approx(
        [10 * mine for mine, _ in priced if mine], rel=1e-3
    )
