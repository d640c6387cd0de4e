"""Hurdle: how often units bring no value, and how much value comes without any unit.

Scales of logs cannot see a zero, and a small constant added to the log would decide the result by itself. So
zeros are counted here, and above stated limits they make the metric ineligible.

Notation
--------
idle : (n,) a customer's periods with units but no value      active : (n,) its periods with units
stray : (n,) value in periods without units                   v⁺ : (n,) its positive value
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import numpy as np

from models.checks import Floats
from models.influence import of_share
from models.resampling import Scale
from models.value_metrics._base import (
    MetricEvidence,
    MetricScore,
    Statistic,
    share_of_totals,
)

IDLE_LIMIT = 0.5
"""Above this share of periods whose units brought nothing, a bill per unit is a bill for nothing."""
STRAY_LIMIT = 0.2
"""Above this share of value that arises without units, value does not come from the metric."""
_SHARE = Scale("identity", low=0.0, high=1.0)


class Hurdle(MetricScore):
    """Shares of idle periods and of stray value.

    Examples
    --------
    >>> from models.value_metrics._examples import evidence_of
    >>> evidence = evidence_of(value=np.array([10.0, 30.0]), units=np.array([1.0, 0.0]))
    >>> Hurdle().evaluate(evidence, np.ones((1, 2)))["value_without_units_share"]
    array([0.75])
    """

    method = "counts of periods with units and no value, and of value without units"
    statistics: ClassVar = {
        "zero_value_share": Statistic(
            "share",
            _SHARE,
            at_most=IDLE_LIMIT,
            says="brings no value in most of the periods in which it is used",
        ),
        "value_without_units_share": Statistic(
            "share", _SHARE, at_most=STRAY_LIMIT, says="is not used while much of the value arises"
        ),
    }

    def evaluate(self, evidence: MetricEvidence, weights: Floats) -> dict[str, Floats]:
        """Return both shares for each row of weights (B, n)."""
        gained = np.maximum(evidence.value, 0)
        return {
            "zero_value_share": share_of_totals(evidence.idle_periods, evidence.active_periods, weights),
            "value_without_units_share": share_of_totals(evidence.stray_value, gained, weights),
        }

    def influence(self, evidence: MetricEvidence, point: Mapping[str, float]) -> dict[str, Floats]:
        """Return the influence functions of both shares."""
        gained = np.maximum(evidence.value, 0)
        return {
            "zero_value_share": of_share(evidence.idle_periods, evidence.active_periods),
            "value_without_units_share": of_share(evidence.stray_value, gained),
        }

    def counted(self, evidence: MetricEvidence) -> dict[str, int]:
        """Every customer that reports counts."""
        return dict.fromkeys(self.statistics, evidence.n)
