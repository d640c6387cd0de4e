"""What growth says of the future: forces and levers, what a point of retention is worth, what a budget must keep."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from models.retention.levers import AS_BEFORE
from pricing_service.decisions import Outcome
from pricing_service.decisions._growth_forces import Forces
from pricing_service.decisions._growth_forecast import Foresight
from pricing_service.decisions._growth_ledger import read_book
from tests.pricing_service.decisions.conftest import FrontDoor
from tests.pricing_service.decisions.small_business import Row, Tables, decided
from tests.pricing_service.decisions.test_growth import KIND, month, monthly

MONTHS = 25


def book() -> np.ndarray:
    """Month-ends of 160 customers: a hundred from the start on, the others come one by one; one in fifty leaves."""
    rng = np.random.default_rng(6)
    first = np.where(np.arange(160) < 100, 0, 1 + (np.arange(160) - 100) * 24 // 60)
    stays = (rng.random((MONTHS, 160)) >= 0.02).cumprod(axis=0)
    there = np.arange(MONTHS)[:, None] >= first
    return np.where(there, stays * np.rint(rng.lognormal(5, 0.6, 160)), 0).astype(np.int64)


@pytest.fixture(scope="module")
def tables() -> Tables:
    made = monthly(book())
    made["referrals"] = [
        {"customer_id": "c00", "date": month(3), "referred": f"c0{who}"} for who in range(110, 130)
    ]
    costs: list[Row] = [
        {"customer_id": "c00", "date": month(at), "kind": "success", "amount": 50, "purpose": purpose}
        for at in range(MONTHS)
        for purpose in ("value_gap", "value_delivery")
    ]
    costs.append(
        {"customer_id": "c01", "date": month(20), "kind": "acquisition", "amount": 9999, "purpose": ""}
    )
    made["costs"] = costs
    return made


@pytest.fixture(scope="module")
def found(front_door: FrontDoor, tables: Tables) -> Outcome:
    return decided(KIND, front_door(tables), line_of_2021=True)


def levers(outcome: Outcome) -> dict[str, dict[str, Any]]:
    return {row["lever"]: row for row in outcome.result["forces"]["levers"]}


def test_the_forces_of_the_past_add_up_to_what_revenue_moved_by(found: Outcome) -> None:
    months = found.result["months"][-12:]
    forces = sum(row["mrr_change"] for row in found.result["forces"]["past"])

    assert round(months[-1]["closing_mrr"] - months[0]["opening_mrr"] - forces, 2) == 0


def test_more_retention_and_more_leads_surely_add_and_a_raise_may(found: Outcome) -> None:
    told = levers(found)

    assert told["retention"]["mrr_change"]["low"] > 0
    assert told["leads"]["mrr_change"]["low"] > 0
    assert 0 < told["pricing"]["share_of_mrr"]["value"] < 0.05
    assert found.result["forces"]["horizon_months"] == 36


def test_two_points_of_gross_retention_are_two_points(front_door: FrontDoor) -> None:
    panel = front_door(monthly(book()))
    foresight = Foresight.of(read_book(panel), window=12, level=0.9, seed=3)
    (staying,) = (levers for name, _, levers in Forces.of(foresight, panel).levers() if name == "retention")
    base, kept = (foresight.paths(12, each).gross[:, -1].mean() for each in (AS_BEFORE, staying))

    assert kept - base == pytest.approx(0.02, abs=0.001)


def test_the_share_of_customers_who_were_recommended_is_counted(found: Outcome) -> None:
    """Of those who came one by one and ever paid, the twenty who were recommended."""
    paid = (book() > 0).any(axis=0)
    share = found.result["forces"]["referred_share"]

    assert share["value"] == pytest.approx(paid[110:130].sum() / paid[100:].sum())
    assert share["low"] < share["value"] < share["high"]


def test_without_referrals_nothing_compounds_through_them_and_it_is_said(front_door: FrontDoor) -> None:
    forces = decided(KIND, front_door(monthly(book()))).result["forces"]

    assert forces["referred_share"]["reason"] == "no_referrals"
    assert len(forces["levers"]) == 4


def test_a_point_of_retention_is_worth_a_range_that_names_its_source(found: Outcome) -> None:
    told = found.result["valuation"]
    worth = told["value_of_a_point"]

    assert worth["value"] == pytest.approx(0.25 * told["yearly_revenue"])
    assert (worth["low"], worth["high"]) == pytest.approx(
        (0.2 * told["yearly_revenue"], 0.4 * told["yearly_revenue"])
    )
    assert told["multiple_per_point"]["source"]
    assert told["confounded_by"] == "growth"


def test_the_line_of_2021_is_an_option(found: Outcome, front_door: FrontDoor) -> None:
    steady = decided(KIND, front_door(monthly(np.full((MONTHS, 12), 100))), line_of_2021=True).result
    line = steady["valuation"]["line_of_2021"]

    assert line == pytest.approx({"multiple": 5.0, "value": 5 * 12 * 1200})
    assert found.result["valuation"]["line_of_2021"]["value"] is None
    assert "line_of_2021" not in decided(KIND, front_door(monthly(book()))).result["valuation"]


def test_a_callers_own_multiple_takes_the_place_of_the_usual_one(front_door: FrontDoor) -> None:
    told = decided(KIND, front_door(monthly(book())), multiple_per_point=0.3, multiple_most=0.5).result[
        "valuation"
    ]

    assert told["multiple_per_point"] == {
        "value": 0.3, "least": 0.3, "most": 0.5, "source": "given in the options", "dated": "",
    }  # fmt: skip


def test_a_multiple_outside_its_own_range_is_refused(front_door: FrontDoor) -> None:
    with pytest.raises(ValidationError, match="low ≤ value ≤ high"):
        decided(KIND, front_door(monthly(book())), multiple_per_point=0.3, multiple_most=0.2)


def test_a_success_budget_is_split_by_purpose_and_says_what_it_must_keep(found: Outcome) -> None:
    budget = found.result["success_budget"]

    assert (budget["cost_of_goods"], budget["sales_and_marketing"], budget["unstated"]) == (600, 600, 0)
    assert budget["cost"] == 1200
    grown = sum(month["expansion"] for month in found.result["months"][-12:])
    assert budget["expansion"] == pytest.approx(grown)
    assert budget["break_even_share"] == pytest.approx(1200 / (12 * budget["opening_mrr"]))


def test_sentences_tell_the_best_lever_and_what_a_point_is_worth(found: Outcome) -> None:
    said = " ".join(found.result["sentences"])

    assert "would likely do most in 3 years" in said
    assert "A point more of net retention adds" in said
