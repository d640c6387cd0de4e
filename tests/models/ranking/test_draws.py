"""Draws are shared by all metrics, and those from influence functions stand for those computed anew."""

from __future__ import annotations

import numpy as np
import pytest

from models.estimate import Label
from models.ranking.draws import exact_draws, joint_normal_draws, scores
from models.resampling import bootstrap_weights, estimate_from_draws
from models.value_metrics._base import MetricEvidence
from tests.models.evidence import business, rescaled

LIMIT = 0.01
"""How far the ends of an interval may differ: a share of the value, or a hundredth where the value is a share."""


def silent(done: int, total: int) -> None:
    """Progress that nobody watches."""


def intervals(evidence: MetricEvidence, sampler) -> dict[str, tuple[float, float, float]]:
    """Return low, value and high of every statistic of one metric."""
    points, drawn = sampler({"a": evidence}, seed=3, draws=400, progress=silent)
    found = {}
    for name, score in scores().items():
        counted = score.counted(evidence)
        for key, statistic in score.statistics.items():
            value = points["a", name, key]
            estimate = estimate_from_draws(
                value,
                drawn["a", name, key],
                n=counted[key],
                label=Label(unit=statistic.unit),
                scale=statistic.scale,
            )
            if estimate.known:
                found[f"{name}.{key}"] = (estimate.low, value, estimate.high)
    return found


@pytest.mark.parametrize(
    "evidence",
    [
        business(1, 5000, zeros=0.05, inside=3),  # units told apart, months without value
        business(2, 5000, spread=1.0),  # worths that differ by a factor of e
    ],
    ids=["told apart", "wide"],
)
def test_at_the_limit_linear_draws_differ_from_exact_ones_by_a_hundredth_at_most(evidence):
    exact, linear = intervals(evidence, exact_draws), intervals(evidence, joint_normal_draws)

    assert exact.keys() == linear.keys()
    assert len(exact) >= 18  # every statistic that this evidence carries
    for name, (low, value, high) in exact.items():
        unit = scores()[name.split(".")[0]].statistics[name.split(".")[1]].unit
        scale = max(1.0 if unit == "share" else abs(value), 1e-9)
        assert abs(linear[name][0] - low) <= LIMIT * scale, name
        assert abs(linear[name][2] - high) <= LIMIT * scale, name


def test_exact_draws_are_the_scores_on_the_bootstrap_weights_of_the_seed():
    evidence = business(0, 40)

    _, drawn = exact_draws({"a": evidence}, seed=7, draws=30, progress=silent)

    weights = bootstrap_weights(40, draws=30, seed=7)
    for name, score in scores().items():
        for key, values in score.evaluate(evidence, weights).items():
            np.testing.assert_array_equal(drawn["a", name, key], values)


def test_cutting_the_draws_into_stretches_changes_nothing(monkeypatch):
    evidence, told = {"a": business(0, 40, inside=2)}, []
    _, whole = exact_draws(evidence, seed=7, draws=30, progress=silent)
    monkeypatch.setattr("models.resampling._CELLS", 40 * 7)

    _, cut = exact_draws(evidence, seed=7, draws=30, progress=lambda done, total: told.append((done, total)))

    assert told == [(7, 30), (14, 30), (21, 30), (28, 30), (30, 30)]
    for key, values in whole.items():
        np.testing.assert_allclose(cut[key], values, rtol=1e-12)


@pytest.mark.parametrize("sampler", [exact_draws, joint_normal_draws])
def test_a_metric_and_its_double_are_drawn_in_pairs(sampler):
    metric = business(0, 200)

    _, drawn = sampler({"a": metric, "b": rescaled(metric, units=2.0)}, seed=1, draws=50, progress=silent)

    np.testing.assert_allclose(drawn["a", "spread", "spread"], drawn["b", "spread", "spread"], rtol=1e-6)


def test_linear_draws_keep_the_correlation_between_metrics():
    # The same value over two kinds of units: where the value of a draw jumps, both spreads do.
    one, other = business(0, 3000, noise=0.0), business(0, 3000, noise=0.2)

    correlations = []
    for sampler in (exact_draws, joint_normal_draws):
        _, drawn = sampler({"a": one, "b": other}, seed=1, draws=300, progress=silent)
        correlations.append(np.corrcoef(drawn["a", "spread", "spread"], drawn["b", "spread", "spread"])[0, 1])

    assert correlations[0] > 0.3
    assert correlations[1] == pytest.approx(correlations[0], abs=0.12)


def test_linear_draws_report_progress_by_metric():
    told = []

    joint_normal_draws(
        {"a": business(0, 50), "b": business(1, 50)},
        seed=1,
        draws=5,
        progress=lambda *steps: told.append(steps),
    )

    assert told == [(1, 2), (2, 2)]
