"""The proposal's page says where it stands, whom it moves and what would turn it, and lets no text out of its place."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from api.pages.proposal import FLIPS, MEASURES, render_proposal
from api.proposal_evidence import KINDS
from pricing_service.decisions import _proposals as facts
from pricing_service.decisions._proposals import Basis

TODAY = date(2026, 3, 5)
GAIN = {
    "value": 900.0, "low": 400.0, "high": 1500.0, "level": 0.9, "n": 40, "unit": "EUR/month", "method": "m",
    "warnings": [], "reason": None,
}  # fmt: skip
CHURN = {**GAIN, "value": 0.004, "low": -0.001, "high": 0.009, "unit": "share"}
RAISES = {
    "expected": {"mrr_change": GAIN, "lifetime_value_change": GAIN, "churn_change": CHURN},
    "break_even": [{"plan": "team", "break_even_churn": {"value": 0.09}, "churn_change": {"value": 0.01}}],
    "options": {"notice_days": 60},
}
ROWS = {
    "customer_id": ["c1", "<b>c2", "c3"],
    "current_mrr": [100.0, 400.0, 0.0],
    "recommended_mrr": [110.0, 500.0, 20.0],
    "raise": [0.1, 0.25, None],
    "effective": ["2026-03-20", "2026-08-01", None],
}


def proposal(**more: Any) -> dict[str, Any]:
    shown = facts.shown(Basis("raises", RAISES, ROWS, "EUR"), on=TODAY)
    moment = datetime(2026, 3, 1, tzinfo=UTC)
    vote = {
        "person": "Cid", "decision": "reject", "comment": "too <i>soon", "cast_at": moment, "counts": False,
        "content_hash": "old",
    }  # fmt: skip
    return {
        "id": "pr_1", "kind": "raises", "title": "Raise <em>us", "note": "", "status": "open",
        "authors": ["Ann", "Bob"],
        "content_hash": "c0ffee", "created_at": moment, "votes": [vote], "facts": shown,
        "analysis": "an_1", "simulation": None, "price_book": None,
        "approvals": {"given": 0, "needed": 2, "rejections": 0, "beyond": [{"message": "two bills double"}]},
        "way_back": {"how": "", "returns_to": None, "reason": "no_price_book_changes"},
    } | more  # fmt: skip


def page(**more: Any) -> str:
    return render_proposal(proposal(**more), today=TODAY)


def test_it_says_where_it_stands_and_whose_approval_is_missing() -> None:
    text = page()

    assert "It is open, with 0 of 2 approvals." in text
    assert "It needs 2 more people other than Ann or Bob." in text
    assert "Beyond the guard: two bills double." in text
    assert "needs" not in page(status="published").partition('class="figures"')[0].partition("lead")[2]


def test_it_names_whom_it_moves_most_with_bills_on_one_scale() -> None:
    text = page()

    assert "It moves &lt;b&gt;c2 most, by +100" in text
    assert "left: 80.0%; width: 20.0%" in text
    assert "left: 100.0%" in text
    assert "the customer pays nothing today" in text


def test_it_shows_the_cases_the_cost_of_waiting_what_turns_it_and_the_checks() -> None:
    text = page().replace("\N{NO-BREAK SPACE}", " ")

    for part in (
        MEASURES["mrr_change"],
        "if 9 % of the revenue that is raised leaves, of team; 1 % is expected",
        "between 1,200 and 4,500 EUR, 9 in 10",
        "1 customers would be told too late, such as c1",
        "no raise comes into effect in the past",
        "no price book changes with it",
    ):
        assert part in text


def test_a_vote_that_does_not_count_says_why() -> None:
    assert "does not count: of an earlier content" in page()
    assert "too &lt;i&gt;soon" in page()


def test_texts_of_people_and_data_are_text() -> None:
    text = page()

    assert "Raise &lt;em&gt;us" in text
    assert "<b>c2" not in text
    assert "<script" not in text
    assert "http" not in text.replace("http-equiv", "")


def test_what_is_forgotten_or_not_simulated_says_so_everywhere() -> None:
    text = page(facts=facts.gone("not_simulated"))

    assert text.count("nobody has simulated the draft with this content") >= 4


RESULTS: dict[str, dict[str, Any]] = {
    "raises": RAISES,
    "tiers": {
        "expected": {"monthly_revenue": GAIN},
        "against_today": None,
        "overage": {"break_even_shrink": 0.2},
    },
    "value_metrics": {"sensitivity": {"flips_at": 0.3}, "ranking": [], "recommended": None},
    "ideal_customers": {"lifetime_value": {"typical": GAIN}},
    facts.SIMULATION: {"total": {"before": 10.0}, "behaviour": {"total_after": {"low": 8.0, "high": 15.0}}},
}


def test_every_kind_that_can_be_proposed_is_among_these() -> None:
    assert set(RESULTS) == {*KINDS, facts.SIMULATION}


@pytest.mark.parametrize("kind", RESULTS)
def test_every_case_and_flip_has_words(kind: str) -> None:
    shown = facts.shown(Basis(kind, RESULTS[kind], ROWS if kind == "raises" else {}, "EUR"), on=TODAY)

    text = page(facts=shown).replace("\N{NO-BREAK SPACE}", " ")

    for case in shown["cases"]:
        assert MEASURES[case["measure"]] in text
    if shown["flips"]["flips_at"] is not None:
        assert FLIPS[shown["flips"]["assumption"]].partition("{at}")[2].strip()[:20] in text
    assert ("−2.00 EUR to +5.00 EUR" in text) == (kind == "simulation")
