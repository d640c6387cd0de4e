"""Tables of a simulation: one row a customer, one row a line; what is not known is empty."""

from __future__ import annotations

from pathlib import Path

import pytest

from pricing_service.price_book import PriceBook
from pricing_service.re_rating import SimulationOptions
from pricing_service.re_rating.simulation import Books, Simulation, simulate
from tests.pricing_service.re_rating.business import make_business


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Simulation:
    folder: Path = tmp_path_factory.mktemp("tables")
    blocks = [{"price": 0.5}, {"from_units": 100, "price": 0.25}]
    charged = {
        "name": "a",
        "price": 20,
        "charges": [{"metric": "calls", "included_units": 10, "blocks": blocks}],
    }
    draft = {"name": "d", "currency": "EUR", "plans": [charged, {"name": "b", "replaces": ["legacy"]}]}
    current = {"name": "c", "currency": "EUR", "plans": [{"name": "a", "price": 25}]}
    books = Books(PriceBook.model_validate(draft), PriceBook.model_validate(current))
    return simulate(make_business(12).panel(folder), books, SimulationOptions())


def test_lines_carry_both_sides_where_both_have_the_line(found: Simulation) -> None:
    rows = [row for row in found.lines.to_pylist() if row["plan_before"] == "a"]

    assert {row["line"] for row in rows} == {"(price)", "calls", "calls, block 2"}
    assert all(row["before"] is not None for row in rows if row["line"] == "(price)")
    assert all(row["before"] is None and row["units_after"] > 0 for row in rows if row["line"] != "(price)")


def test_lines_are_in_order_of_customer_and_month(found: Simulation) -> None:
    keys = [(row["customer_id"], row["product"], row["plan_before"]) for row in found.lines.to_pylist()]

    assert keys == sorted(keys)


def test_who_is_left_out_has_a_reason_and_no_number(found: Simulation) -> None:
    left = [row for row in found.customers.to_pylist() if row["before"] is None]

    assert left
    assert {row["reason"] for row in left} == {"contact_us"}
    assert all(row["after"] is None and row["change_share"] is None for row in left)


def test_a_change_is_after_less_before(found: Simulation) -> None:
    for row in found.customers.to_pylist():
        if row["before"] is not None:
            assert row["change"] == pytest.approx(row["after"] - row["before"])
            assert row["cheapest"] <= row["after"] + 1e-9
