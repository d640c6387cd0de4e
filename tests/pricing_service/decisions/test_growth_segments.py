"""Retention by plan and trait: of the plan at the window's start, the worst first, and named only where it is sure."""

from __future__ import annotations

from typing import Any

import pytest

from pricing_service.decisions import Outcome
from tests.pricing_service.decisions.conftest import FrontDoor
from tests.pricing_service.decisions.small_business import Row, Tables, decided
from tests.pricing_service.decisions.test_growth import month, subscription

KIND = "growth"
SEEN: list[Row] = [{"customer_id": "basic0", "date": "2025-01-31", "metric": "seats", "units": 1}]


def book(plans: dict[str, tuple[int, int]]) -> Tables:
    """By plan how many customers there were at first, and how many of them left; all stayers then change to pro."""
    rows: list[Row] = []
    people: list[Row] = []
    for plan, (count, left) in plans.items():
        for at in range(count):
            who = f"{plan}{at}"
            rows.append(subscription(who, 0, 6, 100) | {"plan": plan})
            if at >= left:
                rows.append(subscription(who, 6, None, 100) | {"plan": "pro"})
            people.append(
                {"customer_id": who, "signed_up": month(0), "colour": "red" if at < left else "blue"}
            )
    return {"subscriptions": rows, "customers": people, "usage": SEEN}


@pytest.fixture(scope="module")
def leaky(front_door: FrontDoor) -> Outcome:
    return decided(
        KIND, front_door(book({"basic": (60, 40), "pro": (60, 3), "team": (60, 5), "tiny": (4, 1)}))
    )


def rows_of(outcome: Outcome, trait: str = "plan") -> list[dict[str, Any]]:
    return [row for row in outcome.result["by_segment"] if row["trait"] == trait]


def said(outcome: Outcome) -> list[str]:
    return [each for each in outcome.result["sentences"] if "surely less" in each]


def test_customers_count_where_they_were_when_the_window_began(leaky: Outcome) -> None:
    assert [(row["level"], row["customers"]) for row in rows_of(leaky)] == [
        ("basic", 60), ("team", 60), ("pro", 60), ("tiny", 4),
    ]  # fmt: skip
    assert rows_of(leaky)[0]["grr"]["value"] == pytest.approx(20 / 60)
    assert rows_of(leaky)[0]["logo_retention"]["value"] == pytest.approx(20 / 60)


def test_a_plan_of_few_customers_is_unknown_and_last(leaky: Outcome) -> None:
    last = rows_of(leaky)[-1]

    assert (last["grr"]["value"], last["grr"]["reason"]) == (None, "insufficient_customers")


def test_the_plan_that_surely_keeps_least_is_named_and_how_many_were_looked_at(leaky: Outcome) -> None:
    (sentence,) = said(leaky)

    assert "on the plan basic then kept 33 %" in sentence
    assert "though 3 were looked at" in sentence


def test_plans_that_differ_by_chance_are_not_named(front_door: FrontDoor) -> None:
    found = decided(KIND, front_door(book({"basic": (60, 12), "pro": (60, 8), "team": (60, 6)})))

    assert said(found) == []


def test_one_plan_alone_is_compared_with_nothing(front_door: FrontDoor) -> None:
    assert said(decided(KIND, front_door(book({"basic": (60, 40)})))) == []


def test_a_trait_that_is_asked_for_stands_beside_the_plan(front_door: FrontDoor) -> None:
    panel = front_door(book({"basic": (60, 30), "pro": (60, 20)}))
    found = decided(KIND, panel, segment_by="colour")

    assert [(row["level"], row["grr"]["value"]) for row in rows_of(found, "colour")] == [
        ("red", 0),
        ("blue", 1),
    ]
    assert any("whose colour is red" in each and "though 4" in each for each in said(found))
    assert {row["trait"] for row in decided(KIND, panel, segment_by="plan").result["by_segment"]} == {"plan"}


def test_a_trait_known_only_as_it_is_today_says_so(front_door: FrontDoor) -> None:
    panel = front_door(book({"basic": (60, 30), "pro": (60, 20)}))
    found = decided(KIND, panel, segment_by="colour")

    assert {row["as_of"] for row in rows_of(found, "colour")} == {"today"}
    assert {row["as_of"] for row in rows_of(found)} == {"window_start"}
    (caveat,) = [each["message"] for each in found.result["caveats"] if each["code"] == "traits_of_today"]
    assert "Segments by colour are those of today" in caveat
    plans_alone = decided(KIND, panel).result["caveats"]
    assert "traits_of_today" not in [each["code"] for each in plans_alone]


def test_a_trait_with_a_history_counts_customers_where_they_were_when_the_window_began(
    front_door: FrontDoor,
) -> None:
    """Who left turned red, long after the window had begun: by what was known then, colours keep alike."""
    tables = book({"basic": (60, 40), "pro": (60, 40)})
    told = [(who["customer_id"], at % 2) for at, who in enumerate(tables["customers"])]
    tables["trait_history"] = [
        {"customer_id": who, "date": date, "trait": "colour", "value": value}
        for who, odd in told
        for date, value in (("2023-05-01", "green" if odd else "grey"), ("2024-03-01", "red"))
    ]
    found = decided(KIND, front_door(tables), segment_by="colour")

    rows = rows_of(found, "colour")
    assert [(row["level"], row["customers"], row["as_of"]) for row in rows] == [
        ("green", 60, "window_start"),
        ("grey", 60, "window_start"),
    ]
    assert [row["grr"]["value"] for row in rows] == pytest.approx([1 / 3, 1 / 3])
    assert "traits_of_today" not in [each["code"] for each in found.result["caveats"]]


@pytest.mark.parametrize(("changed", "unknown"), [(0, 0), (30, 60)])
def test_today_stands_in_for_who_has_no_history_only_where_the_trait_stands_still(
    front_door: FrontDoor, changed: int, unknown: int
) -> None:
    """Of 60 of 120 customers it was written down; of them 30 have changed, or nobody has."""
    tables = book({"basic": (60, 0), "pro": (60, 0)})
    tables["trait_history"] = [
        {"customer_id": f"basic{at}", "date": "2023-05-01", "trait": "colour", "value": value}
        for at in range(60)
        for value in ("red" if at < changed else "blue",)
    ]
    rows = rows_of(decided(KIND, front_door(tables), segment_by="colour"), "colour")

    assert {row["level"]: row["customers"] for row in rows}.get("(unknown)", 0) == unknown
    assert sum(row["customers"] for row in rows) == 120


def test_a_group_has_its_dearest_plan_and_its_parents_trait(front_door: FrontDoor) -> None:
    tables = book({"basic": (20, 0), "pro": (20, 0)})
    tables["subscriptions"].append(subscription("member", 0, None, 900) | {"plan": "vast"})
    tables["customers"].append(
        {"customer_id": "member", "signed_up": month(0), "parent_id": "basic0", "colour": "green"}
    )
    found = decided(KIND, front_door(tables), segment_by="colour")

    assert {row["level"]: row["customers"] for row in rows_of(found)} == {"basic": 19, "pro": 20, "vast": 1}
    assert {row["level"]: row["customers"] for row in rows_of(found, "colour")} == {"blue": 40}


def test_before_the_window_is_over_there_are_no_segments_and_a_reason(front_door: FrontDoor) -> None:
    found = decided(KIND, front_door(book({"basic": (60, 40)})), window_months=24)

    assert found.result["by_segment"] == []
    assert found.result["reasons"]["by_segment"] == "window_not_over"


def test_monthly_bills_without_plans_have_one_unknown_level(front_door: FrontDoor) -> None:
    bills: list[Row] = [
        {"customer_id": f"c{who}", "month": month(at), "mrr": 100} for who in range(12) for at in range(13)
    ]
    found = decided(KIND, front_door({"monthly_mrr": bills}))

    assert [row["level"] for row in rows_of(found)] == ["(unknown)"]
