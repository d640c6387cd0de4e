"""Raises as tables: the plan beside plainer ones, its waves, what features earn, and what past raises did."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from api.pages.raise_effects import finely
from api.pages.words import joined, month_in_words, plain, reason_in_words

Result = Mapping[str, Any]

PLAINER = {
    "flat": "The same for everybody",
    "by_plan": "The same within each plan",
    "without_fairness": "Each alone",
    "without_hold_out": "This plan, nobody held out",
}
"""What the plan is compared with, in reading order."""
OUTCOMES = {
    "mrr_of_those_who_stay": "What those who stay pay",
    "revenue_kept": "Revenue, those who left counted as nothing",
    "use": "Use of the product",
}
"""What past raises are looked at for."""
RESTS_ON = {
    "outcome": "what it brings customers",
    "stated": "what customers say that they would pay",
    "preference": "what customers prefer",
}
"""What a feature's place rests on."""
BEFORE = {
    "none_seen": "not seen",
    "seen": "seen: do not read this as the effect of raises",
}
"""Whether those raised went another way before their raise."""


NOT_TOLD = "nothing in the data tells yet how many would leave for it"
"""Why there is no plan where the answer to price is not identified: more of the right data would tell."""


def raise_tables(raises: Result) -> dict[str, Any]:
    """Return what tables show: `alike` (words), `compared`, `waves`, `features`, `past`, and why there is none.

    `groups` are those of the plan, `versions` those of plans' prices; `keeps_prices`: whether anybody keeps an old one.
    """
    past = raises.get("past_raises") or {}
    why = (past.get("reasons") or {}).get("asked")
    no_chance = ((raises.get("expected") or {}).get("reasons") or {}).get("chance_of_gain")
    return {
        "alike": joined([plain(name) for name in (raises.get("policy") or {}).get("fairness_by") or []]),
        "groups": [
            {
                **row,
                "lowest": finely(row.get("lowest_counter")),
                "lowest_if_all": finely(row.get("lowest_counter_if_all")),
            }
            for row in (raises.get("policy") or {}).get("groups") or []
        ],
        "compared": compared(raises),
        "waves": [{**wave, "name": month_in_words(wave.get("wave"))} for wave in raises.get("waves") or []],
        "versions": [_version(row) for row in (raises.get("grandfathering") or {}).get("by_version") or []],
        "keeps_prices": _keeps_prices(raises),
        "features": [_feature(row) for row in (raises.get("features") or {}).get("ranking") or []],
        "past": [_outcome(row) for row in past.get("outcomes") or []],
        "no_past": reason_in_words(why) if why else "",
        "no_chance": NOT_TOLD if no_chance == "not_identified" else reason_in_words(no_chance),
    }


def compared(raises: Result) -> list[dict[str, Any]]:
    """Return the plan and what it is compared with; empty where there is no plan.

    >>> compared({"policy": {}, "beside": {}})
    []
    >>> rows = compared({"policy": {"raised": 1, "groups": [{"raise": 0.1}]}, "beside": {"flat": {"raise": 0.05}}})
    >>> [(row["name"], row["highest"]) for row in rows]
    [('This plan', 0.1), ('The same for everybody', 0.05)]
    """
    policy, beside = raises.get("policy") or {}, raises.get("beside") or {}
    if not policy.get("raised"):
        return []
    highest = max((group.get("raise") or 0.0 for group in policy.get("groups") or []), default=None)
    plan = _compared("This plan", {**(raises.get("expected") or {}), "raise": highest}, chosen=True)
    plainer = [_compared(name, beside[code]) for code, name in PLAINER.items() if beside.get(code)]
    return [plan, *plainer]


def _compared(name: str, found: Result, *, chosen: bool = False) -> dict[str, Any]:
    return {
        "name": name,
        "chosen": chosen,
        "highest": found.get("raise"),
        "gain": found.get("lifetime_value_change"),
        "churn": found.get("churn_change"),
    }


def _version(row: Result) -> dict[str, Any]:
    plan, version = row.get("plan") or "without a plan", row.get("version")
    return {**row, "name": f"{plan}, {version}" if version else str(plan)}


def _keeps_prices(raises: Result) -> bool:
    cost = (raises.get("grandfathering") or {}).get("lifetime_value_forgone") or {}
    return bool(cost) and cost.get("reason") != "nobody_is_grandfathered"


def _feature(row: Result) -> dict[str, Any]:
    """Add what is paid by the source that ranks, or why nothing is known of it, and the source in words."""
    source = row.get("rests_on")
    pay = (row.get(source) or {}).get("in_all") if source in ("outcome", "stated") else None
    reasons = row.get("reasons") or {}
    why = reasons.get("stated") or reasons.get("outcome") or ""
    return {**row, "pay": pay, "no_pay": why, "told_by": RESTS_ON.get(str(source), "nothing yet")}


def _outcome(row: Result) -> dict[str, Any]:
    trend = row.get("trend_before") or {}
    why = (trend.get("reasons") or {}).get("chance")
    unknown = f"not known: {reason_in_words(why)}"
    return {
        **row,
        "name": OUTCOMES.get(str(row.get("outcome")), plain(row.get("outcome")).capitalize()),
        "before": BEFORE.get(str(trend.get("verdict")), unknown),
    }
