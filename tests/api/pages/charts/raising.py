"""A plan of raises as the API shows it, for tables and pictures, and how to read a drawn picture."""

from __future__ import annotations

from typing import Any

from tests.api.pages.charts.growing import estimate

Json = dict[str, Any]


def month_of(month: int, value: float | None) -> Json:
    return {**estimate(value, reason="no_months_before"), "month": month}


def wave(name: str, asked: float, *, leavers: int | None, held_out: int) -> Json:
    return {
        "wave": name, "effective": f"{name}-01", "tell_by": "2026-07-03", "customers": 40 + held_out, "raised": 40,
        "held_out": held_out, "mrr": 9000.0, "mrr_asked": asked, "unit": "EUR/month",
        "stop": {
            "months": 3, "leavers": leavers, "foretold": estimate(6.0, unit="customers"),
            "anyway": estimate(5.0, unit="customers"),
            "reasons": {} if leavers is not None else {"leavers": "wave_too_small"},
        },
    }  # fmt: skip


def plainer(raised: float, gain: float) -> Json:
    return {
        "raise": raised,
        "lifetime_value_change": estimate(gain, unit="EUR"),
        "churn_change": estimate(0.005),
    }


def measure(name: str, before: float | None, change: float, *, unit: str = "share") -> Json:
    untold = "only_the_change_is_told"
    return {
        "measure": name,
        "before": estimate(before, unit=unit, reason=untold),
        "after": estimate(None if before is None else before + change, unit=unit, reason=untold),
        "change": estimate(change, unit=unit),
    }


def bearing(plan: str, raised: int, *, before: float, after: float, bears: float) -> Json:
    if not raised:
        unknown = estimate(None, reason="nobody_is_raised")
        nothing = dict.fromkeys(("break_even_churn", "churn_before", "churn_after", "churn_change"), unknown)
        return {"plan": plan, "raised": 0, "raise": None, "reasons": {"raise": "nobody_is_raised"}} | nothing
    return {
        "plan": plan, "raised": raised, "raise": 0.12, "reasons": {}, "break_even_churn": estimate(bears),
        "churn_before": estimate(before), "churn_after": estimate(after), "churn_change": estimate(after - before),
    }  # fmt: skip


def within(budget: float, gain: float, lost: float, *, raised: int = 50) -> Json:
    told = {"lifetime_value_change": estimate(gain, unit="EUR"), "churn_change": estimate(lost)}
    return {"max_churn_change": budget, "max_revenue_churn_change": budget, "raised": raised} | told


def feature(name: str, rests_on: str | None, **told: Any) -> Json:
    nothing = {"outcome": None, "stated": None, "preference": None, "cost": None, "status": "proposed"}
    reasons = {"stated": "no_feature_values", "outcome": "no_feature_values", "cost": "no_cost"}
    months = estimate(None, unit="months", reason="no_cost")
    row = {"feature": name, "rests_on": rests_on, "months_to_pay_back": months, "reasons": reasons}
    return nothing | row | told


PAST: Json = {
    "told": 80, "given": 60, "asked": 0.1, "waves": [{"month": "2025-05", "customers": 80}],
    "outcomes": [
        {
            "outcome": "mrr_of_those_who_stay", "customers": 78, "controls": 200, "effect": estimate(0.11),
            "two_way": 0.09, "trend_before": {"verdict": "none_seen", "chance": 0.8},
            "months": [month_of(-2, None), month_of(-1, 0.0), month_of(0, 0.1), month_of(1, 0.12)],
        },
        {
            "outcome": "revenue_kept", "customers": 80, "controls": 90, "effect": estimate(0.08),
            "two_way": None, "reasons": {"two_way": "not_for_this_outcome"}, "months": [month_of(0, 0.09)],
            "trend_before": {"verdict": "unknown", "chance": None, "reasons": {"chance": "had_to_be_there"}},
        },
        {
            "outcome": "use", "customers": 0, "controls": 0, "effect": estimate(None, reason="no_usage"),
            "two_way": None, "months": [], "trend_before": {"verdict": "seen", "chance": 0.01},
        },
    ],
}  # fmt: skip
KEPT: Json = {
    "customers": 12, "mrr": 3400.0, "lifetime_value_forgone": estimate(4100.0, unit="EUR"),
    "churn_spared": estimate(0.002),
    "by_version": [
        {
            "plan": "team", "version": "2024-01-01", "grandfathered": True, "customers": 12, "mrr": 3400.0,
            "captured_share": estimate(0.05), "list_gap": estimate(0.23), "reasons": {},
        },
        {
            "plan": None, "version": None, "grandfathered": False, "customers": 3, "mrr": 500.0,
            "captured_share": estimate(None, reason="insufficient_customers"),
            "list_gap": estimate(None, reason="no_price_list"),
            "reasons": {"plan": "no_plan", "version": "version_not_known"},
        },
    ],
}  # fmt: skip
SHARED: Json = {
    "grandfathering": KEPT,
    "currency": "EUR", "customers": 232,
    "skipped": [
        {"reason": "raised_recently", "customers": 79, "mrr": 15010.4},
        {"reason": "not_earned", "customers": 57, "mrr": 14930.5},
    ],
    "features": {
        "among": "ideal", "customers": 59, "reasons": {},
        "ranking": [
            feature("calendar sync", "stated", cost=9000.0, status="shipped",
                    stated={"customers": 40, "in_all": estimate(900.0, unit="EUR/month")},
                    months_to_pay_back=estimate(10.0, unit="months")),
            feature("talent pool", "preference", preference=estimate(0.16)),
        ],
    },
    "past_raises": PAST,
    "sentences": ["Raise 80 of 232 customers by 8 % to 15 %."],
}  # fmt: skip
PLANNED: Json = SHARED | {
    "policy": {
        "raised": 80, "fairness_by": ["plan", "usage_band"],
        "groups": [
            {"group": "team · large", "customers": 78, "raised": 50, "raise": 0.15, "mrr": 26424.3,
             "lowest_counter": estimate(0.065), "lowest_counter_if_all": estimate(0.12)},
            {"group": "team · small", "customers": 77, "raised": 30, "raise": 0.08, "mrr": 8558.0},
        ],
        "certificate": {"method": "exact", "gap": 0.0, "worth": 21600.0, "bound_of_all_plans": 23300.0},
    },
    "expected": {
        "lifetime_value_change": estimate(19100.0, unit="EUR"), "churn_change": estimate(0.005),
        "revenue_churn_change": estimate(0.006), "mrr_change": estimate(1050.0, unit="EUR/month"),
        "chance_of_gain": 0.97, "reasons": {},
    },
    "beside": {
        "without_fairness": plainer(0.25, 28200.0), "flat": plainer(0.1, 16800.0), "by_plan": plainer(0.1, 16900.0),
        "without_hold_out": {key: value for key, value in plainer(0.0, 20900.0).items() if key != "raise"},
    },
    "waves": [
        wave("2026-09", 1736.4, leavers=16, held_out=6), wave("2026-12", 400.0, leavers=None, held_out=0),
    ],
    "hold_out": {
        "share": 0.1, "customers": 6, "watched_months": 12, "reasons": {},
        "elasticity_after": {"low": 0.6, "median": 1.9, "high": 3.5, "width_of_today": 0.9},
    },
    "band": [], "would_tell": {}, "options": {"max_churn_change": 0.01, "horizon_months": 24},
    "before_after": [
        measure("mrr", 45_000.0, 1050.0, unit="EUR/month"), measure("churn", 0.13, 0.005),
        measure("grr", 0.858, -0.005), measure("nrr", 0.858, 0.021),
        measure("lifetime_value", 919_000.0, 19_100.0, unit="EUR"), measure("valuation", None, 340_000.0, unit="EUR"),
    ],
    "break_even": [
        bearing("solo", 0, before=0, after=0, bears=0), bearing("pro", 10, before=0.08, after=0.11, bears=0.05),
        bearing("team", 70, before=0.1, after=0.14, bears=0.12),
    ],
    "break_even_by_segment": [],
    "frontier": [
        within(0.0, 0.0, 0.0, raised=0), within(0.005, 12_000.0, 0.003), within(0.01, 20_900.0, 0.005),
        within(0.02, 30_900.0, 0.011), within(0.04, 30_900.0, 0.011),
    ],
    "charts": {
        "corridor": {"low": 0.1, "high": 0.15},
        "captured": [{"before": at / 100, "after": 1.1 * at / 100} for at in (4, 6, 8)],
    },
}  # fmt: skip
UNPLANNED: Json = SHARED | {
    "policy": {}, "beside": {}, "waves": [], "hold_out": {}, "charts": {}, "frontier": [], "break_even": [],
    "expected": {
        "lifetime_value_change": estimate(None, unit="EUR", reason="not_identified"),
        "churn_change": estimate(None, reason="not_identified"), "chance_of_gain": None,
        "revenue_churn_change": estimate(None, reason="not_identified"),
        "mrr_change": estimate(None, unit="EUR/month", reason="not_identified"),
        "reasons": {"chance_of_gain": "not_identified"},
    },
    "band": [
        {
            "raise": 0.1, "customers": 90, "lifetime_value_change": {"low": -4000.0, "high": 12000.0},
            "churn_change": {"low": 0.002, "high": 0.031}, "break_even_churn": 0.0909,
        }
    ],
    "would_tell": {
        "assignment": "randomised", "raise": 0.1, "months": 12, "customers": 1340, "customers_there": 232,
    },
    "past_raises": {
        "told": 0, "given": 0, "waves": [], "asked": None, "reasons": {"asked": "no_past_raises"},
        "outcomes": [{**each, "months": [], "effect": estimate(None)} for each in PAST["outcomes"]],
    },
}  # fmt: skip


def drawn(chart: Any, **result: Any) -> Any:
    return chart().draw({**PLANNED, **result}, currency="EUR")
