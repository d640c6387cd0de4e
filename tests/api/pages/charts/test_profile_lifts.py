"""The picture of the profile shows what stands out, with its interval, and nothing where nothing does."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree as ET

from api.pages.charts.profile_lifts import MOST_ROWS, ProfileLifts
from api.pages.figures import GAP


def level(name: str, lift: float, *, stands_out: bool = True) -> dict[str, Any]:
    ends = {"value": lift, "low": 0.7 * lift, "high": 1.3 * lift, "level": 0.9, "unit": "times"}
    return {"trait": "country", "level": name, "lift": ends, "share": 0.4, "stands_out": stands_out}


def drawn(*levels: dict[str, Any]) -> Any:
    return ProfileLifts().draw({"profile": list(levels)}, currency="EUR")


def texts(picture: Any) -> list[str]:
    return [str(text.text).replace(GAP, " ") for text in ET.fromstring(picture.wide).iter("text")]


def test_levels_that_stand_out_are_drawn_the_highest_lift_first() -> None:
    picture = drawn(level("FR", 0.5), level("DE", 2.0), level("NL", 1.1, stands_out=False))

    shown = [text for text in texts(picture) if text.startswith("country")]
    assert shown == ["country: DE", "country: FR"]
    assert picture.title == "Success is most frequent with country: DE"


def test_where_success_is_only_rarer_the_title_says_so() -> None:
    assert drawn(level("FR", 0.5)).title == "Success is least frequent with country: FR"


def test_a_level_of_which_nobody_succeeded_is_drawn_at_zero() -> None:
    never = level("FR", 0.0)
    never["lift"]["high"] = 0.6

    assert "country: FR" in texts(drawn(never))


def test_where_nothing_stands_out_there_is_no_picture() -> None:
    assert drawn(level("DE", 1.2, stands_out=False)) is None
    assert drawn() is None


def test_many_levels_are_cut_to_those_that_are_surest() -> None:
    picture = drawn(*(level(f"C{at:02}", 1 + at / 10) for at in range(MOST_ROWS + 5)))

    assert len([text for text in texts(picture) if text.startswith("country")]) == MOST_ROWS


def test_those_who_do_not_see_it_are_told_every_row() -> None:
    words = str(drawn(level("DE", 2.0)).wide).replace(GAP, " ")

    assert "country: DE, 40 % of customers: 2" in words
    assert "times as often" in words
