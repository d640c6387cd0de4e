"""Customers without a contract: they are told apart from subscribers, foretold, and never squeezed into MRR."""

from __future__ import annotations

from typing import Any

import pytest

from pricing_service.decisions import Outcome
from tests.pricing_service.decisions.conftest import FrontDoor
from tests.pricing_service.decisions.pay_as_you_go import (
    START,
    billed_by_month,
    invoice,
    postings,
    with_subscriptions,
)
from tests.pricing_service.decisions.small_business import decided, job_board

KIND = "growth"


@pytest.fixture(scope="module")
def found(front_door: FrontDoor) -> Outcome:
    return decided(KIND, front_door(postings()))


def section(outcome: Outcome) -> dict[str, Any]:
    told: dict[str, Any] = outcome.result["buyers"]
    return told


def test_who_buys_one_by_one_is_foretold_with_an_interval(found: Outcome) -> None:
    told = section(found)

    assert told["law"] == "mbg_nbd"
    assert told["customers"] == 120
    for name, unit in (
        ("likely_active", "customers"), ("purchases_ahead", "purchases"), ("money_ahead", "EUR"),
        ("spend", "EUR/purchase"), ("lifetime_value", "EUR/customer"),
    ):  # fmt: skip
        assert told[name]["unit"] == unit
        assert told[name]["low"] < told[name]["value"] < told[name]["high"]
    assert 0 < told["likely_active"]["value"] < 120
    assert told["check"]["purchases_ahead"]["value"] == pytest.approx(
        told["purchases_ahead"]["value"], rel=0.3
    )


def test_what_the_earlier_part_taught_is_set_beside_what_came(found: Outcome) -> None:
    tried = section(found)["out_of_time"]

    assert tried["expected"]["low"] <= tried["came"] <= tried["expected"]["high"]
    assert sum(each["came"] for each in tried["groups"]) == tried["came"]
    assert sum(each["expected"] for each in tried["groups"]) == pytest.approx(
        tried["expected"]["value"], rel=0.05
    )


def test_every_such_customer_has_a_row(found: Outcome) -> None:
    rows = found.rows

    assert rows is not None
    assert len(rows["customer_id"]) == 120
    assert all(0 < chance <= 1 for chance in rows["chance_still_active"])
    assert sum(rows["expected_purchases"]) == pytest.approx(
        section(found)["purchases_ahead"]["value"], rel=0.05
    )
    assert sum(rows["expected_spend"]) == pytest.approx(section(found)["money_ahead"]["value"], rel=0.1)
    assert set(rows["chance_of_leaving"]) == {None}


def test_their_money_is_in_no_mrr_and_the_answer_says_so(found: Outcome) -> None:
    assert found.result["months"] == []
    assert any("in no MRR" in sentence for sentence in found.result["sentences"])


def test_purchases_by_the_month_are_learned_by_the_month(front_door: FrontDoor) -> None:
    told = section(decided(KIND, front_door(billed_by_month(seed=0))))

    assert told["law"] == "bg_bb"
    assert told["purchases_ahead"]["high"] <= 12 * told["customers"]
    assert told["check"]["purchases_ahead"]["reason"] == "at_most_once_a_month"
    tried = told["out_of_time"]
    assert tried["expected"]["low"] <= tried["came"] <= tried["expected"]["high"]


def test_subscribers_are_left_out(front_door: FrontDoor) -> None:
    outcome = decided(KIND, front_door(with_subscriptions(postings())))

    assert section(outcome)["customers"] == 100
    assert outcome.rows is not None
    assert "p000" not in {
        each
        for each, chance in zip(outcome.rows["customer_id"], outcome.rows["expected_spend"], strict=True)
        if chance
    }


def test_refunds_are_counted_and_are_no_purchases(front_door: FrontDoor) -> None:
    tables = postings()
    tables["invoices"].append(invoice("p001", START.replace(year=2025, month=11), -50.0))

    told = section(decided(KIND, front_door(tables)))

    assert told["refunds"] == 1


@pytest.mark.parametrize(
    ("reason", "tables"),
    [
        ("no_invoices", job_board(12)),
        ("insufficient_customers", postings(12)),
        ("all_recurring", with_subscriptions(postings(12), 12)),
    ],
)
def test_where_there_is_nothing_to_tell_the_reason_stands_there(
    front_door: FrontDoor, reason: str, tables: Any
) -> None:
    told = section(decided(KIND, front_door(tables)))

    assert told["reason"] == reason
    assert told["money_ahead"]["value"] is None
    assert told["money_ahead"]["reason"] == reason
