"""The evidence must show both lists apart, every source that speaks, and nothing where only one does."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree as ET

from api.pages.charts.evidence import Evidence
from api.pages.figures import GAP


def said(value: float | None) -> dict[str, Any]:
    if value is None:
        return {"value": None, "low": None, "high": None, "reason": "no_outcomes", "unit": "EUR/postings"}
    return {"value": value, "low": value / 1.2, "high": value * 1.2, "level": 0.9, "unit": "EUR/postings"}


def drawn(worth: list[tuple[str, float | None]], willingness: list[tuple[str, float | None]]) -> Any:
    lists = {"worth": worth, "willingness": willingness}
    evidence: dict[str, Any] = {
        name: [{"source": source, "estimate": said(value)} for source, value in rows]
        for name, rows in lists.items()
    }
    evidence["willingness_pooled"] = said(5.0)
    return Evidence().draw({"evidence": evidence, "worth": said(40.0)}, currency="EUR")


def texts(picture: Any) -> list[str]:
    return [str(text.text).replace(GAP, " ") for text in ET.fromstring(picture.wide).iter("text")]


def test_both_lists_are_drawn_each_with_its_own_sum() -> None:
    shown = texts(drawn([("outcomes", 40.0)], [("quotes", 5.0), ("choices", 6.0)]))

    assert "Reported outcomes" in shown
    assert "Quotes won and lost" in shown
    assert "Together: what one unit is worth" in shown
    assert "Together: what customers would pay for one unit" in shown


def test_a_source_that_knows_nothing_is_left_out() -> None:
    shown = texts(drawn([("outcomes", 40.0), ("worth_checks", None)], [("quotes", 5.0)]))

    assert not any("Worth checks" in text for text in shown)


def test_one_source_alone_needs_no_picture() -> None:
    assert drawn([("outcomes", 40.0)], []) is None


def test_those_who_do_not_see_it_are_told_every_row() -> None:
    words = str(drawn([("outcomes", 40.0)], [("quotes", 5.0)]).wide).replace(GAP, " ")

    assert "what customers would pay for one unit, Quotes won and lost: 5" in words
