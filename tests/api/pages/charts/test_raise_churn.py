"""Churn by plan before and after raises, with the mark at which a raise brings as much as none."""

from __future__ import annotations

import pytest

from api.pages.charts.raise_churn import RaiseChurn
from api.pages.figures import GAP
from tests.api.pages.charts.growing import texts
from tests.api.pages.charts.raising import PLANNED, bearing, drawn


def test_the_title_tells_the_plan_with_the_thinnest_margin() -> None:
    assert drawn(RaiseChurn).title.replace(GAP, " ") == (
        "Of the revenue of those raised on pro, 11.0 % is lost in a year instead of 8.0 %; 12.6 % would be too much"
    )


def test_the_mark_is_what_is_lost_anyway_and_what_the_rest_bears() -> None:
    (row,) = RaiseChurn().data({"break_even": PLANNED["break_even"][2:]}) or []

    assert row["bears"] == pytest.approx(0.1 + 0.9 * 0.12)


def test_plans_are_named_those_with_most_raised_first_and_nobody_raised_is_left_out() -> None:
    for narrow in (False, True):
        shown = texts(drawn(RaiseChurn), narrow=narrow)
        assert shown.index("team") < shown.index("pro")
        assert "solo" not in shown


def test_of_very_many_plans_those_with_most_customers_are_drawn() -> None:
    many = [bearing(f"p{at:02d}", at + 1, before=0.1, after=0.12, bears=0.1) for at in range(30)]

    names = [row["name"] for row in RaiseChurn().data({"break_even": many}) or []]

    assert names == [f"p{at:02d}" for at in range(29, 17, -1)]


def test_without_plans_raised_there_is_no_picture() -> None:
    for rows in ([], None, PLANNED["break_even"][:1]):
        assert drawn(RaiseChurn, break_even=rows) is None
