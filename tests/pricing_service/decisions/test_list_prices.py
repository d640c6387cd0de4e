"""What newcomers are asked today: the list for their usage on their plan, less the usual discount."""

from __future__ import annotations

import numpy as np
import pytest

from models.checks import Floats
from pricing_service.decisions._list_prices import FEWEST, asked_of_newcomers
from tests.pricing_service.decisions.conftest import FrontDoor
from tests.pricing_service.decisions.small_business import Row, Tables, job_board

CUSTOMERS = 24
FLAT: list[Row] = [{"plan": "small", "price": 100}, {"plan": "large", "price": 300}]
BY_SEAT: list[Row] = [
    {"plan": plan, "price": 0, "metric": "seats", "included_units": 0, "overage_price": 15}
    for plan in ("small", "large")
]


def sold(book: list[Row], *, paid_of_list: float = 1.0) -> Tables:
    tables = job_board(CUSTOMERS) | ({"price_book": book} if book else {})
    prices = {str(row["plan"]): float(str(row["price"])) for row in book}
    for row in tables["subscriptions"]:
        row["mrr"] = paid_of_list * (prices.get(str(row["plan"]), 0.0) or float(str(row["mrr"])))
    return tables


def asked(front_door: FrontDoor, tables: Tables) -> tuple[Floats, Floats, list[str]]:
    """Return what newcomers are asked, what customers pay, and their plans, by customer."""
    rows = sorted(tables["subscriptions"], key=lambda row: str(row["customer_id"]))
    bill = np.array([0.0 if row["end"] else float(str(row["mrr"])) for row in rows])
    ids = [str(row["customer_id"]) for row in rows]
    return asked_of_newcomers(front_door(tables), ids, bill), bill, [str(row["plan"]) for row in rows]


@pytest.mark.parametrize("paid", [1.0, 0.8])
def test_newcomers_are_asked_the_list_of_their_plan_less_the_usual_discount(
    front_door: FrontDoor, paid: float
) -> None:
    found, _, plans = asked(front_door, sold(FLAT, paid_of_list=paid))

    np.testing.assert_allclose(found, [paid * {"small": 100, "large": 300}[plan] for plan in plans])


def test_what_customers_use_is_billed_by_the_list(front_door: FrontDoor) -> None:
    found, bill, _ = asked(front_door, sold(BY_SEAT))

    np.testing.assert_allclose(found, bill)


def test_raises_that_customers_were_told_are_not_in_the_list(front_door: FrontDoor) -> None:
    found, bill, plans = asked(front_door, sold(FLAT, paid_of_list=1.2))

    assert (bill > found).all()
    np.testing.assert_allclose(found, [{"small": 100, "large": 300}[plan] for plan in plans])


def test_newcomers_like_those_who_left_are_asked_the_list_too(front_door: FrontDoor) -> None:
    tables = sold(FLAT)
    tables["subscriptions"][0]["end"] = "2025-04-30"

    found, bill, plans = asked(front_door, tables)

    assert bill[0] == 0
    assert found[0] == pytest.approx({"small": 100, "large": 300}[plans[0]])


def test_without_a_list_or_with_too_few_to_compare_newcomers_are_asked_what_customers_pay(
    front_door: FrontDoor,
) -> None:
    without, bill, _ = asked(front_door, sold([]))
    np.testing.assert_array_equal(without, bill)

    tables = sold(FLAT)
    for row in tables["subscriptions"][FEWEST - 1 :]:
        row["plan"] = "an old one"
    few, bill, _ = asked(front_door, tables)
    np.testing.assert_array_equal(few, bill)


def test_a_plan_that_the_list_does_not_know_is_asked_what_its_customers_pay(front_door: FrontDoor) -> None:
    tables = sold(FLAT, paid_of_list=0.9)
    tables["subscriptions"][3] |= {"plan": "an old one", "mrr": 77}

    found, _, _ = asked(front_door, tables)

    assert found[3] == 77
    assert set(np.delete(found, 3).round(6)) == {90.0, 270.0}
