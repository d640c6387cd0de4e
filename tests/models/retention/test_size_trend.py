"""Trends of squared movements over sizes: levels and slopes recovered, doubted, and the same dealt or not."""

from __future__ import annotations

import numpy as np
import pytest

from models.retention.size_trend import SizeGrid, SizeTrend

NODES = np.linspace(-2.5, 2.5, 101)


def fitted(paid, squares):
    grid = SizeGrid.of(paid)
    at_node = grid.sums(np.stack([np.ones_like(paid), squares], axis=1))
    return grid, SizeTrend.fit(
        at_node[:, 0], at_node[:, 1], cubes=float((squares**1.5).sum()), fourths=float((squares**2).sum())
    )


def leavers(seed, n, slope):
    """Customers who leave (a squared movement of 1) with the chance e^(-2 + slope · x)."""
    rng = np.random.default_rng(seed)
    x = rng.standard_normal(n)
    return np.exp(1.5 * x), (rng.random(n) < np.exp(-2 + slope * np.clip(x, -2.5, 2.5))).astype(float)


@pytest.mark.parametrize("slope", [-0.4, 0.0, 0.3])
def test_the_trend_of_many_customers_is_recovered(slope):
    _, trend = fitted(*leavers(1, 100_000, slope))

    assert trend.slope == pytest.approx(slope, abs=0.03)
    assert trend.mean[50] == pytest.approx(np.exp(-2), rel=0.03)
    assert trend.typical == pytest.approx(1, abs=1e-3)


def test_the_slope_maximises_its_posterior():
    """Against scipy, on the customers themselves: the grid and the Newton steps add nothing of their own."""
    from scipy import optimize

    paid, squares = leavers(2, 400, -0.3)
    _, trend = fitted(paid, squares)
    x = np.clip((np.log(paid) - np.log(paid).mean()) / np.log(paid).std(), -2.5, 2.5)
    mass = squares.sum() + 0.5

    def loss(slope):
        total = np.exp(slope * x).sum() + 0.5
        return (
            -((squares * x).sum() * slope - mass * np.log(total)) / trend.dispersion + slope**2 / 2 / 0.3**2
        )

    best = optimize.minimize_scalar(loss, bounds=(-2, 2), method="bounded", options={"xatol": 1e-10})
    assert trend.slope == pytest.approx(best.x, abs=2e-3)


def test_doubt_about_the_level_is_that_of_the_log_of_a_count():
    at_middle = np.where(np.arange(101) == 50, 1.0, 0.0)

    trend = SizeTrend.fit(1000 * at_middle, 40 * at_middle, cubes=40.0, fourths=40.0)

    assert trend.relative_variance(at_middle) == pytest.approx(1 / 40.5)


def test_doubt_grows_away_from_where_customers_are():
    _, trend = fitted(*leavers(3, 200, 0.0))
    at = [np.where(np.isclose(NODES, x), 1.0, 0.0) for x in (0.0, 1.0, 2.0)]

    doubts = [trend.relative_variance(weight) for weight in at]

    assert doubts[0] < doubts[1] < doubts[2]


def test_coverage_of_the_mean_at_a_size_far_out():
    """The log of w two standard deviations up lies within 1.96 of its errors as often as a prior allows."""
    weight = np.where(np.isclose(NODES, 2.0), 1.0, 0.0)
    hits = []
    for seed in range(300):
        _, trend = fitted(*leavers(seed, 300, -0.2))
        error = np.log(float(weight @ trend.mean)) - (-2 - 0.4)
        hits.append(abs(error) < 1.96 * np.sqrt(trend.relative_variance(weight)))

    assert np.mean(hits) > 0.92


def test_equal_contracts_have_no_trend_and_customers_are_dealt_whole():
    grid = SizeGrid.of(np.full(30, 7.3))

    dealt = grid.sums(np.ones((30, 1)))[:, 0]

    assert dealt[50] == 30
    assert dealt.sum() == 30


def test_nobody_having_moved_leaves_a_little_everywhere():
    _, trend = fitted(np.exp(np.linspace(-2, 2, 50)), np.zeros(50))

    assert trend.slope == pytest.approx(0, abs=0.05)
    assert np.all((trend.mean > 0.5 / 60) & (trend.mean < 0.5 / 40))
