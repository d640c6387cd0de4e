"""Past raises month by month: a panel for each outcome that is known, from before the new price on."""

from __future__ import annotations

from api.pages.charts.past_raises import PastRaises
from api.pages.figures import GAP
from tests.api.pages.charts.growing import texts
from tests.api.pages.charts.raising import PAST, UNPLANNED, drawn


def test_the_title_says_what_the_first_outcome_came_to() -> None:
    title = drawn(PastRaises).title.replace(GAP, " ")

    assert title.startswith("After past raises, beside customers not raised: what those who stay pay, 11 %")


def test_only_outcomes_with_known_months_have_a_panel() -> None:
    shown = texts(drawn(PastRaises))

    assert "What those who stay pay" in shown
    assert "Revenue, those who left counted as nothing" in shown
    assert "Use of the product" not in shown


def test_months_that_are_not_known_are_left_out() -> None:
    data = PastRaises().data({"past_raises": PAST})

    assert data is not None
    assert [row["month"] for row in data if row["which"] == "What those who stay pay"] == [-1, 0, 1]


def test_without_past_raises_there_is_no_picture() -> None:
    for past in (UNPLANNED["past_raises"], {}, None, {"outcomes": None}):
        assert drawn(PastRaises, past_raises=past) is None
