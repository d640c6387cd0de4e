"""Growth: does the metric grow as the customer's value grows, across customers and inside them over time?

A company that charges by a metric grows with its customers only if the metric does. The slope says how fast:
at 1, value is proportional to units; noise in the units flattens it and noise in the value steepens its
inverse, so the truth is bounded from both sides.

Notation
--------
u, v : (n,) a customer's units and value per month        r : Spearman's rank correlation of u and v
ρ = 2 sin(π r / 6) : the correlation of the logs if they are jointly normal (Pearson 1907)
σ_u, σ_v : biweight scales of log u, log v

``slope = σ_v / σ_u`` with the sign of r (the reduced major axis: Smith 2009); its bounds are the regressions
of log v on log u, ``ρ σ_v / σ_u``, and of log u on log v inverted, ``σ_v / (ρ σ_u)``.
``inside`` is the rank correlation, over customers, of the changes of log u and log v, a period, from the first half
of a customer's periods to the last.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import ClassVar

import numpy as np

from models.checks import Floats
from models.influence import of_biweight_scale
from models.order_statistics import SortedSample
from models.rank_correlation import RankCorrelation
from models.resampling import Scale
from models.value_metrics._base import MetricEvidence, MetricScore, Statistic

RANK_BAR = 0.3
"""Below this rank correlation a metric does not grow with its customers in any useful sense."""
_PERIODS_FOR_CHANGE = 4


class Growth(MetricScore):
    """Whether units grow with value.

    Examples
    --------
    >>> from models.value_metrics._examples import evidence_of
    >>> evidence = evidence_of(value=np.array([10.0, 25.0, 30.0]), units=np.array([1.0, 2.0, 3.0]))
    >>> Growth().evaluate(evidence, np.ones((1, 3)))["rank"]
    array([1.])
    """

    method = "Spearman rank correlation and reduced major axis of monthly units and value"
    statistics: ClassVar = {
        "rank": Statistic(
            "correlation", Scale("fisher"), at_least=RANK_BAR, says="does not grow with the customer's value"
        ),
        "slope": Statistic("log/log"),
        "slope_low": Statistic("log/log"),
        "slope_high": Statistic("log/log"),
        "inside": Statistic("correlation", Scale("fisher")),
    }

    def evaluate(self, evidence: MetricEvidence, weights: Floats) -> dict[str, Floats]:
        """Return correlations and slopes for each row of weights (B, n)."""
        level, change = _correlations(evidence)
        rank = level.drawn(weights)
        rho = 2 * np.sin(np.pi * rank / 6)
        scale_u = evidence.sorted_log_units.biweight_scale(weights)
        scale_v = evidence.sorted_log_value.biweight_scale(weights)
        axis = np.divide(scale_v, scale_u, out=np.full_like(rank, np.nan), where=scale_u > 0)
        steep = np.divide(axis, rho, out=np.full_like(rank, np.nan), where=np.abs(rho) > 0.05)
        return {
            "rank": rank,
            "slope": np.sign(rank) * axis,
            "slope_low": rho * axis,
            "slope_high": steep,
            "inside": change.drawn(weights),
        }

    def influence(self, evidence: MetricEvidence, point: Mapping[str, float]) -> dict[str, Floats]:
        """Return the influence functions, those of the bounds by the chain rule."""
        level, change = _correlations(evidence)
        rank = level.influence()
        known = np.isfinite(point["slope"]) and point["slope"] != 0
        relative = _relative_influence_of_axis(evidence) if known else np.full(evidence.n, np.nan)
        angle = np.pi * point["rank"] / 6
        # The relative change of ρ = 2 sin(π r / 6); without correlation the bounds have no scale to change on.
        bend = rank * np.pi / 6 / np.tan(angle) if abs(angle) > 1e-9 else np.full(evidence.n, np.nan)
        return {
            "rank": rank,
            "slope": point["slope"] * relative,
            "slope_low": point["slope_low"] * (relative + bend),
            "slope_high": point["slope_high"] * (relative - bend),
            "inside": change.influence(),
        }

    def counted(self, evidence: MetricEvidence) -> dict[str, int]:
        """Return how many customers carry each statistic."""
        changed = int(np.isfinite(_changes(evidence)[0]).sum())
        return dict.fromkeys(self.statistics, evidence.n) | {"inside": changed}


@lru_cache(maxsize=1)
def _correlations(evidence: MetricEvidence) -> tuple[RankCorrelation, RankCorrelation]:
    """Return units against value, and the change of one against the other's; kept for the metric at hand."""
    level = RankCorrelation(evidence.units_per_month, evidence.value_per_month)
    return level, RankCorrelation(*_changes(evidence))


def _relative_influence_of_axis(evidence: MetricEvidence) -> Floats:
    """Return the influence function of σ_v / σ_u, as a share of it: that of a scale is in proportion to it."""
    return _relative_influence(evidence.sorted_log_value) - _relative_influence(evidence.sorted_log_units)


@lru_cache(maxsize=2)  # the value's, which all metrics share, and that of the units at hand
def _relative_influence(sample: SortedSample) -> Floats:
    return of_biweight_scale(sample.values, 1.0)


def _changes(evidence: MetricEvidence) -> tuple[Floats, Floats]:
    """Return the change of log units and log value a period between the halves, NaN where periods are too few."""
    late_periods = evidence.periods - evidence.early_periods
    halves = (evidence.early_units, evidence.late_units, evidence.early_value, evidence.late_value)
    counted = (evidence.early_periods, late_periods)
    usable = (evidence.periods >= _PERIODS_FOR_CHANGE) & np.all(
        [half > 0 for half in (*halves, *counted)], axis=0
    )
    early_u, late_u, early_v, late_v, early, late = (
        np.where(usable, half, 1.0) for half in (*halves, *counted)
    )
    change_u = np.where(usable, np.log(late_u / late * early / early_u), np.nan)
    change_v = np.where(usable, np.log(late_v / late * early / early_v), np.nan)
    # A level that hardly moves (a licence count) has changes of exactly zero: then nothing can be learned.
    if usable.any() and np.ptp(change_u[usable]) < 1e-12:
        return np.full(evidence.n, np.nan), change_v
    return change_u, change_v
