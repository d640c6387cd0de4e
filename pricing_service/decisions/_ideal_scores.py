"""The ideal customers of a panel, for other decisions to weigh: who fits the profile, and how likely each succeeds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.checks import Floats
from pricing_service.decisions._ideal_study import TOP_SHARE, Asked, study_of
from pricing_service.decisions._lifetimes import read_lifetimes
from pricing_service.panel import StoredPanel


@dataclass(frozen=True)
class IdealScores:
    """The book by its scores.

    Parameters
    ----------
    customers
        Ids of the N customers whose start is known, sorted.
    score
        Shape (N,): the chance of success from traits at signing, 0–1; the base rate where traits foretell nothing.
    ideal
        Shape (N,): who fits the profile; nobody where traits are not known to foretell success.
    predicts
        Whether traits foretell success: yes, no or cannot_tell.
    """

    customers: list[str]
    score: Floats
    ideal: NDArray[np.bool_]
    predicts: str


def ideal_scores(panel: StoredPanel, *, level: float = 0.9, seed: int) -> IdealScores | None:
    """Score the customers of a panel as `ideal_customers` does by default; None where there can be no score."""
    asked = Asked(window_months=None, top_share=TOP_SHARE, traits=None, level=level, seed=seed)
    study = study_of(panel, read_lifetimes(panel, level=level), asked)
    if study is None or study.scorecard is None:
        return None
    score, bar = study.scorecard.scores(study.everybody), study.scorecard.ideal_from
    ideal = np.zeros(score.size, dtype=bool) if bar is None else score >= bar
    return IdealScores(study.calendar.customers, score, ideal, study.predicts)
