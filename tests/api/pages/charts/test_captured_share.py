"""Shares of value before and after a raise: the corridor is shaded, and of many customers some are drawn."""

from __future__ import annotations

from api.pages.charts.captured_share import MOST_ROWS, CapturedShare
from api.pages.figures import GAP
from tests.api.pages.charts.growing import texts
from tests.api.pages.charts.raising import PLANNED, drawn

CHARTS = PLANNED["charts"]


def test_the_title_says_what_the_middle_customer_pays_before_and_after() -> None:
    title = drawn(CapturedShare).title.replace(GAP, " ")

    assert title == "Half of those raised pay less than 6 % of their value; after the raise, 7 %"


def test_the_scale_reaches_the_end_of_the_corridor() -> None:
    assert "15%" in texts(drawn(CapturedShare)) or "14%" in texts(drawn(CapturedShare))


def test_without_a_corridor_nothing_is_said_of_it() -> None:
    assert "corridor" in drawn(CapturedShare).caption
    assert "corridor" not in drawn(CapturedShare, charts=CHARTS | {"corridor": None}).caption


def test_of_many_customers_some_are_drawn_and_the_caption_says_so() -> None:
    many = [{"before": at / 10_000, "after": at / 9_000} for at in range(1, 501)]

    data = CapturedShare().data({"charts": CHARTS | {"captured": many[::-1]}})

    assert data is not None
    assert 40 < len(data["rows"]) <= MOST_ROWS
    assert [row["before"] for row in data["rows"]] == sorted(row["before"] for row in data["rows"])
    assert "Of 500 customers" in CapturedShare().caption(data)


def test_where_nobody_is_raised_there_is_no_picture() -> None:
    for charts in ({}, None, {"captured": None}, CHARTS | {"captured": [{"before": None, "after": None}]}):
        assert drawn(CapturedShare, charts=charts) is None
