"""The truth is that of the population, and scales are the textbook ones."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from experiments.market import Regime, draw_business, simulate
from experiments.market.laws import MetricLaw
from experiments.market.truth import _biweight, _capture, _normal_mad, _rank_correlation


def _plain_business():
    """No traits, no split over KPIs: log worth is normal, so that closed forms exist."""
    business = draw_business(2, Regime.STEADY)
    traits = replace(
        business.traits, segment_size=(0.0,) * 3, segment_value=(0.0,) * 3, region_value=(0.0,) * 3
    )
    value = replace(business.value, median=2_000.0, log_sd=0.3, size_log_sd=0.8)
    metric = MetricLaw(name="a", kind="flow", unit_name="a", median=50.0, elasticity=0.8, log_sd=0.4)
    other = replace(metric, name="b", elasticity=1.0, log_sd=0.9)
    kpi = replace(business.kpis[0], share=1.0, customer_log_sd=0.0)
    price = replace(business.price, priced_metric="a")
    return replace(business, traits=traits, value=value, metrics=(metric, other), kpis=(kpi,), price=price)


def test_typical_worth_and_scale_equal_their_closed_forms():
    truth = simulate(_plain_business(), 1).truth.metrics["a"]
    scale = np.sqrt(0.3**2 + (0.2 * 0.8) ** 2 + 0.4**2)

    assert truth.typical_worth == pytest.approx(2_000 / 50, rel=0.02)
    assert truth.log_sd == pytest.approx(scale, rel=0.02)
    assert truth.log_mad == pytest.approx(scale, rel=0.02)
    assert truth.between_log_scale == pytest.approx(scale, rel=0.02)


def test_rank_correlation_equals_its_closed_form():
    truth = simulate(_plain_business(), 1).truth.metrics["a"]
    correlation = 0.8 * 0.8**2 / np.sqrt((0.8**2 + 0.3**2) * ((0.8 * 0.8) ** 2 + 0.4**2))

    assert truth.rank_correlation == pytest.approx(6 / np.pi * np.arcsin(correlation / 2), abs=0.02)


def test_the_best_metric_is_the_growing_one_of_least_scale():
    truth = simulate(_plain_business(), 1).truth

    assert (truth.best, truth.runner_up) == ("a", "b")
    assert truth.scale_ratio == pytest.approx(
        truth.metrics["a"].between_log_scale / truth.metrics["b"].between_log_scale
    )


def test_only_units_of_the_first_metric_cause_value():
    business = _plain_business()
    truth = simulate(business, 1).truth

    assert truth.metrics["a"].marginal_worth == pytest.approx(
        business.value.causal_share * truth.metrics["a"].typical_worth
    )
    assert truth.metrics["b"].marginal_worth == 0


def test_the_finite_book_scatters_around_the_population():
    business = _plain_business()
    typical = [simulate(business, seed).truth.metrics["a"].finite_typical_worth for seed in range(12)]

    assert simulate(business, 0).truth.metrics["a"].typical_worth == pytest.approx(np.mean(typical), rel=0.05)
    assert np.std(typical) > 0


def test_a_metric_that_is_the_same_for_all_does_not_grow():
    business = _plain_business()
    flat = MetricLaw(
        name="flat", kind="stock", unit_name="x", median=5.0, elasticity=0.0, log_sd=0.0, constant=True
    )
    truth = simulate(replace(business, metrics=(*business.metrics, flat)), 1).truth

    assert not truth.metrics["flat"].grows
    assert "flat" not in (truth.best, truth.runner_up)
    assert truth.metrics["flat"].capture_efficiency == pytest.approx(truth.flat_fee_efficiency)


def test_zero_customers_pull_typical_worth_down_and_leave_the_scale():
    plain = _plain_business()
    zeros = replace(plain, value=replace(plain.value, zero_customers=0.2))

    before, after = (simulate(business, 1).truth.metrics["a"] for business in (plain, zeros))

    assert after.typical_worth < 0.95 * before.typical_worth
    assert after.log_sd == pytest.approx(before.log_sd, rel=0.03)


def test_drift_parts_today_from_the_history():
    truth = simulate(draw_business(3, Regime.DRIFT), 3).truth
    first = next(iter(truth.metrics.values()))

    assert abs(np.log(first.typical_worth_today / first.typical_worth)) > 0.03


@pytest.mark.parametrize("scale", [_biweight, _normal_mad])
def test_scales_are_consistent_at_the_normal(scale):
    assert scale(3 * np.random.default_rng(1).standard_normal(100_000) + 5) == pytest.approx(3, rel=0.02)


def test_a_tenth_of_outliers_moves_the_biweight_little():
    values = np.random.default_rng(1).standard_normal(10_000)
    values[:1_000] += 50

    assert _biweight(values) == pytest.approx(1, rel=0.2)
    assert values.std() > 10


def test_the_biweight_of_a_constant_is_zero():
    assert _biweight(np.full(10, 2.0)) == 0


def test_rank_correlation_is_one_for_any_monotone_relation():
    x = np.random.default_rng(1).random(500)

    assert _rank_correlation(x, x**3) == pytest.approx(1)
    assert _rank_correlation(x, -x) == pytest.approx(-1)


def test_one_price_captures_everything_where_all_are_worth_the_same():
    assert _capture(np.array([2.0, 4.0, 8.0]), np.array([1.0, 2.0, 4.0])) == pytest.approx(1)


def test_one_price_must_choose_between_the_few_and_the_many():
    assert _capture(np.array([9.0, 4.0, 1.0]), np.ones(3)) == pytest.approx(9 / 14)
