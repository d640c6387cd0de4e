"""The report shows raises: who, what for, wave by wave; without a plan the band; what is missing is said."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from api.pages import render_report
from api.pages.figures import GAP
from api.pages.raises import OUTCOMES, compared, raise_tables
from pricing_service.decisions import _raise_past
from tests.api.pages.charts.raising import PLANNED, UNPLANNED, estimate, feature
from tests.api.pages.conftest import blanked
from tests.api.pages.test_report import Outline, text_of

Json = dict[str, Any]


def page_of(raises: Json) -> str:
    return render_report(
        {"analyses": {"raises": raises}}, title="Example", currency="EUR", generated_for=date(2026, 7, 1)
    )


def said(raises: Json) -> str:
    return text_of(page_of(raises)).replace(GAP, " ")


def test_a_plan_is_shown_by_group_beside_plainer_ones_and_wave_by_wave() -> None:
    page = said(PLANNED)

    for part in (
        "Price raises Raise 80 of 232 customers", "team · large 78 50 15 % 26,424",
        "Alike are customers with the same plan and usage band", "This plan recommended 15 % 19,100 EUR",
        "The same for everybody 10 % 16,800 EUR", "Chance that it gains 97 in 100",
        "Sep 2026 2026-07-03 40 6 1,736 16 within 3 months",
        "not known: the wave is too small to tell", "Held out by lot: 6 customers", "90 % of today’s width",
    ):  # fmt: skip
        assert part in page
    assert "Where a raise might lead" not in page


def test_who_is_not_raised_features_and_past_raises_are_shown_with_and_without_a_plan() -> None:
    for page in (said(PLANNED), said(UNPLANNED)):
        assert "their price was set within a year 79 15,010" in page
        assert "calendar sync shipped 900 EUR" in page
        assert "what customers prefer" in page
    assert "What those who stay pay 78 200 11 %" in said(PLANNED)


def test_without_a_plan_the_band_and_what_would_tell_stand_in_its_place() -> None:
    page = said(UNPLANNED)

    assert "10 % 90 −4,000–12,000 EUR +0.2 % to +3.1 % 9 %" in page
    assert "What would tell: 1,340 customers, half of them, by lot, asked 10 % more" in page
    assert "232 are there" in page
    assert "Chance that it gains not known: nothing in the data tells yet how many would leave for it" in page
    assert "cannot tell it" not in page
    assert "Wave by wave" not in page
    assert "What past raises did: not known: no customer was told a raise" in page


def test_the_plan_stands_first_among_those_that_it_is_compared_with() -> None:
    names = [row["name"] for row in compared(PLANNED)]

    assert names[:2] == ["This plan", "The same for everybody"]
    assert [row["chosen"] for row in compared(PLANNED)] == [True, False, False, False, False]
    assert compared(UNPLANNED) == []


def test_a_trend_before_that_was_seen_warns_and_an_unknown_one_says_why() -> None:
    before = [row["before"] for row in raise_tables(PLANNED)["past"]]

    assert before[0] == "not seen"
    assert before[1].startswith("not known: whoever is told a raise had to be there")
    assert before[2] == "seen: do not read this as the effect of raises"


def test_what_is_paid_for_a_feature_is_from_the_source_that_ranks_it() -> None:
    both = feature("both", "outcome", outcome={"in_all": {"value": 5.0}}, stated={"in_all": {"value": 9.0}})
    nothing = feature("nothing", None)

    shown = raise_tables({"features": {"ranking": [both, nothing]}})["features"]

    assert [row["pay"] for row in shown] == [{"value": 5.0}, None]
    assert shown[1]["told_by"] == "nothing yet"


def test_every_outcome_of_past_raises_has_words() -> None:
    assert set(OUTCOMES) == {_raise_past.STAYS, _raise_past.KEPT, _raise_past.USE}


@pytest.mark.parametrize("whole", [PLANNED, UNPLANNED], ids=["planned", "unplanned"])
@pytest.mark.parametrize("emptied", ["whole", "nothing", "unknown", "null"])
def test_what_is_missing_is_said_in_words_and_breaks_nothing(whole: Json, emptied: str) -> None:
    raises = {
        "whole": whole, "nothing": {"sentences": ["Nothing."]}, "unknown": blanked(whole), "null": dict.fromkeys(whole),
    }[emptied]  # fmt: skip

    page = page_of(raises)

    assert not any(word in text_of(page).split() for word in ("None", "nan", "Undefined"))
    outline = Outline(page)
    assert len(outline.ids) == len(set(outline.ids))
    links = {value[1:] for name, value in outline.attributes if name == "href" and value.startswith("#")}
    assert links <= set(outline.ids)


def test_what_is_believed_of_bargaining_and_threats_is_shown_with_the_plan() -> None:
    bargaining = {
        "realised": estimate(0.97), "downgrades": estimate(0.1), "assumed": True, "told": 40, "went_down": 3, "left": 9,
        "countered": estimate(0.21), "conceded": estimate(0.46), "counters": 8,
    }  # fmt: skip
    holds = {"asked_less": estimate(0.0), "holds": True, "customers": 60, "reasons": {}}
    pays = {"asked_less": estimate(0.04), "holds": False, "customers": 60, "reasons": {}}
    unknown = {
        "asked_less": estimate(None, reason="nobody_compared"),
        "holds": None,
        "customers": 0,
        "reasons": {"holds": "nobody_compared"},
    }

    page = said(PLANNED | {"bargaining": bargaining, "threats": holds})

    assert "Take a smaller plan instead of leaving" in page
    assert "(assumed)" in page
    assert "Offer less, of those who stay 21 %" in page
    assert "Share of a raise that these then pay 46 %" in page
    assert "no: of 60 compared" in page
    assert "yes: those likelier to leave are asked less, by 4 %" in said(
        PLANNED | {"bargaining": bargaining, "threats": pays}
    )
    assert "no two customers may be asked the same" in said(
        PLANNED | {"bargaining": bargaining, "threats": unknown}
    )


def test_each_group_shows_from_which_offer_on_one_is_better_accepted() -> None:
    page = said(PLANNED)

    assert "Accept a lower offer from" in page
    assert "team · large 78 50 15 % 26,424 6.5 %" in page
    assert "team · small 77 30 8 % 8,558 not known" in page


def test_who_waits_for_a_raise_and_whole_plans_raised_in_turn_are_shown() -> None:
    coming = {"customers": 12, "left": 2, "mrr": 1000.0, "coming_mrr": 1100.0}
    staggered = {
        "groups": [{"group": "basic", "begins": "2025-01"}],
        "trend_before": {"verdict": "seen", "chance": 0.01, "reasons": {}},
    }

    page = said(PLANNED | {"coming": coming, "elasticity": {"value": None, "staggered": staggered}})

    assert "12 customers were told a raise that is not in force yet; 2 of them left." in page
    assert "basic from 2025-01" in page
    assert "at another rate than the others: what they lost after sets nothing" in page


def test_versions_of_a_price_are_shown_with_what_keeping_them_costs() -> None:
    page = said(PLANNED)

    assert "team, 2024-01-01 keeps its price 12 3,400 5 %" in page
    assert "without a plan 3 500 not known" in page
    assert "What keeping old prices forgoes 4,100 EUR" in page
    nobody = estimate(None, reason="nobody_is_grandfathered")
    without = PLANNED["grandfathering"] | {"lifetime_value_forgone": nobody, "churn_spared": nobody}
    assert "What keeping old prices forgoes" not in said(PLANNED | {"grandfathering": without})


def test_how_much_more_those_mind_who_pay_more_of_what_they_said_is_shown_or_why_not() -> None:
    known = estimate(0.6) | {"n": 84, "unit": "log pressure/log share of willingness"}
    unknown = estimate(0.6) | {"value": None, "low": None, "high": None, "reason": "willingness_unknown"}
    above = {"customers": 3, "known": 40, "mrr": 900.0, "reasons": {}}

    page = said(PLANNED | {"elasticity": {"value": 2.0, "by_willingness": known}, "above_willingness": above})

    assert "a percent more of what it said it would 0.6" in page
    assert "Asked more than they said they would pay 3 of 40 of whom it is known" in page
    assert "too few customers told what they themselves would pay" in said(
        PLANNED | {"elasticity": {"value": 2.0, "by_willingness": unknown}}
    )


@pytest.mark.parametrize(
    ("by", "words"), [("staggered", "sets the answer"), (None, "tells too little to set the answer")]
)
def test_whole_plans_raised_in_turn_set_the_answer_only_where_it_rests_on_them(
    by: str | None, words: str
) -> None:
    staggered = {
        "groups": [{"group": "basic", "begins": "2025-01"}],
        "trend_before": {"verdict": "none_seen", "chance": 0.5, "reasons": {}},
    }

    page = said(PLANNED | {"elasticity": {"value": None, "identified_by": by, "staggered": staggered}})

    assert f"as far as can be seen; what they lost after {words} to prices" in page


@pytest.mark.parametrize(
    ("verdict", "away", "words"),
    [
        (
            "none_seen",
            estimate(2.5),
            "does not go with their price, as far as can be seen. A reason that nobody sees",
        ),
        (
            "seen",
            {"value": None, "reason": "versions_differ_before"},
            "goes with their price: what they did after",
        ),
        (
            "unknown",
            {"value": None, "reason": "nothing_known_before"},
            "cannot be compared: nothing was known of",
        ),
    ],
)
def test_list_prices_that_customers_came_at_are_shown(verdict: str, away: dict[str, Any], words: str) -> None:
    version = {"plan": "basic", "version": "2025-01-01", "price": 60.0, "unit": "EUR/month", "customers": 70}
    listed = {
        "customers": 90,
        "versions": [version, version | {"plan": "team", "price": None, "unit": None, "customers": 20}],
        "balance": {"verdict": verdict, "chance": 0.4, "reasons": {"chance": "nothing_known_before"}},
        "explained_away": away,
    }  # fmt: skip

    page = said(PLANNED | {"elasticity": {"value": None, "cross_sectional": listed}})

    assert "List prices at which 90 customers came: basic 2025-01-01 at 60" in page
    assert "team 2025-01-01 20." in page
    assert words in page
