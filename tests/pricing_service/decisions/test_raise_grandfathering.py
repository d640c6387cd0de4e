"""Who is promised an old price keeps it, what that costs is told, and how far each version of a price lags."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pytest

from models.errors import InvalidInput
from pricing_service.decisions import Outcome, canonical_json
from pricing_service.panel import StoredPanel
from tests.pricing_service.decisions.conftest import FrontDoor
from tests.pricing_service.decisions.raising_business import (
    LAST_DAY,
    in_another_currency,
    raised,
    raising_board,
    rows,
    shuffled,
)
from tests.pricing_service.decisions.small_business import Tables

OLD, NEW = "small@2024-01-01", "small@2025-01-01"
LIST = 150.0
"""What the newest price list asks for a small plan, money a month."""
MONEY = ("lifetime_value_forgone", "churn_spared")


def versioned() -> Tables:
    """The business whose small plan has had two prices, and whose large plan is on no list."""
    tables = raising_board()
    tables["price_book"] = [
        {"plan": "small", "price": LIST - 60, "valid_from": "2024-01-01"},
        {"plan": "small", "price": LIST, "valid_from": "2025-01-01"},
    ]
    return tables


@pytest.fixture(scope="module")
def panel(front_door: FrontDoor) -> StoredPanel:
    return front_door(versioned())


@pytest.fixture(scope="module")
def plain(panel: StoredPanel) -> Outcome:
    return raised(panel)


@pytest.fixture(scope="module")
def kept(panel: StoredPanel) -> Outcome:
    return raised(panel, grandfather=[OLD])


@pytest.fixture(scope="module")
def later(panel: StoredPanel) -> Outcome:
    return raised(panel, grandfather_months=12)


def section(outcome: Outcome) -> dict[str, Any]:
    found: dict[str, Any] = outcome.result["grandfathering"]
    return found


def version(outcome: Outcome, plan: str, begins: str | None) -> dict[str, Any]:
    (row,) = [
        each for each in section(outcome)["by_version"] if (each["plan"], each["version"]) == (plan, begins)
    ]
    return row


def grandfathered(outcome: Outcome) -> list[dict[str, Any]]:
    return [row for row in rows(outcome) if "grandfathered" in row["reasons"]]


def test_a_version_that_is_named_keeps_its_price_and_the_others_do_not(kept: Outcome):
    mine, others = version(kept, "small", "2024-01-01"), version(kept, "small", "2025-01-01")
    held = grandfathered(kept)

    assert len(held) == mine["customers"] == section(kept)["customers"] > 20
    assert all(row["raise"] == 0 and row["wave"] is None and row["effective"] is None for row in held)
    assert (mine["grandfathered"], others["grandfathered"]) == (True, False)
    assert not any("2024-01-01" in group["group"] for group in kept.result["policy"]["groups"])
    assert any("2025-01-01" in group["group"] for group in kept.result["policy"]["groups"])


def test_who_keeps_its_price_is_counted_by_that_reason_before_any_other(kept: Outcome):
    (counted,) = [row for row in kept.result["skipped"] if row["reason"] == "grandfathered"]

    assert counted["customers"] == section(kept)["customers"]
    assert counted["mrr"] == pytest.approx(section(kept)["mrr"])
    assert any(len(row["reasons"]) > 1 for row in grandfathered(kept))


def test_a_plan_that_is_named_keeps_all_of_its_versions(panel: StoredPanel):
    found = raised(panel, grandfather=["small"])

    assert len(grandfathered(found)) == sum(
        row["customers"] for row in section(found)["by_version"] if row["plan"] == "small"
    )
    assert {group["group"].split(" · ")[0] for group in found.result["policy"]["groups"]} == {"large"}


@pytest.mark.parametrize("name", ["basic", "small@2023-01-01", "large@2024-01-01", "small@", ""])
def test_a_name_that_is_not_there_is_refused_with_what_there_is(panel: StoredPanel, name: str):
    with pytest.raises(
        InvalidInput, match=r"options\.grandfather: .*'large', 'small', 'small@2024-01-01'"
    ) as refused:
        raised(panel, grandfather=["small", name])
    assert repr(name) in str(refused.value)


def test_a_version_of_the_price_book_that_nobody_is_on_any_more_may_be_named(front_door: FrontDoor):
    tables = versioned()
    tables["price_book"].append({"plan": "small", "price": 200, "valid_from": "2026-06-01"})

    found = section(raised(front_door(tables), grandfather=["small@2026-06-01"]))

    assert found["customers"] == 0
    assert found["lifetime_value_forgone"]["reason"] == "nobody_is_grandfathered"


def test_keeping_a_price_forgoes_value_and_spares_churn(kept: Outcome):
    found = section(kept)

    assert found["lifetime_value_forgone"]["value"] > 0
    assert found["lifetime_value_forgone"]["unit"] == "EUR"
    assert found["churn_spared"]["unit"] == "share"


def test_what_is_forgone_is_the_plan_without_less_the_plan_with(plain: Outcome, kept: Outcome):
    for name, of in zip(MONEY, ("lifetime_value_change", "churn_change"), strict=True):
        without, with_it = (each.result["expected"][of]["value"] for each in (plain, kept))
        assert section(kept)[name]["value"] == pytest.approx(without - with_it, rel=1e-9)


def test_where_everybody_keeps_its_price_all_of_the_plan_is_forgone(panel: StoredPanel, plain: Outcome):
    found = raised(panel, grandfather=["small", "large"])

    assert found.result["policy"]["raised"] == 0
    for name, of in zip(MONEY, ("lifetime_value_change", "churn_change"), strict=True):
        told, whole = section(found)[name], plain.result["expected"][of]
        assert [told[end] for end in ("value", "low", "high")] == pytest.approx(
            [whole[end] for end in ("value", "low", "high")]
        )


def test_where_nobody_keeps_a_price_nothing_is_forgone_and_versions_are_told(plain: Outcome):
    found = section(plain)

    assert (found["customers"], found["mrr"]) == (0, 0)
    assert all(found[name]["reason"] == "nobody_is_grandfathered" for name in MONEY)
    assert sum(row["customers"] for row in found["by_version"]) == plain.result["customers"]
    assert not any("keep" in each and "for good" in each for each in plain.result["sentences"])


def test_nobody_is_asked_a_new_price_before_the_months_are_over(later: Outcome, plain: Outcome):
    days = {row["effective"] for row in rows(later) if row["effective"]}

    assert min(date.fromisoformat(day) for day in days) > LAST_DAY.replace(year=2027)
    assert min(row["effective"] for row in rows(plain) if row["effective"]) < "2027-01-01"
    assert later.result["policy"]["raised"] > 0
    assert section(later)["customers"] == 0
    assert section(later)["lifetime_value_forgone"]["value"] > 0


def test_budgets_still_bind_where_raises_begin_after_the_year(later: Outcome, panel: StoredPanel):
    """Churn within a year of today would be none, and any raise would keep within its budget."""
    churn = later.result["expected"]["churn_change"]
    tight = raised(panel, grandfather_months=12, max_churn_change=0.002).result

    assert 0.001 < churn["value"] <= 0.01
    assert 0 < tight["expected"]["churn_change"]["value"] <= 0.002
    assert (
        tight["expected"]["lifetime_value_change"]["value"]
        < later.result["expected"]["lifetime_value_change"]["value"]
    )


def test_months_as_long_as_those_that_count_leave_nobody_to_raise(panel: StoredPanel):
    found = raised(panel, grandfather_months=24)

    assert found.result["policy"]["raised"] == 0
    assert all("not_due_in_time" in row["reasons"] for row in rows(found))


def test_each_version_tells_how_far_it_is_below_the_newest_list(plain: Outcome):
    mine = version(plain, "small", "2024-01-01")
    paid = [
        row["current_mrr"]
        for row in rows(plain)
        if row["fairness_group"] and "2024-01-01" in row["fairness_group"]
    ]

    assert mine["list_gap"]["value"] == pytest.approx(1 - np.median(paid) / LIST)
    assert mine["list_gap"]["low"] < mine["list_gap"]["value"] < mine["list_gap"]["high"]
    assert mine["captured_share"]["value"] < version(plain, "small", "2025-01-01")["captured_share"]["value"]
    assert version(plain, "large", None)["list_gap"]["reason"] == "not_on_price_list"
    assert version(plain, "large", None)["reasons"] == {"version": "version_not_known"}


def test_without_a_list_or_a_plan_the_gap_and_the_cost_say_why(never_raised: StoredPanel):
    found = section(raised(never_raised, grandfather=["small"]))

    assert found["customers"] > 0
    assert all(found[name]["reason"] == "not_identified" for name in MONEY)
    assert {row["list_gap"]["reason"] for row in found["by_version"]} == {"no_price_list"}
    assert all(row["captured_share"]["value"] > 0 for row in found["by_version"])


def test_the_order_of_rows_changes_nothing(front_door: FrontDoor, kept: Outcome):
    other = raised(front_door(shuffled(versioned())), grandfather=[OLD])

    assert canonical_json(section(other)) == canonical_json(section(kept))


def test_another_currency_changes_money_alone(front_door: FrontDoor, kept: Outcome):
    tables = in_another_currency(versioned(), 10.0)
    tables["price_book"] = [row | {"price": 10 * float(str(row["price"]))} for row in tables["price_book"]]

    here, there = section(kept), section(raised(front_door(tables), grandfather=[OLD]))

    assert there["lifetime_value_forgone"]["value"] == pytest.approx(
        10 * here["lifetime_value_forgone"]["value"], rel=1e-3
    )
    assert there["churn_spared"]["value"] == pytest.approx(here["churn_spared"]["value"], rel=1e-3, abs=1e-9)
    for mine, other in zip(here["by_version"], there["by_version"], strict=True):
        assert other["mrr"] == pytest.approx(10 * mine["mrr"])
        assert other["captured_share"]["value"] == pytest.approx(mine["captured_share"]["value"], rel=1e-3)
