"""What a ranking says: each metric's standing, and the verdict over them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from models.estimate import Caveat, Estimate

Verdict = Literal["clear", "tie", "cannot_tell"]
Eligible = Literal["yes", "no", "unknown"]


@dataclass(frozen=True)
class Standing:
    """One metric's place: its scores, whether it is eligible, and how probably it is the best.

    `scores` maps a score's file name to its statistics; the probabilities are shares of bootstrap draws and
    None where nothing could be drawn.
    """

    metric: str
    scores: Mapping[str, Mapping[str, Estimate]]
    eligible: Eligible
    probability_eligible: float | None
    probability_best: float | None
    reasons: tuple[Caveat, ...]

    @property
    def spread(self) -> Estimate:
        """The score that ranks."""
        return self.scores["spread"]["spread"]


@dataclass(frozen=True)
class Ranking:
    """The verdict: `standings` from best to worst, and what follows from them.

    `tied_with` names the metrics that are as good as the recommended one, `contenders` those that may
    still prove better (``cannot_tell``), `customers_needed` how many reporting customers would
    probably decide; None where no number of the same customers would.
    """

    standings: tuple[Standing, ...]
    recommended: str | None
    verdict: Verdict
    tied_with: tuple[str, ...]
    contenders: tuple[str, ...]
    customers_needed: int | None
