"""Influence functions against the derivative itself: what a little more of one customer does."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from models.influence import _density, of_biweight_scale, of_median, of_share
from models.order_statistics import SortedSample, biweight_scale


def heavy_tails(seed: int, n: int) -> np.ndarray:
    return np.random.default_rng(seed).standard_t(3, n)


def exponential_weights(seed: int, n: int) -> np.ndarray:
    weights = np.random.default_rng(seed).exponential(size=(200, n))
    return weights / weights.mean(axis=1, keepdims=True)


def test_the_influence_on_a_share_is_its_derivative():
    part, whole = np.array([1.0, 0.0, 4.0]), np.array([2.0, 3.0, 5.0])
    step = 1e-6

    h = of_share(part, whole)

    for customer in range(3):
        weights = np.ones(3) + step * (np.arange(3) == customer)
        change = (weights @ part) / (weights @ whole) - part.sum() / whole.sum()
        assert h[customer] / 3 == pytest.approx(change / step, rel=1e-4)


def test_the_share_of_nothing_has_no_influence_function():
    assert np.isnan(of_share(np.ones(3), np.zeros(3))).all()


def test_the_standard_error_of_the_biweight_scale_is_its_bootstraps():
    x = heavy_tails(0, 3000)

    error = of_biweight_scale(x, biweight_scale(x)).std() / np.sqrt(x.size)

    resampled = SortedSample(x).biweight_scale(exponential_weights(1, x.size)).std()
    assert error == pytest.approx(resampled, rel=0.12)


def test_the_standard_error_of_a_normal_median_is_the_known_one():
    x = np.random.default_rng(0).normal(size=20_000)

    error = of_median(x).std() / np.sqrt(x.size)

    assert error == pytest.approx(np.sqrt(np.pi / 2 / x.size), rel=0.1)


@pytest.mark.parametrize("influence", [of_median, lambda x: of_biweight_scale(x, biweight_scale(x))])
def test_customers_without_a_value_move_nothing_and_dilute_the_rest(influence):
    x = heavy_tails(0, 400)
    with_silent = np.append(x, np.full(100, np.nan))

    h = influence(with_silent)

    assert (h[400:] == 0).all()
    np.testing.assert_allclose(h[:400], influence(x) * 500 / 400)


def test_where_all_are_alike_nobody_moves_the_scale_or_the_median():
    alike = np.full(50, 3.0)

    assert (of_biweight_scale(alike, 0.0) == 0).all()
    assert (of_median(alike) == 0).all()


def test_without_a_scale_or_a_second_value_nothing_can_be_said():
    assert np.isnan(of_biweight_scale(np.array([np.nan, 1.0]), np.nan)).all()
    assert np.isnan(of_median(np.array([np.nan, 1.0]))).all()


def test_a_crowd_at_the_median_is_not_moved_by_one_customer():
    # 20,000 licences, of which two changed once: a density at the median cannot be drawn from a subsample.
    variation = np.zeros(20_000)
    variation[[1, 7]] = 0.3, 0.5

    assert (of_median(variation) == 0).all()


def test_where_most_share_one_value_the_scale_moves_as_resampling_says():
    rng = np.random.default_rng(0)
    x = np.where(rng.random(2000) < 0.7, 0.0, rng.normal(0, 0.5, 2000))

    error = of_biweight_scale(x, biweight_scale(x)).std() / np.sqrt(x.size)

    resampled = SortedSample(x).biweight_scale(exponential_weights(1, x.size)).std()
    assert error == pytest.approx(resampled, rel=0.15)


def test_the_density_at_a_point_is_scipys():
    x = heavy_tails(2, 700)

    np.testing.assert_allclose(_density(x, [0.0, 1.5]), stats.gaussian_kde(x)([0.0, 1.5]), rtol=1e-12)
