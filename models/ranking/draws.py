"""Every statistic of every metric on the same draws of the same customers, exactly or linearly."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from threadpoolctl import threadpool_limits

import models.value_metrics
from models.checks import Floats
from models.progress import Progress
from models.registry import discover
from models.resampling import bootstrap_weights, linear_draws, slices
from models.value_metrics._base import MetricEvidence, MetricScore

Points = dict[tuple[str, str, str], float]
Drawn = dict[tuple[str, str, str], Floats]
"""By metric, score and statistic: values on the whole sample, and draws of shape (B,)."""


def scores() -> dict[str, MetricScore]:
    """Return an instance of every score of the family, keyed by its file's name."""
    return {name: member() for name, member in discover(models.value_metrics, MetricScore).items()}


def _point(score: MetricScore, evidence: MetricEvidence) -> dict[str, float]:
    """Return a score's statistics on the whole sample."""
    return {key: float(value[0]) for key, value in score.evaluate(evidence, np.ones((1, evidence.n))).items()}


def exact_draws(
    evidence: Mapping[str, MetricEvidence], *, seed: int, draws: int, progress: Progress
) -> tuple[Points, Drawn]:
    """Compute every statistic anew on every draw."""
    n = next(iter(evidence.values())).n
    points: Points = {
        (metric, name, key): value
        for metric, each in evidence.items()
        for name, score in scores().items()
        for key, value in _point(score, each).items()
    }
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
    evidence: Mapping[str, MetricEvidence], *, seed: int, draws: int, progress: Progress
) -> tuple[Points, Drawn]:
    """Draw all statistics jointly from their influence functions."""
    family = scores()
    keys = [
        (metric, name, key)
        for metric in evidence
        for name, score in family.items()
        for key in score.statistics
    ]
    points: Points = {}
    influences = np.empty((len(keys), next(iter(evidence.values())).n))
    row = {key: at for at, key in enumerate(keys)}
    # Products of a matrix and a vector wait for memory: more threads only spin, a quarter of all CPU time.
    with threadpool_limits(1):
        for done, (metric, each) in enumerate(evidence.items()):
            for name, score in family.items():
                # Point and influence of a metric in one go: what is sorted for the one serves the other.
                point = _point(score, each)
                found = score.influence(each, point)
                points |= {(metric, name, key): value for key, value in point.items()}
                for key, influence in found.items():
                    influences[row[metric, name, key]] = influence
            progress(done + 1, len(evidence))
    joint = linear_draws(np.array([points[key] for key in keys]), influences, draws=draws, seed=seed)
    return points, {key: joint[:, at] for key, at in row.items()}
