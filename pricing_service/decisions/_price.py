"""From worth to prices: the corridor, the price in its middle, and where today's price lies."""

from __future__ import annotations

from typing import Any

import numpy as np

from models.estimate import Estimate
from models.pricing.capture import Corridor, priced_out_share
from models.willingness.best_price import BestPrice
from pricing_service.decisions._evidence import Evidence
from pricing_service.decisions._study import WorthStudy

ATTRIBUTIONS = (1.0, 0.75, 0.5, 0.25, 0.1)
"""Shares of gross value at which the corridor is shown where nobody has judged how much is owed to us."""


def prices(
    study: WorthStudy,
    typical: Estimate,
    fair: Corridor | None,
    *,
    capture: tuple[float, float],
    best: BestPrice | None,
) -> dict[str, Any]:
    """Return `price_corridor`, `recommended_price` and `today`.

    The price is the best under what customers would pay where that is known, else the corridor's middle;
    neither is moved into the corridor.
    """
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
            "recommended_price": _recommended(best, study.unknown(reason), fair, why=reason),
            "today": today,
        }
    out = priced_out_share(*study.long_run, price=fair.high)
    corridor = {"low": fair.low, "high": fair.high, "capture": list(capture), "priced_out_share": out}
    if out is None:
        corridor["reasons"] = {"priced_out_share": "insufficient_customers"}
    middle = typical.scaled((capture[0] + capture[1]) / 2)
    return {
        "price_corridor": corridor,
        "recommended_price": _recommended(best, middle, fair, why="not_identified"),
        "today": today,
    }


def _recommended(
    best: BestPrice | None, middle: Estimate, fair: Corridor | None, *, why: str
) -> dict[str, Any]:
    """Return the price, what it rests on, and where it lies against the corridor."""
    if best is None or not best.price.known:
        held = fair.holds(middle.value) if fair is not None and middle.value is not None else None
        shown: dict[str, Any] = {
            "price": middle.to_json(), "against_corridor": held, "rests_on": "corridor", "goal": None,
            "demand": None, "regret": None, "corridor_middle": middle.to_json(),
        }  # fmt: skip
        reasons = dict.fromkeys(("goal", "demand", "regret"), "nobody_asked")
        return shown | {"reasons": reasons | ({"against_corridor": why} if held is None else {})}
    shown = {
        "price": best.price.to_json(), "against_corridor": best.against_corridor, "rests_on": "willingness",
        "goal": best.goal, "demand": best.demand.to_json(), "regret": best.regret,
        "corridor_middle": middle.to_json(), "earnings": best.curve.to_json() if best.curve else [],
    }  # fmt: skip
    return shown | ({"reasons": {"against_corridor": why}} if best.against_corridor is None else {})


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
