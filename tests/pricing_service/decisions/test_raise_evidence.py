"""Raises of whole plans in turn tell how churn answers where that is accepted, and where plans went alike before."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pricing_service.decisions import Outcome
from pricing_service.decisions._raise_contracts import contracts
from pricing_service.decisions._raise_entries import elasticity
from pricing_service.decisions._raise_groups import GroupRaises
from pricing_service.decisions._raise_study import RaiseStudy
from pricing_service.panel import StoredPanel
from tests.pricing_service.decisions.conftest import FrontDoor
from tests.pricing_service.decisions.raising_business import changed, customers_of, raised, terms
from tests.pricing_service.decisions.staggered_book import SLOPE, staggered_book


@pytest.fixture(scope="module")
def panel(front_door: FrontDoor) -> StoredPanel:
    return front_door(staggered_book())


@pytest.fixture(scope="module")
def accepted(panel: StoredPanel) -> Outcome:
    return raised(panel, accept=["staggered"])


def entry(panel: StoredPanel, *accept: str) -> dict[str, Any]:
    return elasticity(RaiseStudy.of(panel, terms(accept=accept)))


def test_raises_of_whole_plans_set_the_answer_where_they_are_accepted(accepted: Outcome):
    found = accepted.result["elasticity"]

    assert found["low"] < SLOPE < found["high"]
    assert found["identified_by"] == "staggered"
    assert found["staggered"]["groups"] == [
        {"group": "basic", "begins": "2025-01"}, {"group": "team", "begins": "2025-08"},
    ]  # fmt: skip
    assert found["staggered"]["trend_before"]["verdict"] == "none_seen"
    assert [each["to_month"] for each in found["staggered"]["trend_before"]["leads"]] == [-1, -7]
    assert "raised_by_plan" in [each["code"] for each in found["warnings"]]
    assert accepted.result["policy"]
    assert accepted.result["past_raises"]["given"] == 0


def test_nobody_accepts_them_by_default(panel: StoredPanel):
    found = entry(panel)

    assert found["value"] is found["identified_by"] is found["staggered"] is None
    assert found["reasons"] == {
        "identified_by": "not_identified", "staggered": "not_accepted", "cross_sectional": "not_accepted",
    }  # fmt: skip


def test_plans_that_lost_more_before_their_raise_tell_nothing(front_door: FrontDoor):
    found = entry(front_door(staggered_book(trend=0.9)), "staggered")

    assert found["value"] is None
    assert found["reason"] == "trend_before"
    assert found["staggered"]["trend_before"]["verdict"] == "seen"
    assert found["staggered"]["trend_before"]["chance"] < 0.05
    assert found["band"]["learnt"] == 0


@pytest.mark.parametrize(
    ("chosen", "assignment", "reason"),
    [(0.6, "policy", "no_group_raises"), (1.0, "negotiated", "no_group_raises")],
)
def test_raises_of_chosen_customers_and_negotiated_ones_never_tell(
    front_door: FrontDoor, chosen: float, assignment: str, reason: str
):
    tables = changed(staggered_book(chosen=chosen), "price_changes", assignment=assignment)

    found = entry(front_door(tables), "staggered")

    assert found["value"] is None
    assert found["reasons"]["staggered"] == reason


def test_plans_that_were_all_raised_at_once_have_nothing_to_stand_beside(front_door: FrontDoor):
    tables = staggered_book(300)
    gone = {row["customer_id"] for row in tables["subscriptions"] if row["plan"] != "basic"}
    tables = {
        name: [row for row in rows if row.get("customer_id") not in gone] for name, rows in tables.items()
    }

    found = entry(front_door(tables), "staggered")

    assert found["reasons"]["staggered"] == "nobody_untreated"


def test_raises_by_lot_are_stronger(raising: StoredPanel):
    found = entry(raising, "staggered")

    assert found["identified_by"] == "randomised"
    assert found["reasons"] == dict.fromkeys(("staggered", "cross_sectional"), "stronger_evidence")


@pytest.mark.parametrize(
    ("month", "before", "leads"),
    [(11, False, [0, 0]), (10, True, [1, 0]), (5, True, [1, 0]), (4, True, [0, 1]), (-2, True, [0, 0])],
)
def test_leads_count_from_the_month_in_which_a_raise_first_counts(panel: StoredPanel, month, before, leads):
    groups = GroupRaises.of(panel, customers_of(panel), contracts(panel, ended=True))
    basic = np.flatnonzero(groups.group == groups.names.index("basic"))[:1]

    counts, found = groups.before(basic, np.array([12 * 2024 + month]))

    assert counts.tolist() == [before]
    assert found.tolist() == [leads]
