"""Effects of raises in plain words: nothing is said where nobody is raised, and margins where somebody is."""

from __future__ import annotations

from typing import Any

from pricing_service.decisions._raise_effect_words import effect_sentences


def known(value: float, low: float = 0.0, high: float = 0.0) -> dict[str, Any]:
    return {"value": value, "low": low, "high": high}


def point(budget: float, gain: float) -> dict[str, Any]:
    return {"max_churn_change": budget, "lifetime_value_change": known(gain)}


def result(**more: Any) -> dict[str, Any]:
    """A plan that raises 40, on two plans."""
    return {
        "currency": "EUR",
        "options": {"max_churn_change": 0.01},
        "policy": {"raised": 40},
        "before_after": [
            {"measure": "grr", "before": known(0.9), "after": known(0.894)},
            {"measure": "nrr", "before": known(0.9), "after": known(0.925)},
            {"measure": "valuation", "change": known(30_000, 20_000, 50_000)},
        ],
        "break_even": [
            {"plan": "small", "raised": 30, "break_even_churn": known(0.08), "churn_change": known(0.01)},
            {"plan": "large", "raised": 10, "break_even_churn": known(0.05), "churn_change": known(0.03)},
            {"plan": "none", "raised": 0, "break_even_churn": known(0.0), "churn_change": known(0.0)},
        ],
        "frontier": [point(0, 0), point(0.01, 9_000), point(0.02, 14_000), point(0.04, 15_000)],
        "right_size": {"customers": 2, "mrr": 500.0, "fair_mrr": 400.0, "cap": 0.15},
    } | more


def said(**more: Any) -> str:
    return " ".join(effect_sentences(result(**more)))


def test_retention_and_price_are_told_before_and_after():
    text = said()

    assert "from 90.0 % to 92.5 %, gross retention from 90.0 % to 89.4 %" in text
    assert "by 20,000 EUR to 50,000 EUR" in text


def test_the_plan_with_the_thinnest_margin_is_named():
    assert "thinnest on plan large: it bears 5.0 %" in said()


def test_the_next_larger_budget_is_told_by_what_it_adds():
    assert "A budget of churn of 2 % in place of 1 % would bring 5,000 EUR more." in said()
    assert "would bring nothing more" in said(frontier=[point(0.01, 9_000), point(0.02, 9_000)])
    assert "budget of churn" not in said(frontier=[point(0.01, 9_000)])


def test_where_nobody_is_raised_only_those_who_pay_too_much_are_told():
    for nobody in ({}, {"raised": 0}):
        (only,) = effect_sentences(result(policy=nobody))
        assert only == (
            "At 15 % of their value 2 customers would pay 400 EUR a month, where they pay 500 EUR (`fair_mrr`)."
        )
    assert not effect_sentences(result(policy={}, right_size={}))
