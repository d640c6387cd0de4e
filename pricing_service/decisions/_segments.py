"""The ranking by the levels of a trait: which metric varies least among customers of one kind."""

from __future__ import annotations

from typing import Any

import numpy as np

from models.estimate import Caveat
from models.ranking import rank
from pricing_service.decisions._evidence import Evidence


def ranking_by_segment(
    evidence: Evidence,
    trait: str,
    *,
    seed: int,
    level: float,
    significance: float,
    silence: Caveat | None,
) -> list[dict[str, Any]]:
    """Return, per level of a trait, the metric that leads there and every metric's spread.

    Parameters
    ----------
    trait
        One that `evidence.traits` knows.
    level
        Coverage of the intervals.
    significance
        How often a verdict may be wrongly certain.
    silence
        Why no value can be told; then there is nothing to show.
    """
    levels = evidence.traits.segments(trait)
    if levels is None or silence is not None:
        return []
    here = levels[evidence.reporters]
    rows = []
    for name in np.unique(here).tolist():
        part = {metric: each.only(here == name) for metric, each in evidence.by_metric.items()}
        ranking = rank(part, seed=seed, level=level, significance=significance)
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
