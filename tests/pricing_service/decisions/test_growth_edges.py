"""Growth on odd books: what falls below zero, windows of other lengths, books that begin full, and unknown starts."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pricing_service.decisions import Outcome
from pricing_service.decisions._growth_valuation import slope_of
from tests.pricing_service.decisions.conftest import FrontDoor
from tests.pricing_service.decisions.small_business import Row, Tables, decided
from tests.pricing_service.decisions.test_growth import KIND, month, monthly
from tests.pricing_service.decisions.test_growth_ahead import book

Json = dict[str, Any]


def codes(outcome: Outcome) -> list[str]:
    return [each["code"] for each in outcome.result["caveats"]]


def costs(months: int, kind: str, amount: float) -> list[Row]:
    return [
        {"customer_id": "c00", "date": month(at), "kind": kind, "amount": amount, "purpose": ""}
        for at in range(months)
    ]


def shrinking(yearly: float, *, months: int = 25, customers: int = 300) -> np.ndarray:
    """Month-ends of customers of whom the same share stays each month."""
    left = np.rint(customers * yearly ** (np.arange(months) / 12))
    return np.where(np.arange(customers) < left[:, None], 100, 0).astype(np.int64)


def test_movements_that_take_away_more_than_there_was_count_as_nothing_and_are_said(
    front_door: FrontDoor,
) -> None:
    rows: list[Row] = [{"customer_id": f"c{at}", "date": month(0), "change": 100} for at in range(12)]
    rows += [
        {"customer_id": "c1", "date": month(3), "change": -150},
        {"customer_id": "c1", "date": month(6), "change": 120},
        {"customer_id": "c2", "date": month(14), "change": 10},
    ]
    found = decided(KIND, front_door({"mrr_movements": rows}))
    months = found.result["months"]

    assert (months[3]["churn"], months[4]["closing_mrr"], months[6]["reactivation"]) == (100, 1100, 70)
    assert "mrr_below_zero" in codes(found)
    assert "What 1 customer would pay" in " ".join(each["message"] for each in found.result["caveats"])


def test_the_best_lever_comes_first_and_the_sentence_names_it(front_door: FrontDoor) -> None:
    """Where many come and few leave, leads do more than retention."""
    first = np.arange(400) // 16
    there = np.where(np.arange(25)[:, None] >= first, 100, 0)
    found = decided(KIND, front_door(monthly(there)))
    levers = found.result["forces"]["levers"]
    gains = [row["mrr_change"]["value"] for row in levers]

    assert gains == sorted(gains, reverse=True)
    assert levers[0]["lever"] != "retention"
    assert any(f"levers, {levers[0]['words']} would likely" in each for each in found.result["sentences"])


def test_two_years_are_not_held_against_the_border_of_one(front_door: FrontDoor) -> None:
    """88 % a year is 77 % in two: below the border, which is one of a year."""
    tables = monthly(shrinking(0.88))

    two = decided(KIND, front_door(tables), window_months=24).result["sentences"][0]
    one = decided(KIND, front_door(tables), leaky_below=0.95).result["sentences"][0]

    assert two.startswith("Of the revenue of 24 months ago 77 %")
    assert one.startswith("The bucket leaks.")
    assert "it is said to leak below 95 %" in one


def test_a_month_is_not_1_months(front_door: FrontDoor) -> None:
    said = " ".join(decided(KIND, front_door(monthly(book())), window_months=1).result["sentences"])

    assert "Of the revenue of a month ago" in said
    assert not any(wrong in said for wrong in ("1 months", "1 things"))


def test_where_nobody_wrote_down_starts_the_reason_is_not_that_there_are_no_customers(
    front_door: FrontDoor,
) -> None:
    found = decided(KIND, front_door(monthly(np.full((25, 20), 100)))).result

    for each in (
        found["lifetime_value"],
        found["lifetime"]["median_months"],
        found["lifetime_value_growth"],
    ):
        assert each["reason"] == "start_not_known"


def test_a_book_that_begins_full_did_not_win_its_customers_in_the_first_month(front_door: FrontDoor) -> None:
    """A hundred are there at first and five come later, at a cost of 9 × 500: 900 each."""
    there = np.full((10, 105), 100)
    there[:5, 100:] = 0
    tables: Tables = monthly(there)
    tables["costs"] = costs(10, "acquisition", 500)
    found = decided(KIND, front_door(tables))

    assert found.result["acquisition_cost"]["value"] == pytest.approx(9 * 500 / 5)
    assert "history_starts_full" in codes(found)


def test_a_success_budget_of_two_years_must_keep_no_more_than_that_of_one(front_door: FrontDoor) -> None:
    tables = monthly(np.full((37, 20), 100))
    tables["costs"] = costs(37, "success", 100)
    one, two = (
        decided(KIND, front_door(tables), window_months=window).result["success_budget"]
        for window in (12, 24)
    )

    assert (one["cost"], two["cost"]) == (1200, 2400)
    assert one["break_even_share"] == two["break_even_share"] == pytest.approx(100 / 2000)


def test_without_a_forecast_a_caveat_says_why(front_door: FrontDoor) -> None:
    found = decided(KIND, front_door(monthly(book())), window_months=36)

    assert found.result["forecast"] == []
    assert found.result["reasons"]["forecast"] == "history_too_short"
    assert (
        "Nothing is foreseen: a forecast needs 36 whole months of history, as many as retention compares."
        in [each["message"] for each in found.result["caveats"]]
    )


def test_below_the_line_of_2021_there_is_no_price_of_nothing(front_door: FrontDoor) -> None:
    line = decided(KIND, front_door(monthly(shrinking(0.8))), line_of_2021=True).result["valuation"][
        "line_of_2021"
    ]

    assert line["value"] is None
    assert line["reasons"] == {"multiple": "below_the_line", "value": "below_the_line"}


def test_an_end_that_is_given_alone_is_not_passed_over() -> None:
    slope = slope_of(None, 0.1, None)

    assert (slope.low, slope.value, slope.high) == (0.1, 0.25, 0.4)
    assert slope.source == "given in the options"


def test_without_raises_is_not_set_beside_another_convention(front_door: FrontDoor) -> None:
    said = " ".join(decided(KIND, front_door(monthly(book())), convention="movements").result["sentences"])

    assert "Without raises of price" not in said


def test_where_nobody_leaves_retention_has_no_two_points_to_gain(front_door: FrontDoor) -> None:
    found = decided(KIND, front_door(monthly(np.full((25, 400), 100)))).result["forces"]["levers"]

    assert "nobody leaving any more" in [row["words"] for row in found]
    assert "5 % more asked of all who pay today" in [row["words"] for row in found]


def test_where_nobody_pays_any_more_a_point_of_retention_is_worth_nothing_that_is_known(
    front_door: FrontDoor,
) -> None:
    gone = np.vstack([np.full((24, 20), 100), np.zeros((1, 20), dtype=np.int64)])
    gone[24, 0] = 0
    tables = monthly(gone)
    tables["customers"] = [{"customer_id": f"c0{who}", "signed_up": month(0)} for who in range(20)]
    tables["usage"] = [{"customer_id": "c00", "date": "2026-01-31", "metric": "searches", "units": 1}]
    worth = decided(KIND, front_door(tables)).result["valuation"]["value_of_a_point"]

    assert (worth["value"], worth["reason"]) == (None, "no_revenue")
