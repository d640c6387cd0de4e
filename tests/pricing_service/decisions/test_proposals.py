"""What a proposal shows is the result's own: nothing is made up, and what is unknown has a reason."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from pricing_service.decisions._proposals import (
    Basis,
    cases,
    checks,
    cost_of_waiting,
    flips,
    gone,
    most_affected,
    shown,
)

TODAY = date(2026, 3, 1)


def estimate(
    value: float | None, low: float | None = None, high: float | None = None, unit: str = "EUR/month"
) -> dict[str, Any]:
    reason = "not_identified" if value is None else None
    return {
        "value": value, "low": low, "high": high, "level": 0.8, "n": 40, "unit": unit, "method": "m", "warnings": [],
        "reason": reason,
    }  # fmt: skip


def borne(plan: str, bears: float | None, churn: float | None) -> dict[str, Any]:
    return {"plan": plan, "break_even_churn": estimate(bears), "churn_change": estimate(churn)}


def raises(rows: dict[str, list[Any]] | None = None, **result: Any) -> Basis:
    expected = {
        "mrr_change": estimate(100, 60, 150),
        "lifetime_value_change": estimate(900, -50, 2000, "EUR"),
        "churn_change": estimate(0.01, 0.0, 0.02, "share"),
    }
    found = {"expected": expected, "break_even": [], "options": {"notice_days": 60}} | result
    return Basis("raises", found, rows or raised(), "EUR")


def raised(**columns: list[Any]) -> dict[str, list[Any]]:
    return {
        "customer_id": ["a", "b", "c", "d"],
        "current_mrr": [100.0, 200.0, 50.0, 0.0],
        "recommended_mrr": [110.0, 200.0, None, 10.0],
        "raise": [0.1, 0.0, None, None],
        "effective": ["2026-05-01", None, None, None],
    } | columns


def tiers(rows: dict[str, list[Any]], **result: Any) -> Basis:
    expected = {
        "monthly_revenue": estimate(1000, 800, 1300),
        "existing": {"if_all_choose_anew": estimate(900, 700, 1200)},
    }
    today = {"monthly_revenue": 850.0, "change": estimate(0.1, -0.1, 0.3, "share")}
    found = {"expected": expected, "against_today": today, "overage": None} | result
    return Basis("tiers", found, rows, "EUR")


def test_the_ten_largest_changes_come_first_up_or_down_and_ties_by_id() -> None:
    customers = [f"c{at:02d}" for at in range(30)]
    change = [(-1) ** at * float(at // 2) for at in range(30)]
    rows = {"customer_id": customers, "bill": [100 + each for each in change], "change": change}

    found = most_affected(tiers(rows))

    assert found["unit"] == "EUR/month"
    assert [row["customer_id"] for row in found["accounts"]] == [
        f"c{at:02d}" for at in (28, 29, 26, 27, 24, 25, 22, 23, 20, 21)
    ]
    first = found["accounts"][1]
    assert (first["before"], first["after"], first["change"], first["change_share"]) == (100, 86, -14, -0.14)


def test_who_is_not_moved_or_not_known_is_no_account_and_who_pays_nothing_has_no_share() -> None:
    accounts = most_affected(raises())["accounts"]

    assert [(row["customer_id"], row["change"]) for row in accounts] == [("a", 10.0), ("d", 10.0)]
    assert accounts[1]["change_share"] is None
    assert accounts[1]["reasons"] == {"change_share": "pays_nothing"}


def test_what_changes_no_bills_or_knows_none_says_so() -> None:
    metrics = Basis("value_metrics", {}, {}, "EUR")
    assert most_affected(metrics)["reasons"] == {"accounts": "no_bill_changes"}
    assert most_affected(raises(raised(recommended_mrr=[None] * 4)))["reasons"] == {"accounts": "no_bills"}


def test_cases_are_the_ends_of_the_results_own_intervals_and_more_churn_is_worse() -> None:
    found = {case["measure"]: (case["worst"], case["best"], case["unit"]) for case in cases(raises())}

    assert found == {
        "mrr_change": (60, 150, "EUR/month"),
        "lifetime_value_change": (-50, 2000, "EUR"),
        "churn_change": (0.02, 0.0, "share"),
    }


def test_a_simulations_cases_are_its_band_of_who_leaves_or_moves() -> None:
    result = {"total": {"before": 1000.0}, "behaviour": {"total_after": {"low": 900.0, "high": 1200.0}}}
    basis = Basis("simulation", result, {"customer_id": [], "before": [], "after": []}, "EUR")

    (case,) = cases(basis)

    assert (case["measure"], case["worst"], case["best"]) == ("total_change", -100.0, 200.0)


def test_an_unknown_case_is_null_with_the_results_reason() -> None:
    expected = {name: estimate(None) for name in ("mrr_change", "lifetime_value_change", "churn_change")}

    for case in cases(raises(expected=expected)):
        assert (case["worst"], case["best"], case["reason"]) == (None, None, "not_identified")
    no_bills = tiers({}, against_today=None, reasons={"against_today": "no_evidence"})
    assert [case["reason"] for case in cases(no_bills)] == [None, "no_evidence"]
    none = Basis("value_metrics", {"recommended": None, "ranking": []}, {}, "EUR")
    assert cases(none)[0]["reason"] == "none_eligible"


def test_a_metrics_decision_flips_where_its_sensitivity_says() -> None:
    told = {"flips_at": 0.4, "from": "postings", "to": "seats", "non_reporters_at": []}
    never = {"flips_at": None, "reasons": {"flips_at": "never_flips"}}

    found = flips(Basis("value_metrics", {"sensitivity": told}, {}, "EUR"))

    assert (found["flips_at"], found["from"], found["to"], found["reason"]) == (
        0.4,
        "postings",
        "seats",
        None,
    )
    assert flips(Basis("value_metrics", {"sensitivity": never}, {}, "EUR"))["reason"] == "never_flips"


def test_raises_flip_at_the_plan_whose_margin_is_thinnest() -> None:
    plans = [borne("pro", 0.10, 0.01), borne("basic", 0.05, 0.03), borne("old", None, None)]

    found = flips(raises(break_even=plans))

    assert (found["of"], found["flips_at"], found["expected"]) == ("basic", 0.05, 0.03)
    assert flips(raises())["reason"] == "nobody_is_raised"


def test_a_menu_flips_where_use_beyond_what_is_included_shrinks() -> None:
    overage = {"monthly_revenue": 50.0, "break_even_shrink": 0.3}
    none = {"monthly_revenue": 0.0, "break_even_shrink": None, "reasons": {"break_even_shrink": "no_overage"}}

    assert flips(tiers({}, overage=overage))["flips_at"] == 0.3
    assert flips(tiers({}, overage=none))["reason"] == "no_overage"
    assert flips(Basis("ideal_customers", {}, {}, "EUR"))["reason"] == "not_in_the_result"


def test_waiting_costs_three_months_of_what_it_would_bring() -> None:
    of_raises, of_menu = cost_of_waiting(raises()), cost_of_waiting(tiers({}))

    assert [of_raises[end] for end in ("low", "value", "high", "unit", "level")] == [
        180,
        300,
        450,
        "EUR",
        0.8,
    ]
    assert [of_menu[end] for end in ("low", "value", "high")] == [-450, 150, 1050]
    assert cost_of_waiting(Basis("ideal_customers", {}, {}, "EUR"))["reason"] == "no_bill_changes"


def test_notice_that_cannot_be_kept_and_days_that_have_passed_are_named() -> None:
    rows = raised(**{
        "raise": [0.1, 0.1, 0.1, None],
        "effective": ["2026-04-30", "2026-04-29", "2026-02-28", "2026-01-01"],
    })  # fmt: skip

    notice, day = checks(raises(rows), on=TODAY)

    assert (notice["check"], notice["status"], notice["examples"]) == ("notice", "broken", ["b"])
    assert (day["check"], day["status"], day["examples"], day["customers"]) == ("day", "broken", ["c"], 1)
    later = checks(raises(rows), on=date(2026, 2, 1))
    assert [each["status"] for each in later] == ["broken", "ok"]


@pytest.mark.parametrize(
    ("basis", "reason"),
    [
        (Basis("value_metrics", {}, {}, "EUR"), "no_bill_changes"),
        (tiers({}), "not_in_the_rows"),
        (raises(raised(**{"raise": [None] * 4})), "nobody_is_raised"),
    ],
)
def test_what_cannot_be_checked_is_unknown_with_a_reason(basis: Basis, reason: str) -> None:
    for check in checks(basis, on=TODAY):
        assert (check["status"], check["customers"], check["reason"]) == ("unknown", None, reason)


def test_what_is_gone_has_the_same_fields_all_with_the_reason() -> None:
    empty, whole = gone("forgotten"), shown(raises(), on=TODAY)

    assert empty.keys() == whole.keys()
    assert empty["reason"] == empty["flips"]["reason"] == empty["cost_of_waiting"]["reason"] == "forgotten"
    assert whole["reason"] is None
