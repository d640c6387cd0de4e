"""Quantiles of an estimate's error over its standard error: normal, uncertain, skewed, and of two outcomes."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from models.retention.moments import Moments


def moments(*, third=0.0, with_variance=0.0, of_variance=1e-12):
    return Moments(variance=1.0, third=third, with_variance=with_variance, of_variance=of_variance)


@pytest.mark.parametrize("level", [0.8, 0.95])
def test_a_sure_variance_and_no_skew_leave_the_normal(level):
    low, high = moments().quantiles(level)

    assert (low, high) == pytest.approx((stats.norm.ppf((1 - level) / 2), stats.norm.ppf((1 + level) / 2)))


def test_an_unsure_variance_gives_students_t():
    low, high = moments(of_variance=2 / 7).quantiles(0.95)

    assert (low, high) == pytest.approx((stats.t.ppf(0.025, 7), stats.t.ppf(0.975, 7)))


def test_a_mean_of_skewed_values_gets_johnsons_correction():
    """γ = κ = skew ÷ √n: Johnson's t adds skew ÷ (6 √n) + skew (mean - μ)² ÷ (3 s² √n)."""
    skew, z = 0.2, stats.norm.ppf(0.975)

    low, high = moments(third=skew, with_variance=skew).quantiles(0.95)

    assert (low + z, high - z) == pytest.approx([-skew / 6 - skew * z**2 / 3] * 2)


def test_quantiles_of_t_are_those_of_skewed_samples():
    """Exponential samples of 50: the simulated quantiles of (mean - 1) ÷ s · √50."""
    drawn = np.random.default_rng(1).exponential(size=(100_000, 50))
    simulated = np.quantile((drawn.mean(axis=1) - 1) / drawn.std(axis=1, ddof=1) * 50**0.5, [0.05, 0.95])
    n = 50
    exact = Moments(
        variance=1 / n, third=2 / n**2, with_variance=2 / n**2, of_variance=(9 - 1) / n**3
    )  # fmt: skip

    assert exact.quantiles(0.9) == pytest.approx(simulated, abs=0.12)


def test_neither_side_becomes_shorter_than_seven_tenths():
    low, high = moments(third=-9.0).quantiles(0.95)

    assert high == pytest.approx(0.7 * 1.96, abs=1e-3)
    assert low < -6


@pytest.mark.parametrize("chance", [0.04, 0.1, 0.3])
def test_a_large_customers_leaving_is_within_reach_where_it_is_likely_enough(chance):
    drop, noise = 0.6, 0.05
    rng = np.random.default_rng(2)
    error = drop * (chance - (rng.random(400_000) < chance)) + noise * rng.standard_normal(400_000)
    error /= error.std()
    deviation = np.sqrt(drop**2 * chance * (1 - chance) + noise**2)

    low, _ = moments().quantiles(0.95, leaving=(chance, drop / deviation))

    assert low == pytest.approx(min(np.quantile(error, 0.025), -1.96), abs=0.03)


def test_mixing_goes_from_one_view_to_the_other():
    one, other = moments(third=0.1, of_variance=0.04), moments(third=0.3, of_variance=0.16)

    assert one.mixed(other, 0).of_variance == pytest.approx(one.of_variance)
    assert one.mixed(other, 1).of_variance == pytest.approx(other.of_variance)
    half = one.mixed(other, 0.5)
    assert (half.third, half.of_variance) == pytest.approx((0.2, 0.3**2))
