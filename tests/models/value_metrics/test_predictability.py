"""Predictability: how steady a customer's units, and so its bill, are from period to period."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from models.value_metrics._base import MetricEvidence
from models.value_metrics.predictability import Predictability
from tests.models.evidence import from_periods


def variation_of(evidence: MetricEvidence) -> float:
    return float(Predictability().evaluate(evidence, np.ones((1, evidence.n)))["unit_variation"][0])


@pytest.mark.parametrize(
    ("units", "variation", "why"),
    [
        ([[4.0], [4.0], [4.0]], 0.0, "a licence count does not jump"),
        ([[1.0], [2.0], [3.0]], 0.5, "deviation 1 around a mean of 2"),
        ([[0.0], [0.0], [6.0]], 3**0.5, "all in one month"),
        ([[1.0], [2.0]], np.nan, "two periods cannot tell noise from growth"),
        ([[0.0], [0.0], [0.0]], np.nan, "nothing was used"),
    ],
)
def test_customers_whose_answer_is_plain_get_it(units, variation, why):
    periods = np.array(units)

    np.testing.assert_allclose(
        variation_of(from_periods(np.ones_like(periods), periods)), variation, err_msg=why
    )


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 30), st.integers(3, 12))
def test_it_is_the_median_of_scipys_coefficients_of_variation(seed, n, periods):
    units = np.random.default_rng(seed).gamma(2.0, size=(periods, n))

    found = variation_of(from_periods(np.ones_like(units), units))

    assert found == pytest.approx(np.median(stats.variation(units, axis=0, ddof=1)), rel=1e-6)


def test_large_and_constant_units_vary_by_nothing_not_by_rounding():
    units = np.full((24, 5), 1e7 / 3)

    assert variation_of(from_periods(np.ones_like(units), units)) == 0.0


def test_it_needs_no_outcomes():
    units = np.random.default_rng(0).gamma(2.0, size=(6, 20))

    with_value, without = (from_periods(units * worth, units) for worth in (3.0, 0.0))

    assert variation_of(without) == variation_of(with_value)
    assert Predictability().counted(without) == {"unit_variation": 20}
