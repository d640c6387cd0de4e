"""Growth on odd books: windows of other lengths, and where lines end."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pricing_service.decisions import Outcome
from pricing_service.decisions._growth_valuation import slope_of
from tests.pricing_service.decisions.conftest import FrontDoor
from tests.pricing_service.decisions.small_business import Row, decided
from tests.pricing_service.decisions.test_growth import KIND, month, monthly

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


def test_a_success_budget_of_two_years_must_keep_no_more_than_that_of_one(front_door: FrontDoor) -> None:
    tables = monthly(np.full((37, 20), 100))
    tables["costs"] = costs(37, "success", 100)
    one, two = (
        decided(KIND, front_door(tables), window_months=window).result["success_budget"]
        for window in (12, 24)
    )

    assert (one["cost"], two["cost"]) == (1200, 2400)
    assert one["break_even_share"] == two["break_even_share"] == pytest.approx(100 / 2000)


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
