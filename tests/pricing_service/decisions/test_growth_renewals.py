"""What came up for renewal, how much of it was renewed, and what comes up next, from the terms of subscriptions."""

from __future__ import annotations

from typing import Any

import pytest

from pricing_service.decisions import Outcome
from tests.pricing_service.decisions.conftest import FrontDoor
from tests.pricing_service.decisions.small_business import Row, Tables, decided
from tests.pricing_service.decisions.test_growth import month, subscription

KIND = "growth"


def yearly(who: str, start: int, end: int | None, mrr: float, **more: object) -> Row:
    """A subscription whose term of a year ends at its birthday."""
    return subscription(who, start, end, mrr) | {"term_end": month(start + 12), "term_months": 12} | more


def seen(rows: list[Row], **more: list[Row]) -> Tables:
    """The same until the end of January 2026, the 25th month."""
    usage: list[Row] = [
        {"customer_id": rows[0]["customer_id"], "date": "2026-01-31", "metric": "m", "units": 1}
    ]
    return {"subscriptions": rows, "usage": usage, **more}


def due(outcome: Outcome) -> dict[str, dict[str, Any]]:
    """The months in which anything is due."""
    return {row["month"]: row for row in outcome.result["renewals"] if row["due_mrr"]}


@pytest.fixture(scope="module")
def book(front_door: FrontDoor) -> Outcome:
    """Twenty from June 2024, of whom five do not renew and five cut to 60; a monthly customer beside them."""
    rows = [yearly(f"a{at}", 5, 17, 100) for at in range(5)]
    for at in range(5):
        rows += [yearly(f"b{at}", 5, 17, 100), yearly(f"b{at}", 17, None, 60)]
    rows += [yearly(f"c{at}", 5, None, 100) for at in range(10)]
    return decided(KIND, front_door(seen([*rows, subscription("m", 0, None, 500)])))


def test_the_share_that_was_renewed_is_capped_customer_by_customer(book: Outcome) -> None:
    past = due(book)["2025-06"]

    assert (past["due_mrr"], past["customers"]) == (2000, 20)
    assert past["renewed_share"]["value"] == pytest.approx((5 * 60 + 10 * 100) / 2000)
    assert book.result["available_to_renew"]["value"] == pytest.approx(0.65)
    assert past["renewed_share"]["low"] < 0.65 < past["renewed_share"]["high"]


def test_terms_that_come_up_next_are_due_and_not_yet_renewed(book: Outcome) -> None:
    ahead = due(book)["2026-06"]

    assert list(due(book)) == ["2025-06", "2026-06"]
    assert ahead["due_mrr"] == 5 * 60 + 10 * 100
    assert (ahead["renewed_share"]["value"], ahead["renewed_share"]["reason"]) == (None, "not_yet_due")


def test_every_month_of_the_window_and_of_the_forecast_has_a_row(book: Outcome) -> None:
    rows = book.result["renewals"]

    assert (rows[0]["month"], rows[-1]["month"], len(rows)) == ("2025-02", "2027-01", 24)
    assert rows[0]["renewed_share"]["reason"] == "nothing_due"


def test_what_was_renewed_and_what_comes_up_is_said(book: Outcome) -> None:
    said = " ".join(book.result["sentences"])

    assert "Of 2,000 EUR a month that came up for renewal in the last 12 months 65 %" in said
    assert "In the next 12 months 1,300 EUR a month come up for renewal." in said


def paths(front_door: FrontDoor, *rows: Row, **more: list[Row]) -> dict[str, float]:
    """What is due by month, two years back and one ahead."""
    found = decided(KIND, front_door(seen([*rows], **more)), window_months=24)
    return {name: row["due_mrr"] for name, row in due(found).items()}


def test_a_term_told_once_is_counted_back_and_forth(front_door: FrontDoor) -> None:
    last_told = yearly("a", 1, None, 100, term_end="2026-02-01")
    first_told = yearly("b", 1, None, 100, term_end="2025-02-01")
    never_told = yearly("c", 1, None, 100, term_end="")

    assert paths(front_door, last_told, first_told, never_told) == {"2025-02": 300, "2026-02": 300}


def test_the_last_day_of_a_term_and_the_day_after_it_are_the_same_end(front_door: FrontDoor) -> None:
    rows = [yearly("a", 0, 12, 100, term_end="2024-12-31"), yearly("b", 0, 12, 100, term_end="2025-01-01")]

    assert paths(front_door, *rows, subscription("m", 0, None, 1)) == {"2025-01": 200}


def test_a_change_in_mid_term_moves_no_renewal_and_counts_once(front_door: FrontDoor) -> None:
    rows = [yearly("a", 0, 6, 100), yearly("a", 6, None, 150, term_end=month(12))]

    assert paths(front_door, *rows) == {"2025-01": 150, "2026-01": 150, "2027-01": 150}


def test_who_left_before_its_term_ended_was_not_due(front_door: FrontDoor) -> None:
    assert paths(front_door, yearly("a", 0, 6, 100), subscription("m", 0, None, 1)) == {}


def test_a_term_without_a_length_ends_once(front_door: FrontDoor) -> None:
    row = yearly("a", 0, None, 100, term_months="")

    assert paths(front_door, row) == {"2025-01": 100}


def test_a_term_that_was_prolonged_ahead_of_time_is_not_due_before_its_new_end(front_door: FrontDoor) -> None:
    row = yearly("a", 5, None, 100, term_end="2027-06-01")

    assert paths(front_door, row) == {"2025-06": 100}


def test_another_subscription_of_the_customer_is_not_taken_for_a_renewal(front_door: FrontDoor) -> None:
    rows = [row for at in range(12) for row in _two(f"c{at}")]
    found = decided(KIND, front_door(seen(rows)))

    assert due(found)["2025-06"]["due_mrr"] == 1200
    assert found.result["available_to_renew"]["value"] == 0


def _two(who: str) -> list[Row]:
    ends = yearly(who, 5, 17, 100) | {"subscription_id": "s"}
    return [ends, subscription(who, 0, None, 40) | {"subscription_id": "t"}]


def test_a_new_contract_in_the_place_of_the_old_one_is_a_renewal(front_door: FrontDoor) -> None:
    rows = [
        yearly(f"c{at}", start, end, 100) | {"subscription_id": name}
        for at in range(12)
        for start, end, name in ((5, 17, "old"), (17, None, "new"))
    ]
    found = decided(KIND, front_door(seen(rows)))

    assert found.result["available_to_renew"]["value"] == 1


def test_few_customers_are_due_without_a_rate(front_door: FrontDoor) -> None:
    found = decided(KIND, front_door(seen([yearly("a", 5, None, 100)])))

    assert due(found)["2025-06"]["renewed_share"]["reason"] == "insufficient_customers"
    assert found.result["available_to_renew"]["reason"] == "insufficient_customers"


def test_without_terms_there_are_no_renewals_and_a_reason(front_door: FrontDoor) -> None:
    bills: list[Row] = [{"customer_id": "c", "month": month(at), "mrr": 100} for at in range(3)]
    for tables in (seen([subscription("a", 0, None, 100)]), {"monthly_mrr": bills}):
        found = decided(KIND, front_door(tables))

        assert found.result["renewals"] == []
        assert found.result["reasons"]["renewals"] == "no_terms"
        assert found.result["available_to_renew"]["reason"] == "no_terms"
