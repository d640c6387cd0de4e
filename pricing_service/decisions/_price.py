"""From worth to prices: the corridor, the price in its middle, and where today's price lies."""

from __future__ import annotations

from typing import Any

import numpy as np

from models.estimate import Estimate
from models.pricing.capture import Corridor, priced_out_share
from pricing_service.decisions._evidence import Evidence
from pricing_service.decisions._study import WorthStudy

ATTRIBUTIONS = (1.0, 0.75, 0.5, 0.25, 0.1)
"""Shares of gross value at which the corridor is shown where nobody has judged how much is owed to us."""


def prices(
    study: WorthStudy, typical: Estimate, fair: Corridor | None, *, capture: tuple[float, float]
) -> dict[str, Any]:
    """Return `price_corridor`, `recommended_price` and `today`."""
    today = price_today(study.evidence, fair, why=typical.reason)
    if fair is None:
        reason = typical.reason or "not_identified"
        corridor: dict[str, Any] = {
            "low": None,
            "high": None,
            "capture": list(capture),
            "priced_out_share": None,
        }
        return {
            "price_corridor": corridor
            | {"reasons": dict.fromkeys(("low", "high", "priced_out_share"), reason)},
            "recommended_price": {
                "price": study.unknown(reason).to_json(),
                "against_corridor": None,
                "reasons": {"against_corridor": reason},
            },
            "today": today,
        }
    out = priced_out_share(*study.long_run, price=fair.high)
    corridor = {"low": fair.low, "high": fair.high, "capture": list(capture), "priced_out_share": out}
    if out is None:
        corridor["reasons"] = {"priced_out_share": "insufficient_customers"}
    middle = typical.scaled((capture[0] + capture[1]) / 2)
    return {
        "price_corridor": corridor,
        "recommended_price": {
            "price": middle.to_json(),
            "against_corridor": fair.holds(middle.value or 0.0),
        },
        "today": today,
    }


def price_today(evidence: Evidence, fair: Corridor | None, *, why: str | None) -> dict[str, Any]:
    """Return what paying customers pay per unit today, Σ MRR ÷ Σ units a month, and where that lies.

    `why` says why there is no corridor.
    """
    units = evidence.book_units[evidence.metrics[0].metric]
    mrr = evidence.traits.mrr
    paying = (mrr > 0) & (np.nan_to_num(units) > 0)
    if not paying.any():
        nothing = {"price_per_unit": None, "against_corridor": None}
        return nothing | {"customers": 0, "reasons": dict.fromkeys(nothing, "no_bills")}
    price = float(mrr[paying].sum() / units[paying].sum())
    shown: dict[str, Any] = {"price_per_unit": price, "customers": int(paying.sum())}
    if fair is None:
        reasons = {"against_corridor": why or "not_identified"}
        return shown | {"against_corridor": None, "reasons": reasons}
    return shown | {"against_corridor": fair.holds(price)}


def at_attributions(
    typical: Estimate, *, gross: bool, capture: tuple[float, float]
) -> list[dict[str, float]]:
    """Return the corridor at several attributions where value is gross."""
    if not gross or typical.value is None:
        return []
    low, high = capture
    return [
        {"attribution": share, "low": low * share * typical.value, "high": high * share * typical.value}
        for share in ATTRIBUTIONS
    ]
