"""The first screen of raises: whom to raise, what it gains and costs of the budget; else the band, as a band."""

from __future__ import annotations

from typing import Any

import pytest

from api.pages.figures import GAP
from api.pages.key_figures import KeyFigure
from api.pages.raise_verdict import raise_figures, raise_headline, raises_in_brief
from api.pages.verdict import first_screen
from tests.api.pages.charts.growing import estimate
from tests.api.pages.charts.raising import PLANNED, UNPLANNED
from tests.api.pages.conftest import blanked

Json = dict[str, Any]
OPTIONS = {"horizon_months": 24, "max_churn_change": 0.01}
PLAN: Json = {**PLANNED, "options": OPTIONS}
BAND: Json = {**UNPLANNED, "options": OPTIONS}
NOBODY: Json = {**PLAN, "policy": {**PLANNED["policy"], "raised": 0, "groups": []}}
REFUSED: Json = {
    "policy": {}, "band": [], "would_tell": {}, "options": OPTIONS,
    "expected": {"lifetime_value_change": estimate(None, unit="EUR", reason="no_bills")},
    "sentences": ["Nothing can be said of raises: no customer is known to pay anything today."],
}  # fmt: skip


def told(figure: KeyFigure) -> str:
    return " | ".join((figure.label, figure.value, figure.range, figure.note)).replace(GAP, " ")


def test_a_plan_says_whom_it_raises_what_that_gains_and_how_much_of_the_budget_it_uses() -> None:
    figures = [told(figure) for figure in raise_figures(PLAN, currency="EUR")]

    assert raise_headline(PLAN).replace(GAP, " ") == "Raise 80 of 232 customers, by 15 % at most"
    assert figures[0].startswith("Raises would gain | 19,100 EUR | between ")
    assert figures[0].endswith("of lifetime value over 24 months; 97 in 100 that it is a gain")
    assert figures[1].startswith("Customers lost more in a year | 0.5 % | between ")
    assert figures[1].endswith("50 % of the 1 % that you allow")
    assert figures[2].startswith("More revenue a month, in a year | 1,050 EUR")


def test_without_a_plan_the_band_is_told_as_a_band_with_the_wave_that_would_tell() -> None:
    figures = raise_figures(BAND, currency="EUR")

    assert raise_headline(BAND) == "No raise can be recommended yet"
    assert [told(figure) for figure in figures] == [
        "A raise of 10 % might bring | −4,000 to 12,000 EUR | for 90 customers whose value allows it | by what is "
        "usual elsewhere: nothing in the data tells yet how many would leave for it",
        "Customers lost more in a year for it | +0.2 % to +3.1 % |  | it pays while fewer than 9 % leave at once",
        "It would be known from | 1,340 customers |  | half of them, by lot, asked 10 % more for 12 months; "
        "232 are there",
    ]


def test_beside_other_questions_raises_are_one_figure() -> None:
    assert told(raises_in_brief(PLAN, currency="EUR")).endswith(
        "by raising 80 of 232 customers; 50 % of the 1 % of customers lost more in a year that you allow"
    )
    unknown = raises_in_brief(BAND, currency="EUR")
    assert (unknown.value, unknown.known) == ("not known", False)
    assert "10 % for 90 customers might bring −4,000 to 12,000 EUR" in told(unknown)


def test_where_nobody_is_to_be_raised_it_says_so_and_shows_no_gain() -> None:
    assert raise_headline(NOBODY) == "Leave prices as they are"
    assert [told(figure) for figure in raise_figures(NOBODY, currency="EUR")] == [
        "Raises would gain | nothing |  | no raise is worth its churn within the budgets"
    ]


def test_where_nothing_can_be_said_the_reason_stands_in_place_of_the_gain() -> None:
    for figures in (raise_figures(REFUSED, currency="EUR"), [raises_in_brief(REFUSED, currency="EUR")]):
        assert [told(figure) for figure in figures] == [
            "Raises would gain | not known | the data hold no bills | "
        ]


def test_a_band_that_reaches_nobody_never_says_that_data_could_not_tell() -> None:
    nobody = {**BAND, "band": [{**BAND["band"][0], "customers": 0}]}

    (figure,) = raise_figures(nobody, currency="EUR")

    assert told(figure).endswith("| nothing in the data tells yet how many would leave for it | ")


def test_raises_alone_speak_on_the_first_screen_and_beside_others_they_add_to_it(results: Any) -> None:
    alone = first_screen({"raises": PLAN}, currency="EUR")
    others = results["clear"]["analyses"]
    beside = first_screen({**others, "raises": PLAN}, currency="EUR")
    without = first_screen(others, currency="EUR")

    assert alone.headline == raise_headline(PLAN)
    assert list(alone.figures) == raise_figures(PLAN, currency="EUR")
    assert beside.headline == without.headline
    assert list(beside.lead) == [*without.lead, PLAN["sentences"][0]]
    assert list(beside.figures) == [*without.figures, raises_in_brief(PLAN, currency="EUR")]


@pytest.mark.parametrize("whole", [PLAN, BAND, NOBODY, REFUSED], ids=["plan", "band", "nobody", "refused"])
def test_what_is_missing_is_said_in_words_and_breaks_nothing(whole: Json) -> None:
    for raises in (blanked(whole), dict.fromkeys(whole), {}):
        shown = [raise_headline(raises), *map(told, raise_figures(raises, currency="EUR"))]

        assert not any(word in " ".join(shown) for word in ("None", "nan"))
