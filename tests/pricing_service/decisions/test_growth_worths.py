"""Lifetime value of each customer who pays today: who uses little is worth less, and money and lives add up."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pricing_service.decisions import Outcome
from tests.pricing_service.decisions.conftest import FrontDoor
from tests.pricing_service.decisions.small_business import decided
from tests.pricing_service.decisions.test_growth import KIND, month, monthly
from tests.pricing_service.decisions.test_growth_leaving import business

Json = dict[str, Any]


@pytest.fixture(scope="module")
def found(front_door: FrontDoor) -> Outcome:
    return decided(KIND, front_door(business()))


def told(outcome: Outcome) -> Json:
    return dict(outcome.result["lifetime"]["by_customer"])


def test_every_customer_who_pays_is_worth_something_between_its_ends(found: Outcome) -> None:
    rows = found.rows or {}
    value, low, high = (np.array(rows[f"lifetime_value{end}"]) for end in ("", "_low", "_high"))

    assert len(value) == found.result["months"][-1]["customers"] == told(found)["customers"]
    assert ((low > 0) & (low < value) & (value < high)).all()
    assert told(found)["mean"]["value"] == pytest.approx(value.mean())


def test_ranks_run_from_the_most_to_the_least(found: Outcome) -> None:
    rows = found.rows or {}
    by_rank = np.array(rows["lifetime_value"])[np.argsort(rows["lifetime_rank"])]

    assert sorted(rows["lifetime_rank"]) == list(range(1, len(by_rank) + 1))
    assert (np.diff(by_rank) <= 0).all()


def test_who_is_likelier_to_leave_is_worth_fewer_months_of_its_bill(found: Outcome) -> None:
    rows = found.rows or {}
    bills = {f"c0{who}": bill for who, bill in enumerate(_bills())}
    months = np.array(rows["lifetime_value"]) / [bills[each] for each in rows["customer_id"]]

    likely = np.array(rows["chance_of_leaving"]) > 0.05
    assert months[likely].max() < months[~likely].min()


def _bills() -> list[float]:
    last = [row for row in business()["monthly_mrr"] if row["month"] == month(23)]
    paid = {str(row["customer_id"]): float(str(row["mrr"])) for row in last}
    return [paid.get(f"c0{who}", np.nan) for who in range(300)]


def test_tenths_lie_apart_by_the_planted_cause(found: Outcome) -> None:
    top, bottom = told(found)["tenths"]
    (idle,) = (row for row in told(found)["apart_by"] if row["covariate"] == "idle")

    assert top["mean"]["low"] > bottom["mean"]["high"]
    assert top["share_of_value"] > 0.2 > bottom["share_of_value"]
    assert idle["stands_out"]
    assert idle["top"] < idle["bottom"]
    assert "still to bring" in " ".join(found.result["sentences"])


def test_costs_to_serve_make_customers_worth_less(front_door: FrontDoor, found: Outcome) -> None:
    tables = business()
    tables["costs"] = [
        {"customer_id": "c00", "date": month(at), "kind": "hosting", "amount": 9000, "purpose": ""}
        for at in range(12, 24)
    ]
    dearer = decided(KIND, front_door(tables))
    margin = dearer.result["gross_margin"]

    assert 0 < margin < 1
    assert told(dearer)["mean"]["value"] == pytest.approx(margin * told(found)["mean"]["value"])


def test_with_few_departures_there_is_a_reason_and_no_column(front_door: FrontDoor) -> None:
    calm = decided(KIND, front_door(monthly(np.full((14, 30), 100))))

    assert told(calm)["reason"] == told(calm)["mean"]["reason"] == "too_few_left"
    assert "lifetime_value" not in (calm.rows or {})
