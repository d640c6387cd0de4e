"""The meter must draw the curves that are there, name the points that are known, and claim nothing for two items."""

from __future__ import annotations

import re
from typing import Any
from xml.etree import ElementTree as ET

from api.pages.charts.price_points import PricePoints
from api.pages.figures import GAP

CURVES = [
    {"price": 10.0, "too_cheap": 0.8, "cheap": 1.0, "expensive": 0.0, "too_expensive": 0.0},
    {"price": 20.0, "too_cheap": 0.3, "cheap": 0.7, "expensive": 0.3, "too_expensive": 0.1},
    {"price": 30.0, "too_cheap": 0.0, "cheap": 0.2, "expensive": 0.8, "too_expensive": 0.5},
]


def entry(**points: float | None) -> dict[str, Any]:
    known = {
        name: {"value": value, "low": value and value - 1, "high": value and value + 1, "unit": "EUR/month"}
        for name, value in points.items()
    }
    return {"item": "team", "points": known, "details": {"curves": CURVES}}


def drawn(*entries: dict[str, Any]) -> Any:
    return PricePoints().draw({"items": list(entries)}, currency="EUR")


def texts(picture: Any) -> set[str]:
    return {str(text.text).replace(GAP, " ") for text in ET.fromstring(picture.wide).iter("text")}


def test_the_acceptable_range_is_the_title_and_every_point_has_its_name() -> None:
    picture = drawn(entry(pmc=15.0, opp=22.0, idp=24.0, pme=28.0))

    assert picture.title.replace(GAP, " ") == "Most accept a price between 15 EUR and 28 EUR for team"
    assert {"PMC", "OPP", "IDP", "PME", "too cheap", "cheap", "expensive", "too expensive"} <= texts(picture)


def test_points_that_are_not_known_are_left_out() -> None:
    picture = drawn(entry(pmc=None, opp=None, idp=24.0, pme=28.0))

    assert "PMC" not in texts(picture)
    assert picture.title.startswith("Which prices people find")


def test_a_curve_that_was_not_asked_for_is_not_drawn() -> None:
    asked = entry(idp=24.0)
    asked["details"] = {"curves": [row | {"too_cheap": None} for row in CURVES]}

    assert drawn(asked) is not None


def test_readings_without_curves_draw_nothing() -> None:
    assert drawn(entry() | {"details": {}}) is None
    assert drawn() is None


def test_the_curves_on_which_the_ends_of_the_range_lie_are_drawn() -> None:
    original = texts(drawn(entry(pmc=15.0, pme=28.0)))
    narrower = PricePoints().draw(
        {"items": [entry(pmc=15.0, pme=28.0)], "options": {"range": "narrower"}}, currency="EUR"
    )

    assert {"not cheap", "not expensive"} <= original
    assert not {"not cheap", "not expensive"} & texts(narrower)


def test_names_of_points_that_lie_together_stand_apart() -> None:
    picture = drawn(entry(pmc=21.0, opp=21.5, idp=22.0, pme=22.5))

    places = [at for at in named(picture.narrow) if at[0] in {"PMC", "OPP", "IDP", "PME"}]

    assert len(places) == 8, "each name and its halo"
    apart = {name: (x, y) for name, x, y in places}
    for one, (x, y) in apart.items():
        assert all(
            abs(x - other_x) >= 26 or abs(y - other_y) >= 14
            for other, (other_x, other_y) in apart.items()
            if other != one
        )


def named(svg: Any) -> list[tuple[str, float, float]]:
    """Every text with the place that its own transformation gives it."""
    found = []
    for text in ET.fromstring(svg).iter("text"):
        x, y = re.findall(r"-?[0-9.]+", text.attrib.get("transform", "translate(0,0)"))[:2]
        found.append((str(text.text), float(x), float(y)))
    return found
