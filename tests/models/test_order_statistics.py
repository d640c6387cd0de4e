"""Order statistics under weights: against NumPy, SciPy, the textbook, and the sample written out."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from models.order_statistics import SortedSample, ascending, biweight_scale, median_bounds, row_quantiles

numbers = st.lists(st.floats(-1e6, 1e6).map(lambda x: round(x, 3)), min_size=1, max_size=30)
weighted = numbers.flatmap(
    lambda values: st.tuples(
        st.just(values), st.lists(st.integers(0, 4), min_size=len(values), max_size=len(values))
    )
)


def textbook_biweight(x: np.ndarray) -> float:
    """Mosteller & Tukey 1977, p. 208, with the least deviation that holds half of the sample."""
    median = np.median(x)
    u = (x - median) / (9 * np.sort(np.abs(x - median))[(x.size - 1) // 2])
    near = np.abs(u) < 1
    above = x.size * np.sum((x[near] - median) ** 2 * (1 - u[near] ** 2) ** 4)
    return float(np.sqrt(above) / abs(np.sum((1 - u[near] ** 2) * (1 - 5 * u[near] ** 2))))


@given(st.lists(st.sampled_from([0.0, -0.0, 1.0, 1.5, -2.0, np.inf, np.nan]) | st.floats(-9, 9), max_size=30))
def test_equal_values_keep_the_order_in_which_they_stand(values: list[float]) -> None:
    asked = np.array(values, dtype=float)

    assert ascending(asked).tolist() == np.argsort(asked, kind="stable").tolist()


def test_equal_values_keep_their_order_in_samples_that_are_sorted_in_lanes():
    rng = np.random.default_rng(3)
    asked = rng.integers(0, 300, 20_000).astype(float)
    asked[rng.integers(0, asked.size, 900)] = np.nan

    np.testing.assert_array_equal(ascending(asked), np.argsort(asked, kind="stable"))


@given(numbers)
def test_with_equal_weights_the_median_is_numpys(values):
    median = SortedSample(np.array(values)).median(np.ones((1, len(values))))

    np.testing.assert_allclose(median, np.median(values), rtol=1e-12)


@given(weighted)
def test_a_weight_is_how_often_a_value_stands_in_the_sample(drawn):
    values, times = (np.array(part) for part in drawn)
    written_out = np.repeat(values, times)

    median = SortedSample(values).median(times[None, :].astype(float))[0]

    if written_out.size:
        np.testing.assert_allclose(median, np.median(written_out), rtol=1e-12)
    else:
        assert np.isnan(median)


@pytest.mark.parametrize("share", [0.05, 0.25, 0.5, 0.8])
def test_a_share_of_the_weight_lies_below_its_quantile(share):
    values = np.random.default_rng(0).normal(size=999)
    weights = np.random.default_rng(1).exponential(size=(20, 999))

    quantiles = SortedSample(values).quantile(weights, share)

    for row, quantile in zip(weights, quantiles, strict=True):
        assert row[values < quantile].sum() <= share * row.sum() <= row[values <= quantile].sum()


def test_values_that_are_unknown_do_not_take_part_whatever_their_weight():
    sample = SortedSample(np.array([np.nan, 1.0, 2.0, 3.0]))

    assert sample.median(np.array([[9.0, 1, 1, 1]])).tolist() == [2.0]
    assert np.isnan(sample.ranks(np.ones((1, 4)))[0, 0])


def test_a_sample_of_unknowns_has_no_median_and_no_scale():
    nobody = SortedSample(np.full(3, np.nan))

    assert np.isnan(nobody.median(np.ones((2, 3)))).all()
    assert np.isnan(nobody.biweight_scale(np.ones((2, 3)))).all()


def test_minus_infinity_is_a_value_below_all_others():
    # A customer that achieved nothing has a log worth of -inf, and pulls the median down like any other.
    sample = SortedSample(np.array([-np.inf, -np.inf, -np.inf, 1.0, 2.0]))

    assert sample.median(np.ones((1, 5)))[0] == -np.inf
    assert sample.quantile(np.ones((1, 5)), 0.9)[0] == 2.0


@given(weighted)
def test_ranks_are_those_of_the_sample_written_out(drawn):
    values, times = (np.array(part) for part in drawn)
    ranks = SortedSample(values).ranks(times[None, :].astype(float))[0]

    written_out = stats.rankdata(np.repeat(values, times)) if times.sum() else np.array([])

    np.testing.assert_allclose(np.repeat(ranks, times), written_out)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("n", [5, 30, 400])
def test_the_biweight_scale_is_the_textbooks(seed, n):
    x = np.random.default_rng(seed).standard_t(2.5, n)

    assert biweight_scale(x) == pytest.approx(textbook_biweight(x), rel=1e-9)


def test_the_biweight_scale_of_weights_is_the_textbooks_on_the_sample_written_out():
    rng = np.random.default_rng(3)
    x, times = rng.standard_t(2.5, 60), rng.integers(0, 4, (30, 60))

    scales = SortedSample(x).biweight_scale(times.astype(float))

    expected = [textbook_biweight(np.repeat(x, row)) for row in times]
    np.testing.assert_allclose(scales, expected, rtol=1e-9)


def test_the_biweight_scale_of_a_normal_sample_is_its_standard_deviation():
    x = np.random.default_rng(0).normal(5.0, 2.0, 200_000)

    # The tuning of 9 costs about one per cent at the normal.
    assert biweight_scale(x) == pytest.approx(2.0, rel=0.015)


def test_one_customer_however_wild_does_not_carry_the_scale_away():
    x = np.random.default_rng(0).normal(size=50)

    wild = np.append(x, 1e9)

    assert biweight_scale(wild) == pytest.approx(biweight_scale(x), rel=0.05)


@settings(max_examples=50)
@given(numbers.filter(lambda values: len(values) > 2), st.floats(-100, 100), st.floats(0.01, 100))
def test_the_scale_follows_units_and_ignores_the_origin(values, shift, factor):
    x = np.array(values)

    moved = biweight_scale(factor * x + shift)

    assert moved == pytest.approx(factor * biweight_scale(x), rel=1e-5, abs=1e-6)


@pytest.mark.parametrize(
    ("x", "scale"),
    [
        ([2.0, 2.0, 2.0], 0.0),  # all alike: no spread, and that is known
        ([2.0], np.nan),  # one customer has no spread
        ([], np.nan),
    ],
)
def test_the_scale_of_almost_nothing_is_zero_or_unknown(x, scale):
    np.testing.assert_equal(biweight_scale(np.array(x)), scale)


def test_where_most_values_are_one_the_others_are_still_seen():
    x = np.array([1.0] * 7 + [1.5, 2.0, 0.4])

    assert 0.1 < biweight_scale(x) < 1.0


def test_a_draw_with_one_customer_has_no_scale():
    scale = SortedSample(np.array([1.0, 2.0, 3.0])).biweight_scale(np.array([[3.0, 0, 0], [2.0, 0, 1.0]]))

    assert np.isnan(scale[0])
    assert scale[1] > 0


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_quantiles_of_rows_are_those_of_each_row_alone(share):
    rng = np.random.default_rng(0)
    rows, weights = np.sort(rng.normal(size=(30, 9)), axis=1), rng.integers(0, 3, (30, 9)).astype(float)
    rows[:, 7:] = np.nan
    weights[0] = 0.0

    alone = [
        SortedSample(row).quantile(weight[None, :], share)[0]
        for row, weight in zip(rows, weights, strict=True)
    ]

    np.testing.assert_allclose(row_quantiles(rows, weights, share), alone)


@pytest.mark.parametrize(("n", "low", "high"), [(8, 2, 7), (10, 2, 9), (20, 6, 15), (25, 8, 18)])
def test_the_medians_bounds_are_the_ranks_of_the_sign_test(n, low, high):
    level = 0.9 if n == 8 else 0.95

    assert median_bounds(np.random.default_rng(1).permutation(np.arange(1.0, n + 1)), level) == (low, high)


@pytest.mark.parametrize("n", [8, 25, 200])
def test_the_medians_bounds_hold_the_median_at_least_as_often_as_they_say(n):
    rng = np.random.default_rng(n)

    held = np.mean(
        [low <= 1 <= high for low, high in (median_bounds(each, 0.9) for each in lognormals(rng, n))]
    )

    assert 0.89 <= held <= 0.965  # of 25 the steps between ranks are wide


def lognormals(rng: np.random.Generator, n: int) -> np.ndarray:
    return rng.lognormal(0, 1, (4000, n))


def test_too_few_values_leave_the_median_without_bounds():
    assert median_bounds(np.array([3.0, 4.0]), 0.9) == (-np.inf, np.inf)
    assert median_bounds(np.array([]), 0.9) == (-np.inf, np.inf)
