"""Versions of a list price are read as they were in force, and compared only where nothing but prices changed."""

from __future__ import annotations

import numpy as np
import pytest

from pricing_service.decisions._raise_list_prices import ListPrice, list_prices
from pricing_service.panel import StoredPanel
from tests.pricing_service.decisions.conftest import FrontDoor
from tests.pricing_service.decisions.raising_business import raising_board
from tests.pricing_service.decisions.small_business import Row

FIRST, SECOND = "2024-01-01", "2025-01-01"
BEFORE = f"before {FIRST}"


def line(price: object, begins: str = "", **more: object) -> Row:
    return {"plan": "small", "price": price, "valid_from": begins} | more


def versions(front_door: FrontDoor, *lines: Row) -> dict[str, ListPrice]:
    columns = {name: "" for each in lines for name in each}
    return list_prices(front_door(raising_board(20) | {"price_book": [columns | each for each in lines]}))[
        "small"
    ]


def over(front_door: FrontDoor, *lines: Row) -> float | None:
    found = versions(front_door, *lines)
    return found[SECOND].over(found[FIRST])


def test_a_version_is_the_lines_in_force_on_its_day(front_door: FrontDoor):
    found = versions(
        front_door, line(40), line(50, FIRST), line(600, FIRST, billing="annual"), line(60, SECOND)
    )

    assert list(found) == [BEFORE, FIRST, SECOND]
    assert found[BEFORE].single("EUR") == (40.0, "EUR/month")
    assert found[FIRST].single("EUR") is None
    assert sorted(np.exp(list(found[SECOND].prices.values())).round(6)) == [60, 600]


def test_a_price_is_told_with_its_currency_and_time(front_door: FrontDoor):
    found = versions(front_door, line(600, FIRST, billing="annual"))

    assert found[FIRST].single("EUR") == (600.0, "EUR/year")
    assert found[BEFORE].prices == {}


def test_a_plan_without_days_has_one_version(front_door: FrontDoor):
    assert list(versions(front_door, line(40))) == [""]


def test_without_a_price_book_there_are_no_versions(raising: StoredPanel):
    assert list_prices(raising) == {}


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ({}, {}, np.log(60 / 50)),
        ({"features": "chat; api"}, {"features": "api;chat"}, np.log(60 / 50)),
        ({"overage_price": 1, "metric": "seats"}, {"overage_price": 1.2, "metric": "seats"}, np.log(60 / 50)),
        ({"overage_price": 1, "metric": "seats"}, {"overage_price": 1, "metric": "seats"}, None),
        ({"included_units": 10, "metric": "seats"}, {"included_units": 20, "metric": "seats"}, None),
        ({}, {"features": "chat"}, None),
        ({}, {"region": "DE"}, None),
    ],
)
def test_only_prices_that_changed_alike_are_compared(
    front_door: FrontDoor, before: Row, after: Row, expected: float | None
):
    found = over(front_door, line(50, FIRST, **before), line(60, SECOND, **after))

    assert found == (None if expected is None else pytest.approx(expected))


def test_rounded_prices_changed_alike(front_door: FrontDoor):
    lines = [
        line(49, FIRST),
        line(490, FIRST, billing="annual"),
        line(59, SECOND),
        line(588, SECOND, billing="annual"),
    ]

    assert over(front_door, *lines) == pytest.approx(np.log(59 / 49), abs=0.02)
    assert over(front_door, *lines[:3], line(540, SECOND, billing="annual")) is None
