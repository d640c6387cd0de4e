"""Raises as the API tells them: how churn answers, what value has earned, who is skipped and why, row by row."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from models.checks import Floats
from models.willingness.renewals import GIVEN
from pricing_service.decisions._raise_cross_section import CROSS_SECTIONAL
from pricing_service.decisions._raise_study import RaiseStudy
from pricing_service.decisions._raise_told import STAGGERED
from pricing_service.decisions._raise_waves import HOLD_OUT, Waves
from pricing_service.decisions._raise_willing_entries import by_willingness

_CAVEATS = {
    STAGGERED: (
        "raised_by_plan",
        "whole plans were raised, one after another: whatever else befell a plan in the months of its raise is read as"
        " the answer to it",
    ),
    CROSS_SECTIONAL: (
        "came_at_their_price",
        "customers came at list prices that they were willing to pay: the answer reads too low, and whatever else told"
        " customers of a plan's prices apart is read as part of it",
    ),
}
_QUARTILES = ("p25", "p50", "p75")


def elasticity(study: RaiseStudy) -> dict[str, Any]:
    """Return θ with what it rests on; the band is what is believed, learned or not."""
    level, past = study.terms.level, study.rows.past
    kinds = _kinds(study) if study.identified else []
    low, middle, high = np.quantile(study.response.theta, [(1 - level) / 2, 0.5, (1 + level) / 2]).tolist()
    listed = study.cross_section
    found = study.response.elasticity(level=level).to_json() | {
        "identified_by": ", ".join(kinds) or None,
        "band": {"low": low, "median": middle, "high": high, "learnt": 1 - study.response.learnt},
        "told": len(study.customers.told),
        "given": past.told,
        "left": int(past.left.sum()),
        "staggered": None if study.staggered is None else study.staggered.entry(level),
        "by_willingness": by_willingness(study),
        "cross_sectional": None
        if listed is None
        else listed.entry(study.response, level, float(past.left.mean())),
    }
    reason = found["reason"] or "not_identified"
    if study.why_not is not None:
        found |= {"value": None, "low": None, "high": None, "reason": study.why_not.reason}
        found["warnings"] = [{"code": study.why_not.reason, "message": str(study.why_not)}]
        reason = study.why_not.reason
    caveats = [_CAVEATS[kind] for kind in kinds if kind in _CAVEATS]
    if caveats:
        found["warnings"] = [{"code": code, "message": message} for code, message in caveats]
    untold = {"identified_by": reason, STAGGERED: study.unused, CROSS_SECTIONAL: study.unlisted}
    return found | {"reasons": {name: why for name, why in untold.items() if found[name] is None}}


def _kinds(study: RaiseStudy) -> list[str]:
    """Return by what the answer is known, the strongest first."""
    by_list_price = study.cross_section is not None
    by_plan = study.staggered is not None and not by_list_price
    told = study.staggered.groups.told if by_plan and study.staggered is not None else study.customers.told
    there = {each.assignment for each in told if each.given} | ({CROSS_SECTIONAL} if by_list_price else set())
    return [kind for kind in (*GIVEN, STAGGERED, CROSS_SECTIONAL) if kind in there]


def earned_entry(study: RaiseStudy) -> dict[str, Any]:
    """Return what value has earned of all together, money a month, in its two parts, and the share captured."""
    earned, customers = study.earned, study.customers
    known = np.isfinite(earned.captured)
    shares = np.quantile(earned.captured[known], [0.25, 0.5, 0.75]).tolist() if known.any() else [None] * 3
    captured: dict[str, Any] = dict(zip(_QUARTILES, shares, strict=True))
    if not known.any():
        captured["reasons"] = dict.fromkeys(_QUARTILES, "no_value_known")
    return {
        "earned": float(np.nansum(earned.earned)),
        "catch_up": float(np.nansum(earned.catch_up)),
        "captured_share": captured,
        "basis": {name: int((customers.basis == name).sum()) for name in ("measured", "modelled", "unknown")},
        "pay_too_much": int(earned.pays_too_much.sum()),
    }


def skipped(study: RaiseStudy) -> list[dict[str, Any]]:
    """Return how many may not be raised, and what they pay, by the first reason; the commonest first."""
    bill: dict[str, list[float]] = {}
    for codes, pays in zip(study.holds, study.customers.paid.tolist(), strict=True):
        if codes:
            bill.setdefault(codes[0], []).append(pays)
    rows = [{"reason": code, "customers": len(pays), "mrr": sum(pays)} for code, pays in bill.items()]
    return sorted(rows, key=lambda row: (-row["customers"], row["reason"]))


def captured_chart(waves: Waves) -> dict[str, Any]:
    """Return the corridor of shares of value, and where each customer that is raised stands in it before and after."""
    study, told = waves.planned.study, waves.told
    before, (low, high) = study.earned.captured, study.terms.capture
    shown = np.flatnonzero(waves.raised & np.isfinite(before))
    return {
        "corridor": {"low": low, "high": high},
        "captured": [
            {"before": float(before[at]), "after": float(before[at] * (1 + told.raises[at]))}
            for at in shown[np.argsort(before[shown], kind="stable")]
        ],
    }


def rows_of(study: RaiseStudy, waves: Waves | None) -> Mapping[str, list[Any]]:
    """Return every paying customer: what it pays, is to pay, from when on, and why."""
    customers, earned = study.customers, study.earned
    n = len(customers.ids)
    nothing: list[Any] = [None] * n
    found: dict[str, list[Any]] = {
        "customer_id": list(customers.ids),
        "current_mrr": customers.paid.tolist(),
        **customers.coming.columns(customers.ids, customers.paid),
        "recommended_mrr": nothing,
        "raise": nothing,
        "effective": nothing,
        "reasons": [list(codes) for codes in study.holds],
        "expected_lifetime_value_change": nothing,
        "churn_before": _mean(study.told.gone[:, :, 0]),
        "churn_after": nothing,
        "value": _or_none(customers.value),
        "value_basis": customers.basis.tolist(),
        "captured_share": _or_none(earned.captured),
        "captured_share_after": nothing,
        "would_pay": _or_none(customers.willing.monthly[customers.places].round(2)),
        "fair_mrr": _or_none(study.fair_mrr.round(2)),
        "earned": _or_none(earned.earned),
        "catch_up": _or_none(earned.catch_up),
        **dict.fromkeys(
            ("arm", "wave", "fairness_group", "held_until", "lowest_counter_mrr", "assignment"), nothing
        ),
    }
    if waves is None:
        found["reasons"] = [[*codes, "not_identified"] for codes in study.holds]
        return found
    rows, level, raises = np.arange(n), waves.told.level, waves.told.raises
    return found | {
        "recommended_mrr": (customers.bill * (1 + raises)).round(2).tolist(),
        "raise": raises.tolist(),
        "reasons": [_why(waves, at) for at in range(n)],
        "expected_lifetime_value_change": _mean(study.told.gain[:, rows, level]),
        "churn_after": _mean(study.told.gone[:, rows, level]),
        "captured_share_after": _or_none(earned.captured * (1 + raises)),
        **waves.columns(),
    }


def _why(waves: Waves, at: int) -> list[str]:
    study = waves.planned.study
    if waves.held[at] or waves.still_held[at]:
        return [HOLD_OUT]
    if not waves.raised[at]:
        return study.holds[at] or ["not_worth_its_churn"]
    parts = {"value_added": study.earned.earned[at], "catch_up": study.earned.catch_up[at]}
    return [code for code, amount in parts.items() if amount > 0]


def _mean(draws: Floats) -> list[float]:
    means: list[float] = draws.mean(axis=0).tolist()
    return means


def _or_none(values: Floats) -> list[float | None]:
    return [value if np.isfinite(value) else None for value in values.tolist()]
