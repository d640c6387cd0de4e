"""What raises do as tables: the business before and after, the churn that each plan bears, and what more churn buys."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from api.pages.figures import GAP, MINUS, Shown, estimate
from api.pages.words import plain

Result = Mapping[str, Any]

MEASURES = {
    "mrr": ("Revenue a month", "a year from now"),
    "churn": ("Customers lost", "within a year"),
    "grr": ("Gross retention", "of revenue, raises left out"),
    "nrr": ("Net retention", "of revenue, raises counted"),
    "lifetime_value": ("Lifetime value", "of all together"),
    "valuation": ("Price of the company", "by what buyers pay for net retention"),
}
"""What is told before and after, and of what or when, in words."""


def effect_tables(raises: Result) -> dict[str, Any]:
    """Return rows for tables: `before_after`, `bears` and `frontier`; all empty where nobody is raised.

    >>> effect_tables({"policy": {"raised": 0}, "before_after": [{"measure": "mrr"}]})
    {'before_after': [], 'bears': [], 'frontier': []}
    """
    if not (raises.get("policy") or {}).get("raised"):
        return {"before_after": [], "bears": [], "frontier": []}
    return {
        "before_after": [_measured(row, raises) for row in raises.get("before_after") or []],
        "bears": [row for row in _bearing(raises) if row.get("raised")],
        "frontier": [_within(row, raises) for row in raises.get("frontier") or []],
    }


def finely(found: object, *, points: bool = False) -> Shown:
    """Write a share with a decimal, for what raises move is small; `points` for the difference of two shares.

    >>> finely({"value": -0.0052, "low": -0.01, "high": -0.002, "unit": "share"}, points=True).value.replace(GAP, " ")
    '−0.5 points'
    """
    shown = estimate(found)
    if shown.unknown or not isinstance(found, Mapping) or found.get("unit") != "share":
        return shown
    value, *ends = (
        None if found.get(key) is None else _decimal(100 * found[key]) for key in ("value", "low", "high")
    )
    return replace(
        shown, value=f"{value}{GAP}{'points' if points else '%'}", brief=" to ".join(filter(None, ends))
    )


def _decimal(number: float) -> str:
    return f"{round(number, 1) + 0.0:.1f}".replace("-", MINUS)


def _measured(row: Result, raises: Result) -> dict[str, Any]:
    name, hint = MEASURES.get(str(row.get("measure")), (plain(row.get("measure")).capitalize(), ""))
    months = (raises.get("options") or {}).get("horizon_months")
    if row.get("measure") == "lifetime_value" and months:
        hint = f"{hint}, over {months} months"
    sides = {side: finely(row.get(side), points=side == "change") for side in ("before", "after", "change")}
    only_change = all(
        (row.get(side) or {}).get("reason") == "only_the_change_is_told" for side in ("before", "after")
    )
    return {"name": name, "hint": hint, "only_change": only_change, **sides}


def _bearing(raises: Result) -> list[dict[str, Any]]:
    """Return plans, then levels of the trait that was asked for, each with its name."""
    return [
        {
            **row,
            "name": row.get(key) or "without a name",
            **{
                share: finely(row.get(share)) for share in ("churn_before", "churn_after", "break_even_churn")
            },
            "churn_change": finely(row.get("churn_change"), points=True),
        }
        for rows, key in (("break_even", "plan"), ("break_even_by_segment", "segment"))
        for row in raises.get(rows) or []
    ]


def _within(row: Result, raises: Result) -> dict[str, Any]:
    own, budget = (raises.get("options") or {}).get("max_churn_change"), row.get("max_churn_change")
    return {
        "budget": "not known" if budget is None else f"{100 * budget:g}{GAP}%",
        "chosen": own is not None and budget == own,
        "raised": row.get("raised"),
        "gain": estimate(row.get("lifetime_value_change")),
        "lost": finely(row.get("churn_change"), points=True),
    }
