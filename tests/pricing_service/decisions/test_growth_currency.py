"""What exchange rates do to revenue stands beside the bridge, and is no movement of any customer."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from models.retention.movements import movements
from pricing_service.decisions._growth_currency import currency_line
from tests.models.retention.ledgers import ledger_of
from tests.pricing_service.decisions.conftest import FrontDoor
from tests.pricing_service.decisions.small_business import Row, Tables, decided
from tests.pricing_service.decisions.test_growth import month, subscription

KIND = "growth"


def tables(rates: list[tuple[int, float]], *, currency: str = "USD") -> Tables:
    """A hundred a month at home and a hundred abroad, of which ten units are added in the third month."""
    abroad: list[Row] = [
        subscription("a", 0, 2, 100, currency=currency),
        subscription("a", 2, None, 110, currency=currency),
    ]
    return {
        "subscriptions": [subscription("h", 0, None, 100, currency="EUR"), *abroad],
        "exchange_rates": [{"date": month(at), "currency": "USD", "rate": rate} for at, rate in rates],
        "usage": [{"customer_id": "h", "date": "2024-04-30", "metric": "seats", "units": 1}],
    }


def test_a_change_of_rate_is_currency_and_no_movement(front_door: FrontDoor) -> None:
    months = decided(KIND, front_door(tables([(0, 0.5), (1, 0.8)]))).result["months"]

    assert [row["closing_mrr"] for row in months] == [180, 180, 188, 188]
    assert [row["closing_mrr_spot"] for row in months] == [150, 180, 188, 188]
    assert [row["currency"] for row in months] == [None, 30, 0, 0]
    assert months[0]["reasons"] == {"currency": "first_month"}
    assert (months[1]["expansion"], months[2]["expansion"]) == (0, 8)


def test_spot_revenue_is_explained_by_movements_and_currency(front_door: FrontDoor) -> None:
    months = decided(KIND, front_door(tables([(0, 0.5), (1, 0.7), (2, 0.6), (3, 0.9)]))).result["months"]

    for before, row in itertools.pairwise(months):
        moved = row["closing_mrr"] - row["opening_mrr"]
        assert before["closing_mrr_spot"] + moved + row["currency"] == pytest.approx(row["closing_mrr_spot"])


def test_without_foreign_money_there_is_no_currency_line(front_door: FrontDoor) -> None:
    row = decided(KIND, front_door(tables([(0, 0.5)], currency="EUR"))).result["months"][1]

    assert row["currency"] is None
    assert row["reasons"] == {"closing_mrr_spot": "no_foreign_money", "currency": "no_foreign_money"}


def test_a_month_without_a_rate_is_not_guessed() -> None:
    bridge = movements(ledger_of(np.array([[100], [100], [100]])))
    first, second, third = (currency_line([None, 90, 95], bridge, at, minor=100) for at in range(3))

    assert first["reasons"] == dict.fromkeys(("closing_mrr_spot", "currency"), "no_exchange_rate")
    assert (second["closing_mrr_spot"], second["reasons"]) == (0.9, {"currency": "no_exchange_rate"})
    assert third == {"closing_mrr_spot": 0.95, "currency": 0.05}
