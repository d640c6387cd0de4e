"""The curve must name the flat fee in words and quote only shares judged on other customers."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from api.pages.charts.capture_curve import CaptureCurve

POINTS = [
    {"price": 1.0, "share_of_value": 0.3, "customers_kept": 0.9},
    {"price": 2.0, "share_of_value": 0.5, "customers_kept": 0.7},
    {"price": 4.0, "share_of_value": 0.2, "customers_kept": 0.1},
]
RANKING = [
    {
        "metric": "a",
        "capture_efficiency": {"value": 0.46},
        "scores": {"capture_efficiency": {"flat_fee": {"value": 0.31}}},
    }
]


def drawn(curves, ranking=()):
    result = {"charts": {"capture_curve": curves}, "recommended": "a", "ranking": list(ranking)}
    return CaptureCurve().draw(result, currency="EUR")


def texts(svg):
    return [text.text for text in ET.fromstring(svg).iter("text")]


def test_the_title_quotes_the_scores_and_not_the_flattering_curve():
    picture = drawn({"a": POINTS, "(flat fee)": POINTS}, RANKING)

    assert "46" in picture.title
    assert "31" in picture.title
    assert "50" not in picture.title


def test_without_scores_the_title_claims_no_share():
    assert "%" not in drawn({"a": POINTS}).title


def test_the_flat_fee_is_named_in_words():
    found = texts(drawn({"a": POINTS, "(flat fee)": POINTS}).wide)

    assert "one flat fee" in found
    assert "(flat fee)" not in found


def test_on_a_phone_labels_that_would_touch_are_left_out():
    curves = dict.fromkeys(("a", "b", "c"), POINTS)

    picture = drawn(curves)

    assert {"a", "b", "c"} <= set(texts(picture.wide))
    assert "a" in texts(picture.narrow)
    assert not {"b", "c"} <= set(texts(picture.narrow))


def test_of_prices_that_keep_the_same_customers_the_best_is_drawn():
    worse = {"price": 1.9, "share_of_value": 0.41, "customers_kept": 0.7}

    assert drawn({"a": [*POINTS, worse]}).wide == drawn({"a": POINTS}).wide


def test_points_without_a_share_are_skipped():
    assert drawn({"a": [{"price": 1.0, "share_of_value": None, "customers_kept": 1.0}], "b": []}) is None
