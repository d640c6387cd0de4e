"""The ranking by the levels of a trait: which metric varies least among customers of one kind."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.estimate import Caveat
from models.ranking import rank
from models.value_metrics._base import MetricEvidence
from pricing_service.decisions._evidence import Evidence
from pricing_service.decisions._sums import SUMS


def ranking_by_segment(
    evidence: Evidence, trait: str, *, seed: int, level: float, silence: Caveat | None
) -> list[dict[str, Any]]:
    """Return, per level of a trait, the metric that leads there and every metric's spread.

    Parameters
    ----------
    trait
        One that `evidence.traits` knows.
    level
        Coverage of the intervals.
    silence
        Why no value can be told; then there is nothing to show.
    """
    levels = evidence.traits.segments(trait)
    if levels is None or silence is not None:
        return []
    here = levels[evidence.reporters]
    rows = []
    for name in np.unique(here).tolist():
        part = {metric: _part(each, here == name) for metric, each in evidence.by_metric.items()}
        ranking = rank(part, seed=seed, level=level)
        standings = [
            {"metric": each.metric, "spread": each.spread.to_json(), "eligible": each.eligible}
            for each in ranking.standings
        ]
        row: dict[str, Any] = {
            "trait": trait,
            "level": name,
            "reporting": int((here == name).sum()),
            "recommended": ranking.recommended,
            "verdict": ranking.verdict,
            "ranking": standings,
        }
        rows.append(row | ({} if ranking.recommended else {"reasons": {"recommended": "none_eligible"}}))
    return rows


def _part(evidence: MetricEvidence, chosen: NDArray[np.bool_]) -> MetricEvidence:
    """Return the evidence of the chosen customers (n,) alone."""
    inside = evidence.inside_customer.astype(np.intp)
    kept = chosen[inside]
    place = np.cumsum(chosen) - 1
    return replace(
        evidence,
        **{name: getattr(evidence, name)[chosen] for name in (*SUMS, "bill")},
        inside_customer=place[inside[kept]].astype(np.float64),
        inside_log_worth=evidence.inside_log_worth[kept],
    )
