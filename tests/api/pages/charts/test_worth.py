"""The distribution must carry corridor, typical worth and today's price where they are known."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest

from api.pages.charts.worth import Worth
from api.pages.figures import GAP

BINS = [{"low": 0.0, "high": 10.0, "customers": 3}, {"low": 10.0, "high": 20.0, "customers": 7}]


def drawn(**result):
    return Worth().draw({"charts": {"worth": {"bins": BINS}}, "metric": "postings", **result}, currency="EUR")


def texts(picture):
    return {str(text.text).replace(GAP, " ") for text in ET.fromstring(picture.wide).iter("text")}


def test_corridor_typical_and_today_are_labelled():
    picture = drawn(
        worth={"value": 12.0, "low": 10.0, "high": 15.0, "unit": "EUR/postings"},
        price_corridor={"low": 1.2, "high": 1.8},
        today={"price_per_unit": 1.0},
    )

    assert {"price corridor", "typical 12 EUR", "today 1.00 EUR"} <= texts(picture)


@pytest.mark.parametrize("corridor", [None, {}, {"low": None, "high": None}])
def test_what_is_unknown_is_neither_drawn_nor_mentioned(corridor):
    picture = drawn(price_corridor=corridor)

    assert "price corridor" not in texts(picture)
    assert "corridor" not in picture.caption
    assert "not known" in picture.wide


def test_worth_over_many_orders_takes_a_log_scale():
    bins = [{"low": 10.0**at, "high": 10.0 ** (at + 1), "customers": 5} for at in range(4)]
    picture = drawn(charts={"worth": {"bins": bins}})

    widths = {round(float(path.attrib["d"].split("h")[1].split("v")[0])) for path in _bars(picture)}
    assert len(widths) == 1


def test_bins_without_customers_draw_nothing():
    assert (
        Worth().draw({"charts": {"worth": {"bins": [{"low": 0, "high": 1, "customers": 0}]}}}, currency="EUR")
        is None
    )


def _bars(picture):
    return [path for path in ET.fromstring(picture.wide).iter("path") if path.attrib.get("opacity") == "0.5"]
