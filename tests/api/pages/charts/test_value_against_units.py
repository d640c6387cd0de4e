"""Only customers with units and value can stand on log scales."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from api.pages.charts.value_against_units import MOST_PANELS, ValueAgainstUnits

CLOUD = [[1.0, 10.0], [2.0, 25.0], [4.0, 30.0]]


def drawn(**clouds):
    charts = {"value_against_units": {metric: {"points": points} for metric, points in clouds.items()}}
    return ValueAgainstUnits().draw({"charts": charts, "recommended": "a"}, currency="EUR")


def test_customers_without_units_or_value_are_not_drawn_nor_counted():
    picture = drawn(a=[*CLOUD, [0.0, 5.0], [3.0, 0.0], [None, 2.0]])

    assert 'aria-label="Scatter of value against units on log scales for a (3 customers)."' in picture.wide


def test_a_metric_with_too_few_customers_has_no_panel():
    assert drawn(a=CLOUD[:2]) is None


def test_equal_customers_can_be_drawn():
    assert drawn(a=[[1.0, 10.0]] * 3) is not None


def test_no_more_panels_than_a_page_bears():
    picture = drawn(**{f"metric_{place}": CLOUD for place in range(12)})

    titles = [text.text for text in ET.fromstring(picture.wide).iter("text")]
    assert sum(str(title).startswith("metric_") for title in titles) == MOST_PANELS
