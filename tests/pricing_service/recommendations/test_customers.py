"""One recommendation a customer: decisions as they are published, and a reason beside every null."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from pricing_service.recommendations import Answer, Basis, recommendations
from pricing_service.recommendations.customers import recommendation_id
from pricing_service.storage.ids import is_id

TIER = {"name": "Pro", "price": 99.0, "included_units": None, "overage_price": None}
RAISED = {
    "recommended_mrr": 110.0, "raise": 0.1, "effective": "2026-09-01", "reasons": ["value_added"], "value": 900.0,
    "value_basis": "measured", "captured_share": 0.11, "churn_before": 0.2,
}  # fmt: skip


def basis(*, published: bool = True, by: str | None = "randomised", **row: Any) -> Basis:
    raises = Answer("an_1", {"elasticity": {"identified_by": by}}, {"A": {**RAISED, **row}}, published)
    return Basis("ws_1", date(2026, 6, 30), "EUR", {"A": ("basic", 100.0)}, {"raises": raises})


def with_tier(known: Basis, name: str | None = "Pro") -> Basis:
    row = {"tier": name, "bill": 99.0, "change": -1.0}
    tiers = Answer("an_2", {"tiers": [TIER]}, {"A": row}, published=True)
    return replace(known, answers={**known.answers, "tiers": tiers})


def told(known: Basis) -> dict[str, Any]:
    (only,) = recommendations(known)
    return only


def nulls(shown: Mapping[str, Any]) -> list[str]:
    """Every null, anywhere, that has no reason beside it."""
    given = shown["reasons"] if isinstance(shown.get("reasons"), dict) else shown.get("reasons_for_null", {})
    found = [name for name, value in shown.items() if value is None and name not in given]
    inner = [value for value in shown.values() if isinstance(value, dict)]
    return found + [name for each in inner for name in nulls(each)]


@pytest.mark.parametrize(
    "known",
    [
        basis(), basis(published=False), with_tier(basis()), with_tier(basis(), None), basis(**{"raise": 0.0}),
        Basis("ws_1", date(2026, 6, 30), "EUR", {"A": (None, None)}, {}),
        basis(value=None, captured_share=None, churn_before=None, effective=None),
    ],
)  # fmt: skip
def test_every_null_has_a_reason_beside_it(known: Basis) -> None:
    assert nulls(told(known)) == []


def test_a_raise_is_told_as_it_was_decided() -> None:
    shown = told(basis())

    assert shown["raise"] == {
        "to_mrr": 110.0, "share": 0.1, "effective": "2026-09-01", "reasons": ["value_added"],
    }  # fmt: skip
    assert shown["headline"] == "Raise to 110.00 EUR a month from 2026-09-01 on (+10.0%)."


@pytest.mark.parametrize(
    ("known", "reason"),
    [
        (basis(published=False), "nothing_published"),
        (basis(**{"raise": 0.0, "reasons": ["raised_recently"]}), "raised_recently"),
        (basis(**{"raise": 0.0, "reasons": []}), "not_raised"),
        (replace(basis(), today={"A": ("basic", 110.0)}), "pays_it_already"),
        (replace(basis(), today={"B": ("basic", 100.0)}), "not_analysed"),
    ],
)
def test_without_a_raise_it_says_why(known: Basis, reason: str) -> None:
    shown = told(known)

    assert (shown["raise"], shown["reasons"]["raise"]) == (None, reason)


def test_a_tier_says_what_it_costs_and_where_the_bill_moves() -> None:
    tier = told(with_tier(basis(published=False)))["tier"]

    assert (tier["name"], tier["price"], tier["bill"], tier["reasons"]) == (
        "Pro", 99.0, 99.0, ["would_pay_less"],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("known", "confidence"),
    [
        (basis(), "high"),
        (basis(value_basis="modelled"), "medium"),
        (basis(by="negotiated"), "medium"),
        (basis(by=None), "low"),
        (basis(published=False), "none"),
        (with_tier(basis(published=False)), "medium"),
    ],
)
def test_confidence_tells_what_the_decision_rests_on(known: Basis, confidence: str) -> None:
    assert told(known)["confidence"] == confidence


def test_a_chance_of_leaving_in_a_month_becomes_one_in_a_year() -> None:
    growth = Answer("an_3", {}, {"A": {"chance_of_leaving": 0.01}}, published=False)
    known = replace(basis(), answers={"growth": growth})

    assert told(known)["renewal_risk"] == pytest.approx(1 - 0.99**12)


def test_customers_come_sorted_and_ids_are_of_one_workspace_and_stay() -> None:
    known = replace(basis(), today={"B": (None, 0.0), "A": ("basic", 100.0)})
    ids = [each["id"] for each in recommendations(known)]

    assert [each["customer_id"] for each in recommendations(known)] == ["A", "B"]
    assert all(is_id(each) for each in ids)
    assert ids[0] == recommendation_id("ws_1", "A") != recommendation_id("ws_2", "A")
