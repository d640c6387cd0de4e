"""Retention of fourteen months as the API shows it, for its pictures, and how to read a drawn picture."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree as ET

from api.pages.figures import GAP

Json = dict[str, Any]

NAMES = [f"2025-{at:02}" for at in range(1, 13)] + ["2026-01", "2026-02"]


def estimate(value: float | None, *, unit: str = "share", reason: str = "window_not_over") -> Json:
    known = value is not None
    return {
        "value": value,
        "low": None if value is None else value - 0.05 * abs(value),
        "high": None if value is None else value + 0.05 * abs(value),
        "level": 0.9,
        "n": 120 if known else 0,
        "unit": unit,
        "warnings": [],
        "reason": None if known else reason,
    }


def month(name: str, opening: float, *, net: float | None = None, gross: float | None = None) -> Json:
    """A month that gains 180 and loses 80."""
    return {
        "month": name, "opening_mrr": opening, "new": 100.0, "reactivation": 20.0, "expansion": 40.0,
        "price_raise": 20.0, "contraction": 30.0, "churn": 50.0, "closing_mrr": opening + 100.0, "customers": 120,
        "nrr": estimate(net), "grr": estimate(gross), "logo_retention": estimate(gross),
    }  # fmt: skip


MONTHS = [month(name, 1000.0 + 100.0 * at) for at, name in enumerate(NAMES[:12])] + [
    month(NAMES[12], 2200.0, net=1.08, gross=0.9),
    month(NAMES[13], 2300.0, net=1.04, gross=0.88),
]


def left(customers: int, ages: int) -> list[int]:
    """Customers who still pay by age: one of ten leaves each month."""
    return [round(customers * 0.9**age) for age in range(ages)]


COHORTS = [
    {"month": name, "customers": left(20, 14 - at), "mrr": [10.0 * each for each in left(20, 14 - at)]}
    for at, name in enumerate(NAMES)
]
BY_AGE = [
    {"age_months": age, "paying": estimate(0.9**age), "mrr_of_first": 1.0 + 0.02 * age} for age in range(13)
] + [{"age_months": 13, "paying": estimate(None, reason="insufficient_customers"), "mrr_of_first": None}]
FORECAST = [
    {"month": f"2026-{at + 2:02}", "mrr": estimate(2400.0 + 90.0 * at, unit="EUR"), "nrr": estimate(1.03)}
    for at in range(1, 7)
]
FORCES = {
    "past": [{"force": "new", "mrr_change": 1200.0}],
    "levers": [
        {
            "lever": "churn",
            "words": "a tenth fewer customers leave each month than leave today",
            "mrr_change": estimate(400.0, unit="EUR"),
        },
        {"lever": "price", "words": "prices rise by 5 %", "mrr_change": estimate(-150.0, unit="EUR")},
        {"lever": "unknown", "words": "nobody knows", "mrr_change": estimate(None, unit="EUR")},
    ],
    "horizon_months": 12,
}
USED = {
    "grr": "capped customer by customer; the default",
    "nrr": "most filers; the default",
    "logo": "the default",
}


def segment(trait: str, level: str, kept: float | None) -> Json:
    share = estimate(kept, reason="insufficient_customers")
    told = {"trait": trait, "level": level, "customers": 40}
    return told | {"nrr": share, "grr": share, "logo_retention": share}


RESULT: Json = {
    "months": MONTHS,
    "convention": {"name": "endpoint", "window_months": 12, "used_by": USED},
    "variants": {
        "grr_capped_in_total": estimate(1.0) | {"used_by": "capped in total: expansion hides churn"},
        "grr_endpoint": estimate(0.88) | {"used_by": USED["grr"]},
        "nrr_endpoint": estimate(1.04) | {"used_by": USED["nrr"]},
        "logo_endpoint": estimate(0.88) | {"used_by": USED["logo"]},
        "quick_ratio": estimate(None, unit="ratio", reason="nothing_lost")
        | {"used_by": "growth over losses"},
    },
    "concentration": {"effective_customers": 41.2, "largest_share": 0.06},
    "doubled": estimate(0.04),
    "by_segment": [
        segment("plan", "basic", 0.71),
        segment("plan", "pro", None),
        segment("company_size", "small", 0.8),
    ],
    "cohorts": COHORTS,
    "by_age": BY_AGE,
    "currency": "EUR",
    "sentences": ["Of the revenue of 12 months ago 88 % is still there.", "With expansion it is 104 %."],
    "caveats": [{"code": "few", "message": "A few customers carry the number."}],
}
BY = {"units": 30.0, "plan_change": 0.0, "discount": -5.0, "another_subscription": 0.0, "other": 15.0}
LIFETIME: Json = {
    "lifetime": {
        "median_months": estimate(None, unit="months", reason="not_reached"),
        "by_tenure": [
            {"tenure_months": tenure, "still_to_come": estimate(5000.0 + tenure, unit="EUR/customer")}
            for tenure in (0, 12)
        ],
        "discount_rate": 0.12,
        "months": 60,
    },
    "lifetime_value": estimate(5400.0, unit="EUR/customer"),
    "lifetime_value_growth": estimate(-0.1),
    "acquisition_cost": estimate(900.0, unit="EUR/customer"),
    "cac_payback_months": estimate(7.0, unit="months"),
    "gross_margin": 0.8,
}
VALUATION: Json = {
    "yearly_revenue": 28800.0,
    "value_of_a_point": {**estimate(7200.0, unit="EUR"), "low": 5760.0, "high": 11520.0, "n": 0},
    "multiple_per_point": {
        "value": 0.25,
        "least": 0.2,
        "most": 0.4,
        "source": "surveys of prices paid",
        "dated": "2024",
    },
    "confounded_by": "growth",
}
BUDGET: Json = {
    "cost": 1200.0, "cost_of_goods": 700.0, "sales_and_marketing": 400.0, "unstated": 100.0, "months": 12,
    "opening_mrr": 1200.0, "expansion": 40.0, "break_even_share": 0.083,
}  # fmt: skip
FORCES_KNOWN: Json = {
    "past": [
        {"force": "acquisition", "mrr_change": 1200.0}, {"force": "expansion", "mrr_change": 480.0},
        {"force": "retention", "mrr_change": -960.0},
    ],
    "levers": [
        {
            "lever": "pricing", "words": "5 % more asked of everybody", "mrr_change": estimate(400.0, unit="EUR/month"),
            "share_of_mrr": estimate(0.05), "revenue": estimate(9000.0, unit="EUR"),
        }
    ],
    "horizon_months": 36,
    "referred_share": estimate(None, reason="no_referrals"),
    "leaves_by_price": [0.0, 0.5],
}  # fmt: skip
KNOWN: Json = {
    **RESULT, **LIFETIME, "valuation": VALUATION, "success_budget": BUDGET, "forces": FORCES_KNOWN,
    "months": [{**month, "expansion_by": BY, "currency": 2.0} for month in MONTHS],
}  # fmt: skip


def drawn(chart: Any, **result: Any) -> Any:
    return chart().draw({**RESULT, **result}, currency="EUR")


def texts(picture: Any, *, narrow: bool = False) -> list[str]:
    found = ET.fromstring(picture.narrow if narrow else picture.wide).iter("text")
    return ["".join(text.itertext()).replace(GAP, " ") for text in found]


def title(chart: Any, **result: Any) -> str:
    return str(drawn(chart, **result).title.replace(GAP, " "))


def told(chart: Any, **result: Any) -> str:
    """Return what the picture says to those who do not see it."""
    return str(ET.fromstring(drawn(chart, **result).wide).get("aria-label")).replace(GAP, " ")
