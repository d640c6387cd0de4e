"""Who pays more is drawn in groups of change, from much less to much more."""

from __future__ import annotations

from typing import Any

from api.pages.charts.who_pays_more import WhoPaysMore


def result(*counts: int) -> dict[str, Any]:
    edges = [None, -0.25, -0.02, 0.02, 0.25, None]
    groups = [
        {"low": low, "high": high, "customers": count, "before": 100.0 * count, "after": 110.0 * count}
        for low, high, count in zip(edges[:-1], edges[1:], counts, strict=True)
    ]
    return {"change": {"groups": groups}}


def test_the_title_counts_the_sides() -> None:
    picture = WhoPaysMore().draw(result(1, 2, 4, 8, 16), currency="EUR")

    assert picture is not None
    assert picture.title == "24 customers pay more, 3 less, 4 about the same"


def test_groups_beyond_the_outermost_customers_are_not_drawn() -> None:
    data = WhoPaysMore().data(result(0, 2, 0, 8, 0))

    assert data is not None
    assert [group["customers"] for group in data] == [2, 0, 8]
    assert [group["side"] for group in data] == ["less", "same", "more"]


def test_the_words_say_every_group() -> None:
    picture = WhoPaysMore().draw(result(0, 2, 0, 8, 1), currency="EUR")

    assert picture is not None
    assert "+25\N{NO-BREAK SPACE}% or higher: 1 customers, from 100" in picture.wide


def test_without_customers_there_is_no_picture() -> None:
    assert WhoPaysMore().draw(result(0, 0, 0, 0, 0), currency="EUR") is None
    assert WhoPaysMore().draw({}, currency="EUR") is None
