"""The answer of tiers and its page say what today's prices rest on, and why a price list was not used."""

from __future__ import annotations

import html
import json
from datetime import date
from typing import Any

import pytest

from api.pages import render_report
from pricing_service.decisions import canonical_json
from pricing_service.decisions._list_price_words import todays_prices
from tests.api.pages.test_report import text_of
from tests.pricing_service.decisions.conftest import FrontDoor
from tests.pricing_service.decisions.small_business import Row, Tables, decided
from tests.pricing_service.decisions.test_tiers import CUSTOMERS, board


def by_seat(*large: Row) -> Tables:
    """The job board with a price list: both plans by the seat, of which customers pay 90 %."""
    line: Row = {"plan": "small", "price": 0, "metric": "seats", "included_units": 0, "overage_price": 15}
    tables = board() | {"price_book": [line, *(line | {"plan": "large"} | row for row in large)]}
    for row in tables["subscriptions"]:
        row["mrr"] = 0.9 * float(str(row["mrr"]))
    return tables


def answer(front_door: FrontDoor, tables: Tables) -> tuple[dict[str, Any], str]:
    """Return the answer of tiers, and the text of its page, one blank between words."""
    result = decided("tiers", front_door(tables), metric="postings", max_tiers=1).result
    told = {"analyses": {"tiers": json.loads(canonical_json(result))}}
    page = render_report(told, title="Jobs", currency="EUR", generated_for=date(2026, 7, 1))
    return result, plain(html.unescape(text_of(page)))


def plain(text: str) -> str:
    return " ".join(text.split())


def test_without_a_price_list_todays_prices_are_said_to_be_what_customers_pay(front_door: FrontDoor) -> None:
    result, page = answer(front_door, board())

    assert result["today_rests_on"] == "bills"
    discount = result["usual_discount"]
    assert (discount["value"], discount["reason"]) == (None, "no_price_list")
    assert "Today's prices are taken to be what customers pay: there is no price list." in page
    assert not any(each["code"].startswith("price_list") for each in result["caveats"])


def test_with_a_price_list_the_answer_and_the_page_say_so_and_how_much_less_is_usual(
    front_door: FrontDoor,
) -> None:
    result, page = answer(front_door, by_seat({}))

    assert result["today_rests_on"] == "price_list"
    discount = result["usual_discount"]
    assert (discount["value"], discount["unit"], discount["n"]) == (pytest.approx(0.1), "share", CUSTOMERS)
    assert "Today's prices are those of the price list less 10 %, the usual discount." in page
    assert "Discount from the price list that is usual today 10 %" in page


def test_a_price_list_that_contradicts_itself_is_told_with_its_plan_and_line(front_door: FrontDoor) -> None:
    result, page = answer(front_door, by_seat({}, {"price": 700, "min_units": 40}))

    assert (result["today_rests_on"], result["usual_discount"]["reason"]) == ("bills", "price_list_refused")
    (caveat,) = [each for each in result["caveats"] if each["code"] == "price_list_not_used"]
    why = "Plan large: the block from 40 units on has the price 700 and the first has 0."
    assert why in caveat["message"]
    assert why in page
    assert "what customers pay: the price list cannot be used as it stands; the caveats say why." in page


@pytest.mark.parametrize(
    ("rests_on", "discount", "said"),
    [
        (
            "price_list", {"value": 0.12, "low": 0.08, "high": 0.151},
            ["Today's prices are those of the price list less 12 %, the usual discount (8 % to 15 %)."],
        ),
        (
            "price_list", {"value": 0.0, "low": 0.0, "high": 0.01},
            ["Today's prices are those of the price list; a discount is not usual."],
        ),
        (
            "bills", {"reason": "too_few_on_price_list"},
            ["Today's prices are taken to be what customers pay: the price list tells the prices of too few customers'"
             " plans; the caveats say why."],
        ),
        (None, {"reason": "no_price_list"}, []),
    ],
)  # fmt: skip
def test_what_todays_prices_rest_on_is_one_sentence(
    rests_on: str | None, discount: dict[str, Any], said: list[str]
) -> None:
    found = todays_prices({"today_rests_on": rests_on, "usual_discount": discount})

    assert [plain(each) for each in found] == said
