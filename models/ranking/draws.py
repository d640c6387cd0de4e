"""Every statistic of every metric on the same draws of the same customers, exactly or linearly."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

import models.value_metrics
from models.checks import Floats
from models.registry import discover
from models.resampling import bootstrap_weights, linear_draws, slices
from models.value_metrics._base import MetricEvidence, MetricScore

Points = dict[tuple[str, str, str], float]
Drawn = dict[tuple[str, str, str], Floats]
"""By metric, score and statistic: values on the whole sample, and draws of shape (B,)."""


def scores() -> dict[str, MetricScore]:
    """Return an instance of every score of the family, keyed by its file's name."""
    return {name: member() for name, member in discover(models.value_metrics, MetricScore).items()}


def _points(evidence: Mapping[str, MetricEvidence]) -> Points:
    points: Points = {}
    for metric, each in evidence.items():
        for name, score in scores().items():
            for statistic, value in score.evaluate(each, np.ones((1, each.n))).items():
                points[metric, name, statistic] = float(value[0])
    return points


def exact_draws(
    evidence: Mapping[str, MetricEvidence], *, seed: int, draws: int, progress: Callable[[int, int], None]
) -> tuple[Points, Drawn]:
    """Compute every statistic anew on every draw."""
    n = next(iter(evidence.values())).n
    points = _points(evidence)
    drawn: Drawn = {key: np.empty(draws) for key in points}
    weights = bootstrap_weights(n, draws=draws, seed=seed)
    for stretch in slices(n, draws):
        for metric, each in evidence.items():
            for name, score in scores().items():
                for statistic, values in score.evaluate(each, weights[stretch]).items():
                    drawn[metric, name, statistic][stretch] = values
        progress(stretch.stop, draws)
    return points, drawn


def joint_normal_draws(
    evidence: Mapping[str, MetricEvidence], *, seed: int, draws: int, progress: Callable[[int, int], None]
) -> tuple[Points, Drawn]:
    """Draw all statistics jointly from their influence functions."""
    points = _points(evidence)
    influences: dict[tuple[str, str, str], Floats] = {}
    for done, (metric, each) in enumerate(evidence.items()):
        for name, score in scores().items():
            point = {statistic: points[metric, name, statistic] for statistic in score.statistics}
            for statistic, influence in score.influence(each, point).items():
                influences[metric, name, statistic] = influence
        progress(done + 1, len(evidence))
    keys = list(points)
    matrix = np.column_stack([influences[key] for key in keys])
    joint = linear_draws(np.array([points[key] for key in keys]), matrix, draws=draws, seed=seed)
    return points, {key: joint[:, at] for at, key in enumerate(keys)}
