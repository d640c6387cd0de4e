"""The frontier of raises: gain against churn by budget, what a larger one buys, each plan once."""

from __future__ import annotations

from api.pages.charts.raise_frontier import RaiseFrontier
from api.pages.figures import GAP
from tests.api.pages.charts.growing import texts
from tests.api.pages.charts.raising import PLANNED, drawn, within


def test_the_title_says_what_a_larger_budget_would_buy() -> None:
    assert drawn(RaiseFrontier).title.replace(GAP, " ") == (
        "If 2 % more customers might be lost in a year instead of 1 %, raises would gain 10,000 EUR more"
    )


def test_where_the_asked_budget_is_the_largest_it_tells_the_best_plan() -> None:
    own = drawn(RaiseFrontier, frontier=PLANNED["frontier"][:3])

    assert (
        own.title.replace(GAP, " ") == "Raises gain 20,900 EUR at most, and lose 0.5 % more customers a year"
    )


def test_where_more_churn_gains_less_it_says_that_it_buys_nothing() -> None:
    rows = [*PLANNED["frontier"][:3], within(0.02, 20_000.0, 0.006)]

    assert "would buy nothing" in drawn(RaiseFrontier, frontier=rows).title


def test_each_budget_is_written_at_its_point_and_the_same_plan_is_drawn_once() -> None:
    for narrow in (False, True):
        shown = [text.replace(GAP, " ") for text in texts(drawn(RaiseFrontier), narrow=narrow)]
        assert {"0.5 %", "1 %", "2 %"} <= set(shown)
        assert "4 %" not in shown


def test_one_point_or_none_is_no_picture() -> None:
    unknown = [{**row, "churn_change": None} for row in PLANNED["frontier"]]
    for rows in ([], None, PLANNED["frontier"][:1], unknown):
        assert drawn(RaiseFrontier, frontier=rows) is None
