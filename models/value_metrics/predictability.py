"""Predictability: how steady a customer's units are from period to period, and so how steady its bill.

A bill that jumps costs trust. The score needs no outcomes, and with growth it carries what can be said
where no customer reports any.

Notation
--------
u : units of a customer in a period      T : its periods      s : the standard deviation of u over T
``unit_variation`` is the median over customers of s ÷ mean(u).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import numpy as np

from models.checks import Floats
from models.influence import of_median
from models.order_statistics import SortedSample
from models.resampling import Scale
from models.value_metrics._base import MONTHS_FOR_NOISE, MetricEvidence, MetricScore, Statistic


class Predictability(MetricScore):
    """The typical coefficient of variation of a customer's units over its periods.

    Examples
    --------
    >>> from models.value_metrics._examples import evidence_of
    >>> steady = evidence_of(value=np.array([10.0, 30.0]), units=np.array([1.0, 2.0]), periods=6)
    >>> Predictability().evaluate(steady, np.ones((1, 2)))["unit_variation"]
    array([0.])
    """

    method = "median over customers of the coefficient of variation of units"
    statistics: ClassVar = {"unit_variation": Statistic("share", Scale("identity", low=0.0))}

    def evaluate(self, evidence: MetricEvidence, weights: Floats) -> dict[str, Floats]:
        """Return the median variation for each row of weights (B, n)."""
        return {"unit_variation": SortedSample(_variation(evidence)).median(weights)}

    def influence(self, evidence: MetricEvidence, point: Mapping[str, float]) -> dict[str, Floats]:
        """Return the influence function of the median."""
        return {"unit_variation": of_median(_variation(evidence))}

    def counted(self, evidence: MetricEvidence) -> dict[str, int]:
        """Return how many customers have units in enough periods."""
        return {"unit_variation": int(np.isfinite(_variation(evidence)).sum())}


def _variation(evidence: MetricEvidence) -> Floats:
    usable = (evidence.periods >= MONTHS_FOR_NOISE) & (evidence.units > 0)
    periods = np.where(usable, evidence.periods, 2.0)
    mean = np.where(usable, evidence.units, 1.0) / periods
    variance = (evidence.units_squares - periods * mean**2) / (periods - 1)
    # Sums of squares of a constant differ from its square by rounding alone.
    variance = np.where(variance < 1e-9 * mean**2, 0.0, variance)
    return np.where(usable, np.sqrt(np.maximum(variance, 0)) / mean, np.nan)
