"""What newcomers are asked today: the list for their usage on their plan, less the usual discount."""

from __future__ import annotations

import numpy as np
import pytest

from models.checks import Floats
from models.errors import NotEstimable
from pricing_service.decisions._list_prices import FEWEST, Asked, asked_of_newcomers, at_list
from tests.pricing_service.decisions.conftest import FrontDoor
from tests.pricing_service.decisions.small_business import Row, Tables, job_board

CUSTOMERS = 24
FLAT: list[Row] = [{"plan": "small", "price": 100}, {"plan": "large", "price": 300}]
BY_SEAT: list[Row] = [
    {"plan": plan, "price": 0, "metric": "seats", "included_units": 0, "overage_price": 15}
    for plan in ("small", "large")
]


def sold(book: list[Row], *, paid_of_list: float = 1.0, customers: int = CUSTOMERS) -> Tables:
    tables = job_board(customers) | ({"price_book": book} if book else {})
    prices = {str(row["plan"]): float(str(row["price"])) for row in book}
    for row in tables["subscriptions"]:
        row["mrr"] = paid_of_list * (prices.get(str(row["plan"]), 0.0) or float(str(row["mrr"])))
    return tables


def asked(front_door: FrontDoor, tables: Tables) -> tuple[Asked, Floats, list[str]]:
    """Return what newcomers are asked, what customers pay, and their plans, by customer."""
    rows = sorted(tables["subscriptions"], key=lambda row: str(row["customer_id"]))
    bill = np.array([0.0 if row["end"] else float(str(row["mrr"])) for row in rows])
    ids = [str(row["customer_id"]) for row in rows]
    found = asked_of_newcomers(front_door(tables), ids, bill, level=0.9)
    return found, bill, [str(row["plan"]) for row in rows]


def told(found: Asked, code: str) -> str:
    """Return the one caveat of a code."""
    (message,) = [each.message for each in found.caveats if each.code == code]
    return message


@pytest.mark.parametrize("paid", [1.0, 0.8])
def test_newcomers_are_asked_the_list_of_their_plan_less_the_usual_discount(
    front_door: FrontDoor, paid: float
) -> None:
    found, _, plans = asked(front_door, sold(FLAT, paid_of_list=paid))

    np.testing.assert_allclose(found.monthly, [paid * {"small": 100, "large": 300}[plan] for plan in plans])


def test_what_customers_use_is_billed_by_the_list(front_door: FrontDoor) -> None:
    found, bill, _ = asked(front_door, sold(BY_SEAT))

    np.testing.assert_allclose(found.monthly, bill)


def test_raises_that_customers_were_told_are_not_in_the_list(front_door: FrontDoor) -> None:
    found, bill, plans = asked(front_door, sold(FLAT, paid_of_list=1.2))

    assert (bill > found.monthly).all()
    np.testing.assert_allclose(found.monthly, [{"small": 100, "large": 300}[plan] for plan in plans])


def test_newcomers_like_those_who_left_are_asked_the_list_too(front_door: FrontDoor) -> None:
    tables = sold(FLAT)
    tables["subscriptions"][0]["end"] = "2025-04-30"

    found, bill, plans = asked(front_door, tables)

    assert bill[0] == 0
    assert found.monthly[0] == pytest.approx({"small": 100, "large": 300}[plans[0]])


def test_without_a_list_or_with_too_few_to_compare_newcomers_are_asked_what_customers_pay(
    front_door: FrontDoor,
) -> None:
    without, bill, _ = asked(front_door, sold([]))
    np.testing.assert_array_equal(without.monthly, bill)
    assert (without.rests_on, without.usual_discount.reason, without.caveats) == (
        "bills",
        "no_price_list",
        (),
    )

    tables = sold(FLAT)
    for row in tables["subscriptions"][FEWEST - 1 :]:
        row["plan"] = "an old one"
    few, bill, _ = asked(front_door, tables)
    np.testing.assert_array_equal(few.monthly, bill)
    assert (few.rests_on, few.usual_discount.reason) == ("bills", "too_few_on_price_list")


def test_a_plan_that_the_list_does_not_know_is_asked_what_its_customers_pay(front_door: FrontDoor) -> None:
    tables = sold(FLAT, paid_of_list=0.9)
    tables["subscriptions"][3] |= {"plan": "an old one", "mrr": 77}

    found, _, _ = asked(front_door, tables)

    assert found.monthly[3] == 77
    assert set(np.delete(found.monthly, 3).round(6)) == {90.0, 270.0}


def test_the_usual_discount_is_told_with_its_interval_and_how_many_pay_it(front_door: FrontDoor) -> None:
    tables = sold(FLAT)
    for at, row in enumerate(tables["subscriptions"]):  # from 0 to 23 % less than the list
        row["mrr"] = float(str(row["mrr"])) * (1 - at / 100)

    found, bill, _ = asked(front_door, tables)

    discount = found.usual_discount
    assert found.rests_on == "price_list"
    assert (discount.unit, discount.level, discount.n) == ("share", 0.9, CUSTOMERS)
    assert discount.value == pytest.approx(0.115)
    assert (discount.low, discount.high) == (pytest.approx(0.07), pytest.approx(0.16))
    np.testing.assert_allclose(found.monthly.min(), 88.5)
    assert bill.min() < 80


def test_where_most_pay_more_than_the_list_no_discount_is_usual(front_door: FrontDoor) -> None:
    discount = asked(front_door, sold(FLAT, paid_of_list=1.2))[0].usual_discount

    assert (discount.low, discount.value, discount.high) == (0, 0, 0)


STEPS: Row = BY_SEAT[0] | {"price": 50, "min_units": 10}


@pytest.mark.parametrize(
    ("book", "says"),
    [
        ([*BY_SEAT, STEPS], "Plan small: the block from 10 units on has the price 50 and the first has 0."),
        (
            [*BY_SEAT, STEPS | {"price": 0, "overage_price": ""}],
            "Plan small: the block from 10 units on has no overage",
        ),
        ([*BY_SEAT, BY_SEAT[1] | {"min_units": 0}], "Plan large: the block from 0 units on is there twice"),
        ([row | {"valid_from": "2029-01-01"} for row in FLAT], "lines that begin on 2029-01-01 are left out"),
        (
            [row | {"price": "a few euros"} for row in FLAT],
            "not a number (2, first in line 2). Mend its rows",
        ),
    ],
)
def test_a_list_that_cannot_be_used_is_named_with_what_would_mend_it(
    front_door: FrontDoor, book: list[Row], says: str
) -> None:
    found, bill, _ = asked(front_door, sold(FLAT) | {"price_book": book})

    np.testing.assert_array_equal(found.monthly, bill)
    assert (found.rests_on, found.usual_discount.reason) == ("bills", "price_list_refused")
    message = told(found, "price_list_not_used")
    assert message.startswith("Today's prices are read off customers' bills, not off the table price_book: ")
    assert says in message
    assert message.endswith(".")


def test_a_list_that_knows_too_few_plans_says_which_it_does_not(front_door: FrontDoor) -> None:
    tables = sold(FLAT)
    for at, row in enumerate(tables["subscriptions"][FEWEST - 1 :]):
        row["plan"] = f"old {at % 5}" if at else "old 0"

    found, _, _ = asked(front_door, tables)

    assert told(found, "price_list_not_used") == (
        "Today's prices are read off customers' bills, not off the table price_book: it tells what 7 of 24 paying"
        " customers would be asked, and needs 8. It has no plan old 0 (4 customers), old 1 (4 customers),"
        " old 2 (3 customers) and 2 more: call plans there as subscriptions does."
    )


@pytest.mark.parametrize(
    ("line", "says"),
    [
        (
            {"price": "", "price_type": "contact_us"},
            "It leaves the price of small (N customers) to negotiation.",
        ),
        (
            {"metric": "desks", "included_units": 3},
            "It charges small (N customers) by a metric of which there is no",
        ),
        ({"price": 0}, "It asks nothing for small (N customers)."),
    ],
)
def test_where_the_list_tells_some_prices_it_is_said_whose_it_does_not(
    front_door: FrontDoor, line: Row, says: str
) -> None:
    found, bill, plans = asked(front_door, sold(FLAT) | {"price_book": [FLAT[0] | line, FLAT[1]]})

    small = plans.count("small")
    assert found.rests_on == "price_list"
    np.testing.assert_array_equal(found.monthly, bill)
    message = told(found, "price_list_incomplete")
    assert message.startswith(
        f"The table price_book does not tell the prices of {small} of 24 paying customers; "
    )
    assert says.replace("N", str(small)) in message


def by_plan(**paid: float) -> Tables:
    """Customers of flat plans who pay such a part of the list, give or take a tenth of it."""
    tables = sold(FLAT, customers=60)
    for at, row in enumerate(tables["subscriptions"]):
        row["mrr"] = float(str(row["mrr"])) * paid[str(row["plan"])] * (0.9 + 0.2 * (at % 7) / 6)
    return tables


def test_where_plans_have_discounts_of_their_own_both_and_the_usual_one_are_told(
    front_door: FrontDoor,
) -> None:
    found, _, plans = asked(front_door, by_plan(small=1.0, large=0.6))

    message = told(found, "discounts_differ_by_plan").replace("\u202f", " ")
    assert f"customers on large usually pay 40 % less than the price list ({plans.count('large')})" in message
    assert f"those on small no less ({plans.count('small')}), and newcomers on every plan" in message
    assert found.usual_discount.value is not None
    assert f"are taken to pay {found.usual_discount.value:.0%}".replace("%", " % less") in message


@pytest.mark.parametrize("paid", [{"small": 0.8, "large": 0.8}, {"small": 0.85, "large": 0.8}])
def test_discounts_that_are_alike_or_not_surely_apart_are_one(
    front_door: FrontDoor, paid: dict[str, float]
) -> None:
    assert asked(front_door, by_plan(**paid))[0].caveats == ()


def test_a_list_that_is_surely_behind_what_customers_pay_may_be_out_of_date(front_door: FrontDoor) -> None:
    found, _, _ = asked(front_door, sold(FLAT, paid_of_list=1.2))

    assert "at least 20 % more than the price list asks" in told(found, "bills_above_price_list").replace(
        "\u202f", " "
    )
    assert asked(front_door, sold(FLAT, paid_of_list=1.02))[0].caveats == ()


def test_lines_that_are_left_out_of_the_list_are_said(front_door: FrontDoor) -> None:
    found, _, _ = asked(
        front_door, sold(FLAT) | {"price_book": [*FLAT, FLAT[0] | {"region": "CH", "price": 130}]}
    )

    assert "lines for CH are left out" in told(found, "price_list_other_region")


def test_where_nobody_pays_and_there_is_no_list_todays_prices_rest_on_nothing(front_door: FrontDoor) -> None:
    panel = front_door(job_board(CUSTOMERS))

    found = asked_of_newcomers(panel, ["c000", "c001"], np.zeros(2), level=0.9)

    assert found.rests_on is None


def test_the_list_tells_each_its_own_price_and_nothing_of_plans_that_it_does_not_name(
    front_door: FrontDoor,
) -> None:
    tables = sold(FLAT[:1], paid_of_list=0.8)
    plans = {str(row["customer_id"]): str(row["plan"]) for row in tables["subscriptions"]}

    found = at_list(front_door(tables), [*plans, "nobody"])

    expected = [100.0 if plan == "small" else np.nan for plan in plans.values()]
    np.testing.assert_allclose(found, [*expected, np.nan])
    with pytest.raises(NotEstimable, match=r"no table price_book"):
        at_list(front_door(sold([])), list(plans))
