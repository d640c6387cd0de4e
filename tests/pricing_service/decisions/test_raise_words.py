"""Raises in plain words: what the numbers say, in whole sentences, the most important first."""

from __future__ import annotations

from typing import Any

import pytest

from pricing_service.decisions._raise_study import RaiseStudy
from pricing_service.decisions._raise_words import SKIPPED, raise_sentences


def known(value: float, low: float, high: float) -> dict[str, Any]:
    return {"value": value, "low": low, "high": high}


def wave(**more: Any) -> dict[str, Any]:
    stop = {"months": 5, "leavers": 12, "foretold": known(6.1, 4, 9), "anyway": known(5.9, 4, 9)}
    return {
        "wave": "2026-08", "tell_by": "2026-06-02", "raised": 40, "held_out": 5, "mrr_asked": 164.3, "stop": stop,
    } | more  # fmt: skip


def result(**more: Any) -> dict[str, Any]:
    """A plan that raises 40 of 100 customers by 5 to 10 %."""
    plain = {"raise": 0.05, "lifetime_value_change": known(6000, 4000, 8000)}
    return {
        "currency": "EUR",
        "customers": 100,
        "options": {"horizon_months": 24, "fairness_by": ["plan", "usage_band"], "capture_cap": 0.15},
        "policy": {"raised": 40, "groups": [{"raise": 0.05}, {"raise": 0.1}]},
        "expected": {
            "lifetime_value_change": known(9000, 5000, 12000),
            "churn_change": known(0.004, 0.001, 0.009),
            "mrr_change": known(500, 300, 700),
            "chance_of_gain": 0.97,
        },
        "beside": {
            "flat": plain,
            "without_fairness": plain | {"lifetime_value_change": known(12000, 6000, 15000)},
            "without_hold_out": plain | {"lifetime_value_change": known(10000, 6000, 13000)},
        },
        "waves": [wave()],
        "hold_out": {"customers": 5, "elasticity_after": {"width_of_today": 0.8}, "reasons": {}},
        "past_raises": {
            "told": 60, "given": 60, "asked": 0.2, "waves": [{"month": "2025-01", "customers": 60}],
            "outcomes": [
                {
                    "outcome": "mrr_of_those_who_stay", "effect": known(0.19, 0.17, 0.21),
                    "months": [{"month": month, **known(0.0, -0.01, 0.01)} for month in (-2, -1, 0, 1)],
                    "trend_before": {"chance": 0.4, "verdict": "none_seen"},
                },
            ],
        },
        "elasticity": known(2, 1, 3) | {"identified_by": "randomised", "given": 60},
        "skipped": [{"reason": "raised_recently", "customers": 20}],
        "earned": {"pay_too_much": 3},
        "band": [],
        "would_tell": {},
    } | more  # fmt: skip


NO_PLAN: dict[str, Any] = {
    "policy": {},
    "beside": {},
    "waves": [],
    "hold_out": {},
    "past_raises": {"told": 0, "given": 0, "asked": None, "waves": [], "outcomes": []},
    "elasticity": {"value": None},
    "band": [
        {"raise": share, "customers": 30, "lifetime_value_change": known(0, -5000, 2000),
         "churn_change": {"low": share / 10, "high": share}}
        for share in (0.05, 0.1, 0.25)
    ],
    "would_tell": {"months": 12, "customers": 400, "customers_there": 500, "raise": 0.1},
}  # fmt: skip

NOBODY: dict[str, Any] = {
    "policy": {"raised": 0, "groups": []},
    "waves": [],
    "hold_out": {"customers": 0, "elasticity_after": None, "reasons": {"elasticity_after": "no_hold_out"}},
}


def said(**more: Any) -> str:
    return " ".join(raise_sentences(result(**more)))


def test_the_plan_is_told_first_with_its_worth_and_its_cost():
    first, second = raise_sentences(result())[:2]

    assert first.startswith(
        "Raise 40 of 100 customers by 5 % to 10 %: that is expected to be worth 9,000 EUR"
    )
    assert "0.40 points of customers a year (0.10 to 0.90)" in second
    assert "97 %" in second


def test_one_step_for_all_is_told_as_one():
    assert "by 5 %: that" in said(policy={"raised": 40, "groups": [{"raise": 0.05}, {"raise": 0.05}]})


def test_what_fairness_costs_is_told_where_it_costs():
    beside = result()["beside"]
    free = beside | {"without_fairness": beside["without_hold_out"]}

    assert "(plan and usage band) the same raise costs 2,000 EUR" in said()
    assert "the same raise costs" not in said(beside=free)


def test_what_the_hold_out_costs_and_teaches_is_told_where_there_is_one():
    nobody = {"customers": 0, "elasticity_after": None}

    assert "With nobody held out it would be worth 10,000 EUR." in said()
    assert "5 customers are told nothing for a year, by lot." in said()
    assert "about 80 % as wide" in said()
    assert "With nobody held out" not in said(hold_out=nobody)
    assert "Nobody is held out" in said(hold_out=nobody)


def test_three_waves_are_told_and_that_more_follow():
    waves = [wave(wave=f"2026-{month:02d}") for month in range(8, 13)]

    text = said(waves=waves)

    assert "Wave 2026-10: tell 40 customers by 2026-06-02, 5 held out by lot" in text
    assert "Wave 2026-11" not in text
    assert "2 more waves follow, until 2026-12." in text
    assert "If 12 or more of them have left within 5 months, do not send the next" in text


def test_what_past_raises_did_is_told_where_it_is_known():
    assert "60 customers were told a raise before, of 20 % as a rule, in 1 month" in said()
    assert "bills rose by 19.0 % because of it (17.0 % to 21.0 %)" in said()
    assert "told a raise before" not in said(past_raises=NO_PLAN["past_raises"])


def test_where_no_single_raise_is_worth_it_none_of_nothing_is_offered():
    nothing = {"raise": 0.0, "lifetime_value_change": known(0, 0, 0)}
    text = said(beside=result()["beside"] | {"flat": nothing})

    assert "No single raise for everybody is worth its churn" in text
    assert "0 % at most" not in text


def test_a_plan_that_raises_nobody_says_leave_prices_as_they_are():
    first, *rest = raise_sentences(result(**NOBODY))

    assert first == "No raise is worth its churn within the budgets: leave prices as they are."
    assert not any("single raise" in each for each in rest)


def test_without_a_plan_the_band_nearest_a_tenth_and_the_wave_that_would_tell_are_said():
    text = said(**NO_PLAN)

    assert text.startswith("No plan can be given")
    assert "10 % for 30 customers" in text
    assert "1.00 to 10.00 points" in text
    assert "half of 400 customers, chosen by lot, are asked 10 % more" in text
    assert "run waves for longer" not in text


def test_a_wave_of_more_customers_than_there_are_says_so():
    wave = NO_PLAN["would_tell"] | {"customers": 900}

    assert "That is more than there are: run waves for longer." in said(**NO_PLAN | {"would_tell": wave})


def test_a_band_that_nobodys_value_allows_is_not_told():
    band = [row | {"customers": 0} for row in NO_PLAN["band"]]

    assert "usual elsewhere" not in said(**NO_PLAN | {"band": band})


def test_the_answer_is_told_as_odds_of_a_tenth_more():
    assert "multiplies the odds of leaving by 1.22 (1.11 to 1.35)" in said()
    assert "multiplies the odds" not in said(elasticity={"value": None})


def test_who_is_not_raised_is_told_with_the_reason():
    assert "Not raised: 20 because their price was set within a year." in said()
    assert "Not raised" not in said(skipped=[])


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (1, "1 customer pays more than 15 % of its value"),
        (3, "3 customers pay more than 15 % of their value"),
    ],
)
def test_who_pays_too_much_is_to_be_offered_less(count, words):
    assert words in said(earned={"pay_too_much": count})


def test_nobody_who_pays_too_much_is_not_mentioned():
    assert "smaller plan" not in said(earned={"pay_too_much": 0})


def test_every_hold_has_its_words(raise_study: RaiseStudy):
    for code in SKIPPED:
        assert SKIPPED[code] in said(skipped=[{"reason": code, "customers": 2}])
    assert {code for codes in raise_study.holds for code in codes} <= set(SKIPPED)


@pytest.mark.parametrize("more", [{}, NO_PLAN, NOBODY])
def test_sentences_are_whole(more):
    for sentence in raise_sentences(result(**more)):
        assert sentence.endswith(".")
        assert not any(word in sentence for word in ("None", "nan", "  ", "..", "{"))


def test_who_waits_for_a_raise_is_told_with_the_bill_to_come():
    coming = {"customers": 12, "left": 2, "mrr": 1000.0, "coming_mrr": 1100.0}

    text = " ".join(raise_sentences(result(coming=coming)))

    assert (
        "12 customers were told a raise that is not in force yet, of whom 2 left: those who are there pay"
        in text
    )
    assert "not in force" not in " ".join(raise_sentences(result(coming=coming | {"customers": 0})))
    gone = " ".join(raise_sentences(result(coming=coming | {"customers": 2})))
    assert "2 customers were told a raise that is not in force yet, of whom 2 left." in gone


def test_a_threat_that_pays_is_told_and_one_that_does_not_is_not():
    pays = {"asked_less": {"value": 0.043}, "holds": False, "customers": 86, "reasons": {}}

    assert "are asked 4.30 points less" in " ".join(raise_sentences(result(threats=pays)))
    assert "likelier to leave" not in " ".join(raise_sentences(result(threats=pays | {"holds": True})))


@pytest.mark.parametrize(
    ("verdict", "chance", "said"),
    [
        ("none_seen", 0.61, "Before, these plans lost customers as the others did"),
        ("seen", 0.01, "the plans that were raised lost customers at another rate before"),
        ("unknown", None, "the plans that were raised are hardly seen before"),
    ],
)
def test_raises_of_whole_plans_are_told_with_what_came_before(verdict: str, chance: float | None, said: str):
    staggered = {"trend_before": {"verdict": verdict, "chance": chance}}
    slope = result()["elasticity"] | {"identified_by": "staggered", "staggered": staggered}

    assert said in " ".join(raise_sentences(result(elasticity=slope)))


@pytest.mark.parametrize("by", [None, "randomised"])
def test_raises_of_whole_plans_on_which_nothing_rests_tell_too_little(by: str | None):
    staggered = {"trend_before": {"verdict": "none_seen", "chance": 0.4}}
    slope = result()["elasticity"] | {"identified_by": by, "staggered": staggered}
    slope |= {} if by else {"value": None}

    said = " ".join(raise_sentences(result(elasticity=slope)))

    assert "Raises of whole plans tell too little of it." in said
    assert "That rests" not in said


@pytest.mark.parametrize(
    ("verdict", "away", "said"),
    [
        ("none_seen", known(2.5, 2.1, 2.9), "that of leaving by 2.5 (by 2.1 at the lower end)"),
        ("none_seen", {"value": None}, "tell too little of it"),
        ("seen", {"value": None}, "tell nothing of it: customers of different prices differed before"),
        ("unknown", {"value": None}, "tell nothing of it: nothing was known of customers before"),
    ],
)
def test_list_prices_are_told_with_what_would_explain_them_away(
    verdict: str, away: dict[str, Any], said: str
):
    listed = {"customers": 90, "balance": {"verdict": verdict, "chance": 0.4}, "explained_away": away}

    assert said in " ".join(
        raise_sentences(result(elasticity=result()["elasticity"] | {"cross_sectional": listed}))
    )


@pytest.mark.parametrize(
    ("by", "said"),
    [
        ("cross_sectional", "by list prices that 90 customers came at."),
        (
            "randomised, cross_sectional",
            "by raises that were randomised, and by list prices that 90 customers came at.",
        ),
    ],
)
def test_the_answer_is_told_with_what_it_is_known_by(by: str, said: str):
    listed = {
        "customers": 90,
        "balance": {"verdict": "none_seen", "chance": 0.4},
        "explained_away": known(2, 1, 3),
    }
    slope = result()["elasticity"] | {"identified_by": by, "cross_sectional": listed}

    assert said in " ".join(raise_sentences(result(elasticity=slope)))
