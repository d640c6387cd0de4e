"""What if customers who do not report get less than customers like them? Which decision changes, and from where."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from models.order_statistics import SortedSample
from models.pricing.capture import Corridor
from models.ranking import Ranking
from models.unit_worth.outcomes import Worth
from pricing_service.decisions._evidence import Evidence

SILENT_AT = (1.0, 0.75, 0.5, 0.25)
"""Shares of the modelled value at which customers who do not report are tried."""


def not_tried(reason: str) -> dict[str, Any]:
    """Return the sensitivity that cannot be told, and why."""
    return {"non_reporters_at": [], "flips_at": None, "reasons": {"flips_at": reason}}


def of_leader(evidence: Evidence, ranking: Ranking) -> dict[str, Any]:
    """Say which metric varies least if customers who do not report got less, and from where it is another.

    Customers who do not report are stood for by reporters like them (weights (1 - π) / π) whose value per unit
    is scaled.
    """
    if ranking.recommended is None:
        return not_tried("none_eligible")
    if evidence.reporting.everybody:
        return not_tried("everybody_reports")
    silent = evidence.reporting.odds_of_silence(np.ones((1, len(evidence.customers))))
    both = np.hstack([np.ones((1, silent.shape[1])), silent])
    sure = [each.metric for each in ranking.standings if each.eligible == "yes"]
    allowed = sure or [each.metric for each in ranking.standings if each.eligible != "no"]
    samples = {metric: evidence.by_metric[metric].log_worth for metric in allowed}

    def leader(share: float) -> str:
        scale = {
            metric: float(SortedSample(np.concatenate([x, x + np.log(share)])).biweight_scale(both)[0])
            for metric, x in samples.items()
        }
        return min(scale, key=lambda metric: (np.nan_to_num(scale[metric], nan=np.inf), metric))

    tried = [{"share": share, "recommended": leader(share)} for share in SILENT_AT]
    return {"non_reporters_at": tried, **_flip(leader)}


def of_price(
    evidence: Evidence, worth: Worth, *, price: float | None, capture: tuple[float, float]
) -> dict[str, Any]:
    """Say what one unit is worth if customers who do not report got less, and from where today's price is misplaced."""
    if evidence.reporting.everybody:
        return not_tried("everybody_reports")
    tried = [{"share": share, "worth": worth.with_silent_at(share).to_json()} for share in SILENT_AT]
    if price is None:
        return not_tried("no_bills") | {"non_reporters_at": tried}
    paid = price

    def place(share: float) -> str:
        typical = worth.typical_with_silent_at(share)
        if typical is None:
            return "unknown"
        return Corridor(capture[0] * typical, capture[1] * typical, capture).holds(paid)

    return {"non_reporters_at": tried, **_flip(place)}


def _flip(decision: Callable[[float], str]) -> dict[str, Any]:
    """Return the largest share, in steps of a twentieth, at which the decision is another."""
    start = decision(1.0)
    for step in range(19, 0, -1):
        becomes = decision(step / 20)
        if becomes != start:
            return {"flips_at": step / 20, "from": start, "to": becomes}
    return {"flips_at": None, "reasons": {"flips_at": "never_flips"}}
