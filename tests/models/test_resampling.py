"""The bootstrap: fair weights, draws that agree with one another, intervals that cover."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from models.errors import InvalidInput
from models.estimate import Label
from models.order_statistics import SortedSample
from models.resampling import (
    Scale,
    bootstrap_weights,
    estimate_from_draws,
    estimate_from_quantiles,
    linear_draws,
    slices,
)

SAID = {"label": Label(unit="EUR/posting", method="mean")}


@given(st.integers(1, 50), st.integers(1, 20), st.integers(0, 100))
def test_each_draw_holds_as_many_customers_as_the_sample(n, draws, seed):
    weights = bootstrap_weights(n, draws=draws, seed=seed)

    assert weights.shape == (draws, n)
    assert (weights.sum(axis=1) == n).all()
    assert (weights >= 0).all()


def test_the_seed_is_the_draw():
    one = bootstrap_weights(30, draws=10, seed=5)

    np.testing.assert_array_equal(one, bootstrap_weights(30, draws=10, seed=5))
    assert not np.array_equal(one, bootstrap_weights(30, draws=10, seed=6))


def test_every_customer_is_drawn_alike():
    weights = bootstrap_weights(20, draws=20_000, seed=0)

    np.testing.assert_allclose(weights.mean(axis=0), 1, atol=0.04)
    np.testing.assert_allclose(weights.var(axis=0), 1 - 1 / 20, atol=0.06)


def test_nobody_cannot_be_resampled():
    with pytest.raises(InvalidInput, match="n must be ≥ 1"):
        bootstrap_weights(0, draws=10, seed=0)


@given(st.integers(0, 3_000_000), st.integers(1, 3000))
def test_slices_cover_every_draw_once(n, draws):
    covered = np.zeros(draws, dtype=int)

    for cut in slices(n, draws):
        covered[cut] += 1

    assert (covered == 1).all()


def test_linear_draws_have_the_moments_that_the_influence_implies():
    rng = np.random.default_rng(0)
    influence = rng.normal(size=(500, 3)) @ np.array([[1.0, 0.5, 0], [0, 1, 0], [0, 0, 2.0]]) + 7.0

    drawn = linear_draws(np.array([1.0, 2.0, 3.0]), influence.T, draws=40_000, seed=1)

    np.testing.assert_allclose(drawn.mean(axis=0), [1, 2, 3], atol=0.003)
    np.testing.assert_allclose(np.cov(drawn.T), np.cov(influence.T, bias=True) / 500, atol=2e-4)


def test_statistics_that_are_multiples_stay_multiples_in_every_linear_draw():
    h = np.random.default_rng(0).normal(size=200)

    drawn = linear_draws(np.array([1.0, 3.0]), np.array([h, 3 * h]), draws=50, seed=0)

    np.testing.assert_allclose(drawn[:, 1], 3 * drawn[:, 0], rtol=1e-9)


def test_a_statistic_that_nobody_moves_stays_to_the_last_bit_and_one_without_influence_is_unknown():
    h = np.random.default_rng(0).normal(size=200)
    influence = np.array([np.zeros(200), h, np.full(200, np.nan), h])

    drawn = linear_draws(np.array([0.1, 1.0, 2.0, np.nan]), influence, draws=20, seed=0)

    assert (drawn[:, 0] == 0.1).all()
    assert np.ptp(drawn[:, 1]) > 0
    assert np.isnan(drawn[:, 2:]).all()


@pytest.mark.parametrize("kind", ["identity", "log", "fisher"])
def test_a_scale_leads_there_and_back(kind):
    values = np.array([0.01, 0.3, 0.99])

    np.testing.assert_allclose(Scale(kind).back(Scale(kind).to(values)), values, rtol=1e-9)


def test_a_scale_keeps_within_what_the_statistic_can_be():
    share = Scale("identity", low=0.0, high=1.0)

    assert share.back(np.array([-0.2, 0.5, 1.2])).tolist() == [0.0, 0.5, 1.0]
    assert np.isfinite(Scale("fisher").to(np.array([-1.0, 1.0]))).all()
    assert np.isfinite(Scale("log").to(np.array([0.0]))).all()


def test_the_interval_of_a_mean_is_students():
    x = np.random.default_rng(0).normal(10, 3, 40)
    draws = bootstrap_weights(40, draws=20_000, seed=1) @ x / 40

    estimate = estimate_from_draws(x.mean(), draws, n=40, **SAID)

    expected = stats.t.interval(0.9, 39, x.mean(), x.std() / np.sqrt(40))
    np.testing.assert_allclose([estimate.low, estimate.high], expected, rtol=0.005)


def test_the_interval_of_a_median_covers_in_nine_of_ten_small_skewed_samples():
    samples = np.exp(np.random.default_rng(0).normal(0, 1, (600, 25)))
    weights = bootstrap_weights(25, draws=400, seed=1)
    covered = 0
    for x in samples:
        drawn = SortedSample(x).median(weights)
        estimate = estimate_from_quantiles(float(np.median(x)), drawn, n=25, **SAID)
        covered += estimate.low <= 1.0 <= estimate.high

    # Medians of 25 move in steps, so the level is not met to the point; below it would be a false promise.
    assert 0.87 <= covered / 600 <= 0.96


def test_a_few_wild_draws_do_not_widen_the_interval():
    draws = np.random.default_rng(0).normal(5, 1, 1000)
    wild = draws.copy()
    wild[:20] = 1e9

    calm, shaken = (estimate_from_draws(5.0, each, n=50, **SAID) for each in (draws, wild))

    assert shaken.high - shaken.low == pytest.approx(calm.high - calm.low, rel=0.05)


@pytest.mark.parametrize("make", [estimate_from_draws, estimate_from_quantiles])
@pytest.mark.parametrize(
    ("value", "draws", "n"),
    [
        (np.nan, np.ones(100), 50),  # nothing on the sample itself
        (1.0, np.ones(100), 1),  # one customer
        (1.0, np.where(np.arange(100) < 15, np.nan, 1.0), 50),  # every seventh draw could not carry it
        (1.0, np.array([]), 50),
    ],
)
def test_what_the_draws_cannot_carry_is_unknown(make, value, draws, n):
    assert make(value, draws, n=n, **SAID).reason == "insufficient_customers"


@pytest.mark.parametrize("make", [estimate_from_draws, estimate_from_quantiles])
def test_a_level_is_a_share_not_a_percentage(make):
    with pytest.raises(InvalidInput, match="level must be a share"):
        make(1.0, np.ones(10), n=5, label=Label(unit="EUR/posting", level=90))


@pytest.mark.parametrize("make", [estimate_from_draws, estimate_from_quantiles])
def test_a_higher_level_is_a_wider_interval(make):
    draws = np.random.default_rng(0).normal(5, 1, 4000)

    widths = [
        (estimate := make(5.0, draws, n=50, label=Label(unit="EUR/posting", level=level))).high - estimate.low
        for level in (0.5, 0.8, 0.95)
    ]

    assert widths == sorted(widths)


def test_a_value_beside_its_draws_widens_the_interval_and_says_so():
    estimate = estimate_from_quantiles(9.0, np.linspace(1, 5, 100), n=50, **SAID)

    assert estimate.high == 9.0
    assert [caveat.code for caveat in estimate.warnings] == ["skewed_draws"]


def test_the_ends_stay_where_the_statistic_can_be():
    draws = np.random.default_rng(0).normal(0.02, 0.05, 500)

    estimate = estimate_from_draws(0.02, draws, n=50, scale=Scale("identity", low=0.0, high=1.0), **SAID)

    assert estimate.low == 0.0
