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


@pytest.mark.parametrize(
    ("verdict", "title"),
    [
        ("clear", "A unit is worth most nearly the same to everyone for narrow, least so for wide"),
        ("cannot_tell", "How far customers lie apart in what one unit is worth"),
    ],
)
def test_the_title_claims_no_more_than_the_verdict(verdict, title):
    rows = row("wide", 1, 2, 10, 50, 90), row("narrow", 8, 9, 10, 11, 12)

    assert drawn(*rows, verdict=verdict, recommended="narrow").title == title


def test_where_nothing_lies_apart_there_is_no_picture():
    assert drawn(row("a", 3, 3, 3, 3, 3), row("b", 5, 5, 5, 5, 5)) is None


@pytest.mark.parametrize("percentiles", [(0, 0, 0, 1, 2), (None,) * 5])
def test_a_metric_without_a_typical_value_is_left_out(percentiles):
    assert drawn(row("a", *percentiles)) is None


@pytest.mark.parametrize("percentiles", [(0, 0, 3, 4, 5), (1, 3, 3, 3, 3), (1e-9, 1, 2, 3, 1e9)])
def test_extreme_percentiles_stay_inside_the_drawing(percentiles):
    assert "a" in labels(drawn(row("a", *percentiles)))
