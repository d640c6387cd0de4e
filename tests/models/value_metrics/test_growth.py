"""Growth: whether units grow with the customer's value, and how fast."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from models.value_metrics._base import MetricEvidence
from models.value_metrics._examples import evidence_of
from models.value_metrics.growth import Growth
from tests.models.evidence import business, from_periods


def growth_of(evidence: MetricEvidence) -> dict[str, float]:
    numbers = Growth().evaluate(evidence, np.ones((1, evidence.n)))
    return {statistic: float(values[0]) for statistic, values in numbers.items()}


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.integers(3, 40), st.booleans())
def test_the_rank_correlation_is_scipys(seed, n, ties):
    rng = np.random.default_rng(seed)
    units, value = np.exp(rng.normal(size=(2, n)))
    if ties:
        units = np.ceil(units)
        units[0], units[1] = 1.0, 2.0

    rank = growth_of(evidence_of(value, units))["rank"]

    assert rank == pytest.approx(stats.spearmanr(units, value).statistic, abs=1e-9)


def test_the_rank_correlation_of_a_draw_is_scipys_on_the_sample_written_out():
    evidence = business(0, 40)
    times = np.random.default_rng(1).integers(0, 4, (20, 40))

    ranks = Growth().evaluate(evidence, times.astype(float))["rank"]

    for row, rank in zip(times, ranks, strict=True):
        written_out = (np.repeat(each, row) for each in (evidence.units_per_month, evidence.value_per_month))
        assert rank == pytest.approx(stats.spearmanr(*written_out).statistic, abs=1e-9)


@pytest.mark.parametrize(
    ("units", "rank"),
    [
        ([1.0, 2.0, 3.0, 4.0], 1.0),  # more value, more units
        ([4.0, 3.0, 2.0, 1.0], -1.0),  # the metric shrinks as value grows
        ([2.0, 2.0, 2.0, 2.0], np.nan),  # a flat fee grows with nothing
    ],
)
def test_customers_whose_answer_is_plain_get_it(units, rank):
    np.testing.assert_allclose(
        growth_of(evidence_of(np.array([10.0, 20, 30, 40]), np.array(units)))["rank"], rank
    )


@pytest.mark.parametrize("exponent", [0.75, 1.0, 1.5])
def test_the_bounds_of_the_slope_hold_the_truth_when_both_sides_are_noisy(exponent):
    rng = np.random.default_rng(0)
    size = rng.normal(size=4000)
    units = np.exp(size + rng.normal(0, 0.4, size.size))
    value = np.exp(exponent * size + rng.normal(0, 0.4, size.size))

    found = growth_of(evidence_of(value, units))

    assert found["slope_low"] < exponent < found["slope_high"]
    assert found["slope_low"] < found["slope"] < found["slope_high"]


def test_the_bounds_are_the_two_regressions():
    rng = np.random.default_rng(0)
    x, noise = rng.normal(size=(2, 50_000))
    y = 0.8 * x + 0.6 * noise

    found = growth_of(evidence_of(np.exp(y), np.exp(x)))

    assert found["slope_low"] == pytest.approx(stats.linregress(x, y).slope, rel=0.03)
    assert found["slope_high"] == pytest.approx(1 / stats.linregress(y, x).slope, rel=0.03)


def test_without_noise_the_bounds_meet_in_the_slope():
    units = np.exp(np.random.default_rng(0).normal(size=200))

    found = growth_of(evidence_of(units**1.5, units))

    assert [found[each] for each in ("slope_low", "slope", "slope_high")] == pytest.approx(
        [1.5] * 3, rel=1e-6
    )


def test_a_metric_that_has_nothing_to_do_with_value_has_no_upper_bound_of_its_slope():
    units = np.exp(np.linspace(-1, 1, 101))
    value = np.exp(np.abs(np.linspace(-1, 1, 101)))  # as high on the left as on the right

    found = growth_of(evidence_of(value, units))

    assert abs(found["rank"]) < 0.03
    assert np.isnan(found["slope_high"])


def test_inside_customers_growth_is_seen_apart_from_growth_across_them():
    rng = np.random.default_rng(0)
    size, growth = np.exp(rng.normal(size=300)), rng.normal(0, 0.5, 300)
    months = np.arange(8)[:, None] / 8
    units = size * np.exp(growth * months)
    value = 10 / size * np.exp(growth * months)  # large customers gain less per month, yet gain as they grow

    found = growth_of(from_periods(value, units))

    assert found["rank"] < -0.5
    assert found["inside"] > 0.95


def test_an_odd_middle_period_counts_in_the_last_half_a_period_at_a_time():
    rng = np.random.default_rng(5)
    value, units = np.exp(rng.normal(size=(2, 5, 12)))

    by_hand = [np.log(each[2:].mean(0) / each[:2].mean(0)) for each in (value, units)]

    assert growth_of(from_periods(value, units))["inside"] == pytest.approx(
        stats.spearmanr(*by_hand).statistic
    )


@pytest.mark.parametrize(
    ("periods", "why"),
    [(3, "three periods have no two halves"), (8, "licences that never move teach nothing")],
)
def test_growth_inside_customers_is_unknown_where_nothing_can_be_learned(periods, why):
    rng = np.random.default_rng(0)
    units = np.exp(rng.normal(size=50)) * np.ones((periods, 1))

    found = growth_of(from_periods(units * np.exp(rng.normal(0, 0.3, units.shape)), units))

    assert np.isnan(found["inside"]), why
    assert Growth().counted(from_periods(units, units))["inside"] == 0


def test_two_customers_in_a_draw_tell_nothing_for_two_always_correlate():
    draws = np.array([[1.0, 1, 0, 0], [1, 1, 1, 0]])

    ranks = Growth().evaluate(evidence_of(np.array([1.0, 2, 3, 4]), np.array([1.0, 2, 3, 4])), draws)["rank"]

    assert np.isnan(ranks[0])
    assert ranks[1] == 1.0


def test_where_customers_all_have_the_same_units_the_slope_has_no_influence_function():
    evidence = evidence_of(np.arange(1.0, 20.0), np.ones(19))

    influence = Growth().influence(evidence, dict.fromkeys(Growth.statistics, np.nan))

    assert all(np.isnan(h).all() for h in influence.values())
