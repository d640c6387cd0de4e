"""Pooling readings with normal errors: the textbook where errors are known, τ integrated where not."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import integrate

from models.willingness.gaussian_pool import pool


def test_known_errors_give_generalised_least_squares():
    readings, known = np.array([1.0, 2.0, 4.0]), np.array([[1.0, 0.3, 0], [0.3, 2.0, 0], [0, 0, 3.0]])

    found = pool(readings, known, own=np.zeros(3), scale=0.2)

    inverse = np.linalg.inv(known)
    assert found.mean == pytest.approx([inverse.sum(axis=0) @ readings / inverse.sum()])
    assert found.covariance == pytest.approx(1 / inverse.sum())
    np.testing.assert_allclose(found.errors, known)


@pytest.mark.parametrize("apart", [0.0, 0.5, 1.5])
def test_the_sources_own_errors_are_integrated_over_as_quadrature_does(apart):
    readings, own, scale = np.array([0.0, apart, 0.1]), np.array([0.0, 1.0, 1.0]), 0.2
    variance = np.array([0.01, 0.02, 0.03])

    def weight(tau: float, power: int) -> float:
        v = variance + tau**2 * own
        mean = (readings / v).sum() / (1 / v).sum()
        misfit = ((readings - mean) ** 2 / v).sum()
        density = (v.prod() * (1 / v).sum()) ** -0.5 * np.exp(-misfit / 2 - (tau / scale) ** 2 / 2)
        return float(density * {0: 1.0, 1: mean, 2: mean**2 + 1 / (1 / v).sum()}[power])

    total, first, second = (integrate.quad(weight, 0, 2, args=(power,))[0] for power in range(3))
    found = pool(readings, np.diag(variance), own=own, scale=scale)

    assert found.mean[0] == pytest.approx(first / total, abs=2e-3)
    assert found.covariance[0, 0] == pytest.approx(second / total - (first / total) ** 2, rel=0.02)


def test_a_source_that_may_be_off_pulls_less_the_further_off_it_is():
    def weight_of_other(apart: float) -> float:
        return float(
            pool(np.array([0.0, apart]), 0.01 * np.eye(2), own=np.array([0.0, 1.0]), scale=0.2).weights[0, 1]
        )

    assert weight_of_other(0.0) > weight_of_other(0.5) > weight_of_other(1.0)


def test_one_reading_is_the_answer():
    found = pool(np.array([3.0]), np.array([[0.04]]), own=np.zeros(1), scale=0.2)

    assert (found.mean[0], found.covariance[0, 0]) == pytest.approx((3.0, 0.04))
    assert found.weights == pytest.approx(np.ones((1, 1)))


def test_a_reading_of_one_quantity_tells_another_through_their_correlation():
    known = np.array([[0.04, 0.03, 0], [0.03, 0.04, 0], [0, 0, 0.01]])
    of = np.array([[1.0, 0], [0, 1], [0, 1]])

    found = pool(np.array([1.0, 2.0, 3.0]), known, own=np.zeros(3), scale=0.2, design=of)

    # conditioning the pair (1, 2) on a second reading 3 of its second part
    gain = np.array([0.03, 0.04]) / 0.05
    np.testing.assert_allclose(found.mean, np.array([1.0, 2.0]) + gain)
    np.testing.assert_allclose(found.covariance, known[:2, :2] - np.outer(gain, [0.03, 0.04]))
