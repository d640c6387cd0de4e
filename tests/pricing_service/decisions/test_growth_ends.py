"""Three ways to end: planted causes of leaving and growing are told apart, and raises of price are no growth."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pricing_service.decisions import Outcome
from tests.pricing_service.decisions.conftest import FrontDoor
from tests.pricing_service.decisions.small_business import Row, Tables, decided
from tests.pricing_service.decisions.test_growth import KIND, month, monthly

MONTHS, CUSTOMERS = 24, 300
Json = dict[str, Any]


def business(seed: int = 3) -> Tables:
    """Two in five use nothing in a month, which makes leaving likelier by 8 and growing by a quarter of 6 %."""
    rng = np.random.default_rng(seed)
    idle = rng.random((MONTHS, CUSTOMERS)) < 0.4
    drawn = rng.random((MONTHS, CUSTOMERS))
    leaves = drawn < np.where(idle, 0.08, 0.01)
    grows = ~leaves & (drawn > 1 - np.where(idle, 0.015, 0.06))
    bills = np.zeros((MONTHS, CUSTOMERS))
    bills[0] = rng.lognormal(5, 0.7, CUSTOMERS)
    for at in range(1, MONTHS):
        bills[at] = np.where(leaves[at - 1], 0, bills[at - 1] * np.where(grows[at - 1], 1.2, 1))
    bills = np.rint(bills).astype(np.int64)
    rows: list[Row] = [
        {"customer_id": f"c0{who}", "date": f"{month(at)[:8]}15", "metric": "searches", "units": 9}
        for at in range(MONTHS)
        for who in range(CUSTOMERS)
        if bills[at, who] and not idle[at, who]
    ]
    rows.append({"customer_id": "c00", "date": "2025-12-31", "metric": "searches", "units": 1})
    return monthly(bills) | {"usage": rows}


@pytest.fixture(scope="module")
def found(front_door: FrontDoor) -> Outcome:
    return decided(KIND, front_door(business()))


def effect(outcome: Outcome, way: str, covariate: str) -> Json:
    rows = outcome.result["ends"][way]["effects"]
    (row,) = (row for row in rows if row["covariate"] == covariate)
    return dict(row)


def test_a_cause_is_found_with_its_size_on_both_ways(found: Outcome) -> None:
    """Odds against a month in which nothing happens: 8 ÷ 90.5 to 1 ÷ 93, and 1.5 ÷ 90.5 to 6 ÷ 93."""
    leaving, growing = (effect(found, way, "idle") for way in ("churn", "expansion"))

    assert leaving["stands_out"]
    assert growing["stands_out"]
    assert leaving["odds_ratio"]["low"] < (0.08 / 0.905) / (0.01 / 0.93) < leaving["odds_ratio"]["high"]
    assert growing["odds_ratio"]["low"] < (0.015 / 0.905) / (0.06 / 0.93) < growing["odds_ratio"]["high"]


def test_chances_of_both_ways_come_true_on_later_months(found: Outcome) -> None:
    for way in ("churn", "expansion"):
        told = found.result["ends"][way]["out_of_time"]
        tried = told["observed_to_expected"]
        assert tried["low"] <= 1 <= tried["high"]
        assert len(told["groups"]) >= 2


def test_a_way_that_hardly_happens_has_a_reason_and_no_column(found: Outcome) -> None:
    contraction = found.result["ends"]["contraction"]

    assert contraction["reason"] == contraction["first_within_a_year"]["reason"] == "too_few_shrank"
    assert contraction["effects"] == []
    assert "chance_of_shrinking" not in (found.rows or {})


def test_customers_who_pay_have_a_chance_of_growing(found: Outcome) -> None:
    rows = found.rows or {}

    assert len(rows["chance_of_growing"]) == len(rows["customer_id"])
    assert max(rows["chance_of_growing"]) > 2 * min(rows["chance_of_growing"]) > 0


def test_what_happens_first_within_a_year_is_a_share_with_an_interval(found: Outcome) -> None:
    first = [found.result["ends"][way]["first_within_a_year"] for way in ("churn", "expansion")]

    assert all(0 < each["low"] < each["value"] < each["high"] < 1 for each in first)
    assert sum(each["value"] for each in first) < 1


def test_a_raise_of_price_is_no_growth(front_door: FrontDoor) -> None:
    """Everybody's bill rises by a tenth in one month, as they were told, and one in fifty leaves a month."""
    rng = np.random.default_rng(2)
    there = (rng.random((MONTHS, CUSTOMERS)) >= 0.02).cumprod(axis=0) * 100
    there[12:] = there[12:] * 11 // 10
    tables = monthly(there)
    tables["price_changes"] = [
        {"customer_id": f"c0{who}", "date": month(12), "old_mrr": 100, "offered_mrr": 110, "new_mrr": 110}
        for who in np.flatnonzero(there[12]).tolist()
    ]
    ends = decided(KIND, front_door(tables)).result["ends"]

    assert ends["expansion"]["months"] == 0
    assert ends["expansion"]["reason"] == "too_few_grew"
    assert ends["churn"]["months"] > 50


def test_where_nothing_moves_every_way_says_why(front_door: FrontDoor) -> None:
    still = decided(KIND, front_door(monthly(np.full((14, 30), 100))))

    assert [each["reason"] for each in still.result["ends"].values()] == [
        "too_few_left", "too_few_shrank", "too_few_grew",
    ]  # fmt: skip
    assert still.rows is None
