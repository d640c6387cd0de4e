"""Pictures of a menu as plain lists: the ladder over needs, whose bill changes, who climbs, the frontier."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from models.checks import Floats
from models.pricing.tiers.frontier import Compromise
from pricing_service.decisions._tier_effects import Effects
from pricing_service.decisions._tier_paths import Paths

_BINS = 24
_POINTS = 40
_CHANGES = (-np.inf, -0.5, -0.25, -0.1, -0.005, 0.005, 0.1, 0.25, 0.5, 1.0, np.inf)
"""Ends of the groups by relative change of the bill."""


def tier_charts(
    paths: Paths, tiers: Sequence[dict[str, Any]], frontier: Sequence[Compromise]
) -> dict[str, Any]:
    """Return the pictures of the menu; `tiers` as the API shows them."""
    effects = paths.effects
    needs = effects.customers.mean_units
    top = float(np.quantile(needs, 0.98))
    return {
        "ladder": {
            "bins": _histogram(needs, top),
            "bills": [point for tier in tiers for point in _bill(tier, top)],
            "unit": f"{effects.currency}/month",
        },
        "changes": _changes(effects),
        "climbing": paths.climbing(),
        "frontier": [_compromise(each, chosen=each.menu == effects.menu) for each in frontier],
    }


def _compromise(found: Compromise, *, chosen: bool) -> dict[str, Any]:
    return {
        "monthly_margin": found.earns,
        "leave_share": found.leaving,
        "bill_shock": found.bill_shock,
        "chosen": chosen,
    }


def _histogram(needs: Floats, top: float) -> list[dict[str, float]]:
    counts, edges = np.histogram(np.minimum(needs, top), np.linspace(0.0, top, _BINS + 1))
    return [
        {"low": float(low), "high": float(high), "customers": int(count)}
        for low, high, count in zip(edges[:-1], edges[1:], counts, strict=True)
    ]


def _bill(tier: dict[str, Any], top: float) -> list[dict[str, Any]]:
    """Return what a tier costs by units, as far as it serves them."""
    included, overage = tier["included_units"], tier["overage_price"]
    end = top if overage is not None else min(included, top)
    units = np.unique([*np.linspace(0.0, end, _POINTS), min(included, end)])
    bills = tier["price"] + (overage or 0.0) * np.maximum(units - included, 0.0)
    return [
        {"tier": tier["name"], "units": float(u), "bill": float(b)} for u, b in zip(units, bills, strict=True)
    ]


def _changes(effects: Effects) -> list[dict[str, Any]]:
    """Count existing customers by how their bill would change; those who leave stand apart."""
    today = effects.today
    if today.size == 0:
        return []
    stays = effects.existing.tier >= 0
    relative = np.where(stays, effects.existing.bill / today - 1, np.nan)
    draws = relative.shape[0]
    rows: list[dict[str, Any]] = [
        {"low": None, "high": None, "leaves": True, "customers": float((~stays).sum() / draws)}
    ]
    for low, high in pairwise(_CHANGES):
        count = float(((relative > low) & (relative <= high)).sum() / draws)
        rows.append({
            "low": None if np.isinf(low) else low, "high": None if np.isinf(high) else high,
            "leaves": False, "customers": count,
        })  # fmt: skip
    return rows
