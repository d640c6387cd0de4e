"""List prices that customers came at tell how churn answers where that is accepted, and where the same kind came."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pricing_service.decisions._raise_entries import elasticity
from pricing_service.decisions._raise_study import RaiseStudy
from pricing_service.panel import StoredPanel
from tests.pricing_service.decisions.conftest import FrontDoor
from tests.pricing_service.decisions.listed_book import HAZARD, PRICES, SLOPE, listed_book
from tests.pricing_service.decisions.raising_business import in_another_currency, raised, terms
from tests.pricing_service.decisions.small_business import Tables
from tests.pricing_service.decisions.staggered_book import staggered_book

ACCEPT = ("cross_sectional",)


def entry(panel: StoredPanel, *accept: str) -> dict[str, Any]:
    return elasticity(RaiseStudy.of(panel, terms(accept=accept)))


@pytest.fixture(scope="module")
def tables() -> Tables:
    return listed_book()


@pytest.fixture(scope="module")
def panel(front_door: FrontDoor, tables: Tables) -> StoredPanel:
    return front_door(tables)


@pytest.fixture(scope="module")
def found(panel: StoredPanel) -> dict[str, Any]:
    return entry(panel, *ACCEPT)


def test_list_prices_set_the_answer_where_they_are_accepted(found: dict[str, Any]):
    listed = found["cross_sectional"]

    assert found["low"] < SLOPE < found["high"]
    assert found["identified_by"] == "cross_sectional"
    assert found["reasons"] == {"staggered": "not_accepted"}
    assert [each["code"] for each in found["warnings"]] == ["came_at_their_price"]
    assert listed["customers"] == 1200
    assert [(each["plan"], each["price"], each["unit"]) for each in listed["versions"]][:2] == [
        ("basic", 50.0, "EUR/month"), ("basic", 60.0, "EUR/month"),
    ]  # fmt: skip
    assert listed["versions"][0]["over_usual"] == pytest.approx(50 / 60 - 1)
    assert listed["balance"]["verdict"] == "none_seen"
    assert [each["known"] for each in listed["balance"]["known"]] == [
        "first bill",
        "first value",
        "country: NL",
    ]


def test_how_strong_an_unseen_reason_would_have_to_be_is_told(found: dict[str, Any]):
    away, ratio = found["cross_sectional"]["explained_away"], np.exp(0.1 * found["value"])

    assert away["value"] == pytest.approx(ratio + np.sqrt(ratio * (ratio - 1)), rel=1e-6)
    assert 1 < away["low"] < away["value"] < away["high"]
    assert away["unit"] == "risk ratio"


def test_nobody_accepts_them_by_default(panel: StoredPanel):
    assert entry(panel)["value"] is None
    assert entry(panel)["reasons"]["cross_sectional"] == "not_accepted"
    assert entry(panel, "staggered")["reasons"]["cross_sectional"] == "not_accepted"


def test_the_plan_rests_on_them_and_says_so(panel: StoredPanel):
    result = raised(panel, accept=["cross_sectional"]).result

    assert result["policy"]
    assert "the weakest evidence" in " ".join(result["sentences"])


def test_raises_by_lot_and_of_whole_plans_are_stronger(front_door: FrontDoor, raising: StoredPanel):
    by_plan = entry(front_door(staggered_book()), "staggered", "cross_sectional")

    assert entry(raising, *ACCEPT)["identified_by"] == "randomised"
    assert entry(raising, *ACCEPT)["reasons"]["cross_sectional"] == "stronger_evidence"
    assert by_plan["identified_by"] == "staggered"
    assert by_plan["reasons"] == {"cross_sectional": "stronger_evidence"}


def test_whole_plans_that_tell_nothing_leave_it_to_list_prices(panel: StoredPanel):
    found = entry(panel, "staggered", "cross_sectional")

    assert found["identified_by"] == "cross_sectional"
    assert found["reasons"] == {"staggered": "no_group_raises"}


def test_customers_who_differed_before_tell_nothing(front_door: FrontDoor):
    found = entry(front_door(listed_book(larger=2.0)), *ACCEPT)

    assert found["value"] is found["identified_by"] is None
    assert found["reason"] == found["reasons"]["identified_by"] == "versions_differ_before"
    assert found["cross_sectional"]["balance"]["verdict"] == "seen"
    assert found["cross_sectional"]["balance"]["chance"] < 0.05
    assert found["cross_sectional"]["explained_away"]["reason"] == "versions_differ_before"
    assert found["band"]["learnt"] == 0
    size = found["cross_sectional"]["balance"]["known"][0]
    assert size["known"] == "first bill"
    assert size["low"] > 0


def test_where_nothing_was_known_before_nothing_is_told(front_door: FrontDoor, tables: Tables):
    prices: list[Any] = [(row["plan"], row["valid_from"], row["price"]) for row in tables["price_book"]]
    bare: Tables = {name: [] for name in ("outcomes", "kpis")}
    bare["customers"] = [row | {"country": "DE"} for row in tables["customers"]]
    bare["subscriptions"] = [
        row | {"mrr": [price for plan, day, price in prices if plan == row["plan"] and day <= row["start"]][-1]}
        for row in tables["subscriptions"]
    ]  # fmt: skip
    bare["price_book"] = tables["price_book"]

    found = entry(front_door({name: rows for name, rows in bare.items() if rows}), *ACCEPT)

    assert found["reason"] == "nothing_known_before"
    assert found["cross_sectional"]["balance"]["verdict"] == "unknown"
    assert found["cross_sectional"]["balance"]["reasons"] == {"chance": "nothing_known_before"}
    assert found["cross_sectional"]["explained_away"]["reason"] == "nothing_known_before"


def test_versions_of_one_plan_alone_have_nothing_to_stand_beside(front_door: FrontDoor):
    found = entry(front_door(listed_book(400, plans=("basic",))), *ACCEPT)

    assert found["cross_sectional"] is None
    assert found["reasons"]["cross_sectional"] == "plans_moved_together"


def test_few_who_left_tell_nothing(front_door: FrontDoor):
    tables = listed_book(300)
    left = [row for row in tables["subscriptions"] if row["end"]][:5]
    stay = [row | {"end": row["end"] if row in left else ""} for row in tables["subscriptions"]]

    found = entry(front_door(tables | {"subscriptions": stay}), *ACCEPT)

    assert found["reason"] == "insufficient_customers"
    assert found["cross_sectional"]["balance"]["verdict"] == "none_seen"
    assert found["cross_sectional"]["explained_away"]["reason"] == "insufficient_customers"


def test_list_prices_that_hardly_moved_tell_too_little(
    front_door: FrontDoor, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setitem(PRICES, "basic", {0: 60, 11: 61})
    monkeypatch.setitem(PRICES, "team", {0: 100, 22: 101})

    found = entry(front_door(listed_book(400)), *ACCEPT)

    assert found["value"] is found["identified_by"] is None
    assert found["reason"] == "not_identified"
    assert found["cross_sectional"]["balance"]["verdict"] == "none_seen"
    assert found["cross_sectional"]["explained_away"]["reason"] == "not_identified"


def test_bills_that_differ_for_other_reasons_tell_nothing(front_door: FrontDoor, tables: Tables):
    same = [row | {"price": 50} for row in tables["price_book"]]

    found = entry(front_door(tables | {"price_book": same}), *ACCEPT)

    assert found["reasons"]["cross_sectional"] == "no_price_versions"


def test_neither_currency_nor_order_matters(front_door: FrontDoor, tables: Tables, found: dict[str, Any]):
    renamed = {row["customer_id"]: f"d{at:04d}" for at, row in enumerate(reversed(tables["customers"]))}
    other = {
        name: [row | ({"customer_id": renamed[row["customer_id"]]} if "customer_id" in row else {}) for row in rows]
        for name, rows in in_another_currency(tables, 8.0).items()
    }  # fmt: skip
    other["price_book"] = [row | {"price": 8 * int(str(row["price"]))} for row in other["price_book"]]

    there = entry(front_door(other), *ACCEPT)

    for name in ("value", "low", "high"):
        assert there[name] == pytest.approx(found[name], rel=0.05)
    ours, theirs = (each["cross_sectional"]["balance"]["chance"] for each in (found, there))
    assert theirs == pytest.approx(ours, rel=1e-6)


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_over_books_the_answer_is_found_and_intervals_hold_it(front_door: FrontDoor):
    books = [entry(front_door(listed_book(seed=seed)), *ACCEPT) for seed in range(200, 224)]
    told = [each for each in books if each["value"] is not None]

    assert len(told) >= 20
    assert {each["reason"] for each in books} <= {None, "versions_differ_before", "not_identified"}
    assert np.mean([each["value"] for each in told]) == pytest.approx(SLOPE, rel=0.15)
    assert np.mean([each["low"] < SLOPE < each["high"] for each in told]) >= 0.75


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_who_came_for_being_willing_makes_it_read_too_low(front_door: FrontDoor):
    books = [entry(front_door(listed_book(seed=seed, willing=3.0)), *ACCEPT) for seed in range(200, 208)]

    assert np.mean([each["band"]["median"] for each in books if each["reason"] is None]) < SLOPE - 1
    assert max(HAZARD.values()) < 0.05
