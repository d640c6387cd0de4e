"""What customers would pay: held from both sides, in money a month, and each source apart."""

from __future__ import annotations

import numpy as np
import pytest

from pricing_service.decisions._raise_contracts import contracts
from pricing_service.decisions._raise_willingness import FEWEST, Willingness
from pricing_service.panel import StoredPanel
from tests.pricing_service.decisions.conftest import FrontDoor
from tests.pricing_service.decisions.raising_business import customers_of, first_day, last_day, raising_board
from tests.pricing_service.decisions.small_business import Row, Tables

PEOPLE = 24


def book(**surveys: list[Row]) -> Tables:
    """Customers of the plan `team` who pay 100 a month and use 10 seats."""
    names = [f"c{at:02d}" for at in range(PEOPLE)]
    return {
        "customers": [{"customer_id": who, "signed_up": first_day(0)} for who in names],
        "subscriptions": [
            {"customer_id": who, "start": first_day(0), "end": "", "plan": "team", "mrr": 100} for who in names
        ],
        "metrics": [{"metric": "seats", "kind": "stock"}],
        "usage": [
            {"customer_id": who, "date": first_day(at), "metric": "seats", "units": 10}
            for who in names
            for at in range(14)
        ],
        "outcomes": [
            {"customer_id": who, "date": last_day(at), "kpi": "hires", "amount": 1000}
            for who in names
            for at in range(14)
        ],
        "kpis": [{"kpi": "hires", "kind": "revenue", "value_per_unit": 1, "attribution": 1}],
        **surveys,
    }  # fmt: skip


def everybody(row: Row) -> list[Row]:
    """The same row of each customer."""
    return [
        row | {"customer_id": f"c{at:02d}"} | ({"quote_id": f"{row['quote_id']}{at}"} if "quote_id" in row else
        {"respondent_id": f"r{at}"})
        for at in range(PEOPLE)
    ]  # fmt: skip


def said(item: str, **more: object) -> list[Row]:
    return everybody({"item": item, "cheap": 1, "expensive": 90, "too_expensive": 160} | more)


def quoted(result: str, price: float, **more: object) -> list[Row]:
    row: Row = {"quote_id": f"{result}{price}", "date": first_day(1), "plan": "team", "price": price,
                "result": result, "reason": "price" if result == "lost" else ""}  # fmt: skip
    return everybody(row | more)


def read(panel: StoredPanel) -> Willingness:
    return Willingness.of(panel, customers_of(panel).everybody, contracts(panel, ended=True))


def test_what_a_customer_finds_expensive_and_too_expensive_holds_what_it_would_pay(front_door: FrontDoor):
    found = read(front_door(book(price_sensitivity=said("team"))))

    assert found.sources == ("price_sensitivity",)
    assert found.monthly == pytest.approx(120.0)
    assert found.noise == pytest.approx(np.log(160 / 90) ** 2 / 12)


def test_the_price_of_a_unit_is_times_the_customers_units(front_door: FrontDoor):
    found = read(front_door(book(price_sensitivity=said("seats"))))

    assert found.monthly == pytest.approx(1200.0)


def test_the_price_of_another_plan_says_nothing(front_door: FrontDoor):
    assert read(front_door(book(price_sensitivity=said("large")))).sources == ()


def test_an_intent_is_held_by_the_price_taken_and_the_lowest_one_refused_above_it(front_door: FrontDoor):
    answers = [(60, 1), (80, 1), (125, 0), (300, 0)]
    asked = [
        row
        for price, intent in answers
        for row in everybody({"item": "team", "price": price, "intent": intent})
    ]

    found = read(front_door(book(purchase_intent=asked)))

    assert found.sources == ("purchase_intent",)
    assert found.monthly == pytest.approx(100.0)


def test_who_would_take_every_price_or_none_is_not_held(front_door: FrontDoor):
    for intent in (0, 1):
        asked = [
            row for price in (60, 80) for row in everybody({"item": "team", "price": price, "intent": intent})
        ]

        assert not read(front_door(book(purchase_intent=asked))).known.any()


def test_on_the_five_point_scale_four_takes_a_price(front_door: FrontDoor):
    answers = [(80, 4), (125, 3)]
    asked = [
        row
        for price, intent in answers
        for row in everybody({"item": "team", "price": price, "intent": intent, "scale": "1-5"})
    ]

    assert read(front_door(book(purchase_intent=asked))).monthly == pytest.approx(100.0)


def test_a_quote_lost_on_price_and_one_won_below_it_hold_what_a_customer_would_pay(front_door: FrontDoor):
    found = read(front_door(book(quotes=quoted("lost", 125) + quoted("won", 80))))

    assert found.sources == ("quotes",)
    assert found.monthly == pytest.approx(100.0)


@pytest.mark.parametrize(
    "quotes",
    [
        quoted("won", 80),
        quoted("lost", 125),
        quoted("lost", 125, reason="competitor") + quoted("won", 80),
        quoted("lost", 125, date=first_day(9)) + quoted("won", 80, date=first_day(9)),
    ],
    ids=["won alone", "lost alone", "lost for another reason", "long after the first bill"],
)
def test_quotes_that_hold_from_one_side_or_may_answer_a_raise_say_nothing(
    front_door: FrontDoor, quotes: list[Row]
):
    assert read(front_door(book(quotes=quotes))).sources == ()


def test_a_lead_that_became_a_customer_brings_its_quotes(front_door: FrontDoor):
    names = [f"c{at:02d}" for at in range(PEOPLE)]
    quotes = [
        {key: value for key, value in row.items() if key != "customer_id"}
        | {"lead_id": f"l-{row['customer_id']}"}
        for row in quoted("lost", 125) + quoted("won", 80)
    ]
    leads: list[Row] = [{"lead_id": f"l-{who}", "created": first_day(0), "customer_id": who} for who in names]

    assert read(front_door(book(quotes=quotes, leads=leads))).monthly == pytest.approx(100.0)


def test_a_source_that_tells_of_few_is_not_read(front_door: FrontDoor):
    few = said("team")[: FEWEST - 1]

    found = read(front_door(book(price_sensitivity=few)))

    assert found.logs.shape == (0, PEOPLE)
    assert not found.known.any()
    assert np.isnan(found.monthly).all()


def test_sources_stand_apart_and_meet_in_the_middle_of_what_a_customer_would_pay(front_door: FrontDoor):
    tables = book(price_sensitivity=said("team"), quotes=quoted("lost", 125) + quoted("won", 80))

    found = read(front_door(tables))

    assert found.sources == ("price_sensitivity", "quotes")
    assert found.monthly == pytest.approx(np.sqrt(120 * 100))


def test_without_surveys_and_quotes_nothing_is_known(raising: StoredPanel):
    assert read(raising).sources == ()


def test_customers_who_left_told_what_they_would_pay_too(front_door: FrontDoor):
    panel = front_door(raising_board(60, willing=0.0))

    assert read(panel).known.all()
