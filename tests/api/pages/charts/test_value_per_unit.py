"""The rows must follow the ranking and survive odd percentiles."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest

from api.pages.charts.value_per_unit import ValuePerUnit


def row(metric, *percentiles):
    return {"metric": metric, **dict(zip(("p05", "p25", "p50", "p75", "p95"), percentiles, strict=True))}


def drawn(*rows, **result):
    return ValuePerUnit().draw({"charts": {"value_per_unit": list(rows)}, **result}, currency="EUR")


def labels(picture):
    return [text.text for text in ET.fromstring(picture.wide).iter("text")]


def test_rows_follow_the_ranking():
    picture = drawn(
        row("a", 1, 2, 3, 4, 5), row("b", 1, 2, 3, 4, 5), ranking=[{"metric": "b"}, {"metric": "a"}]
    )

    found = labels(picture)
    assert found.index("b") < found.index("a")


def test_the_title_names_the_narrowest_and_the_widest():
    picture = drawn(row("wide", 1, 2, 10, 50, 90), row("narrow", 8, 9, 10, 11, 12))

    assert picture.title.endswith("for narrow, least so for wide")


@pytest.mark.parametrize("percentiles", [(0, 0, 0, 1, 2), (None,) * 5])
def test_a_metric_without_a_typical_value_is_left_out(percentiles):
    assert drawn(row("a", *percentiles)) is None


@pytest.mark.parametrize("percentiles", [(0, 0, 3, 4, 5), (3, 3, 3, 3, 3), (1e-9, 1, 2, 3, 1e9)])
def test_extreme_percentiles_stay_inside_the_drawing(percentiles):
    assert "a" in labels(drawn(row("a", *percentiles)))
