"""Demand and revenue must be drawn for every reading with a curve, and named only where one stands alone."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree as ET

from api.pages.charts.demand import DemandByPrice
from api.pages.figures import GAP


def entry(item: str = "postings", method: str = "gabor_granger", best: float | None = 20.0) -> dict[str, Any]:
    demand = [
        {"price": price, "share": share, "low": share - 0.1, "high": share + 0.1}
        for price, share in ((10.0, 0.9), (20.0, 0.6), (30.0, 0.3), (40.0, 0.1))
    ]
    return {"item": item, "method": method, "demand": demand, "best_price": {"revenue": {"value": best}}}


def drawn(*entries: dict[str, Any]) -> Any:
    return DemandByPrice().draw({"items": list(entries)}, currency="EUR")


def texts(picture: Any) -> set[str]:
    return {str(text.text).replace(GAP, " ") for text in ET.fromstring(picture.wide).iter("text")}


def test_one_survey_names_the_price_where_revenue_peaks() -> None:
    picture = drawn(entry())

    assert picture.title.replace(GAP, " ") == "postings: revenue peaks near 20 EUR"
    assert {"postings: demand", "Revenue"} <= texts(picture)


def test_two_methods_share_an_items_panels_and_claim_nothing() -> None:
    picture = drawn(entry(), entry(method="conjoint", best=25.0))

    assert picture.title == "What people say that they would pay"
    assert {"answers to stated prices", "choices between offers"} <= texts(picture)


def test_readers_who_do_not_see_it_are_told_three_points() -> None:
    words = drawn(entry()).wide.replace(GAP, " ")

    assert "postings by answers to stated prices" in words


def test_a_reading_without_a_curve_draws_nothing() -> None:
    assert drawn(entry() | {"demand": None}) is None
    assert drawn() is None


def test_a_curve_without_a_best_price_is_drawn_without_a_peak() -> None:
    picture = drawn(entry(best=None))

    assert picture.title == "What people say that they would pay"


def test_what_people_would_only_consider_is_not_drawn_as_demand() -> None:
    considered = entry(method="van_westendorp")
    considered["best_price"] = {"revenue": {"value": None, "reason": "consideration_is_not_purchase"}}

    assert drawn(considered) is None


def test_demand_as_answered_is_drawn_beside_where_the_first_price_makes_another_of_it() -> None:
    plain = entry()["demand"]
    apart = {"demand_if_ignored": plain, "apart": {"from": 20.0, "to": 40.0}}
    both = drawn(entry() | {"details": {"first_price": apart}})
    meeting = drawn(entry() | {"details": {"first_price": {"demand_if_ignored": plain}}})

    assert {"answers to stated prices, pull removed", "answers to stated prices, as answered"} <= texts(both)
    assert "moves their later answers" in both.caption
    assert "moves their later answers" not in meeting.caption
