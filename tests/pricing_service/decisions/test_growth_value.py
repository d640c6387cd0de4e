"""The value that the same customers realise: set beside the window before, and unknown where nobody tells it."""

from __future__ import annotations

import pytest

from pricing_service.decisions import Outcome
from tests.pricing_service.decisions.conftest import FrontDoor
from tests.pricing_service.decisions.small_business import Tables, decided
from tests.pricing_service.decisions.test_growth import KIND, month, subscription

MONTHS = 24


def reporting(*, now: float, customers: int = 15, months: int = MONTHS) -> Tables:
    """Customers who gained 100 a month in the first year and `now` in the second."""
    return {
        "subscriptions": [subscription(f"c{at}", 0, None, 100) for at in range(customers)],
        "kpis": [{"kpi": "sales", "kind": "revenue", "value_per_unit": 1, "attribution": 1}],
        "outcomes": [
            {
                "customer_id": f"c{who}",
                "date": f"{month(at)[:8]}28",
                "kpi": "sales",
                "amount": 100 if at < 12 else now,
            }
            for who in range(customers)
            for at in range(months)
        ]
        + [{"customer_id": "c0", "date": f"{month(months - 1)[:8]}31", "kpi": "sales", "amount": 0}],
    }


@pytest.fixture(scope="module")
def found(front_door: FrontDoor) -> Outcome:
    return decided(KIND, front_door(reporting(now=130)))


def test_value_of_this_year_is_set_beside_that_of_the_last(found: Outcome) -> None:
    value = found.result["forces"]["value"]

    assert value["value"] == pytest.approx(1.3, abs=0.01)
    assert value["low"] <= 1.3 <= value["high"]
    assert value["n"] == 15
    assert "The same 15 customers gain 130 %" in " ".join(found.result["sentences"])


def test_without_two_windows_there_is_nothing_to_compare(front_door: FrontDoor) -> None:
    short = decided(KIND, front_door(reporting(now=130, months=18)))

    assert short.result["forces"]["value"]["reason"] == "window_not_over"


def test_where_nobody_reports_it_is_not_known(front_door: FrontDoor) -> None:
    tables = reporting(now=130)
    del tables["outcomes"], tables["kpis"]
    tables["usage"] = [
        {"customer_id": "c0", "date": f"{month(MONTHS - 1)[:8]}31", "metric": "seats", "units": 1}
    ]
    silent = decided(KIND, front_door(tables))

    assert silent.result["forces"]["value"]["reason"] == "no_value"


def test_few_customers_tell_nothing_of_all(front_door: FrontDoor) -> None:
    few = decided(KIND, front_door(reporting(now=130, customers=6)))

    assert few.result["forces"]["value"]["reason"] == "insufficient_customers"
