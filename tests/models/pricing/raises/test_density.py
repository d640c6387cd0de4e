"""The density of the answer to price: its slope is the slope of its value, and its top is a top."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import optimize

from models.pricing.raises.density import NODES, Density, nodes
from tests.models.pricing.raises.test_response import lives, told


def test_the_nodes_are_those_of_a_standard_normal() -> None:
    at, weight = nodes()

    assert (at.size, weight.sum()) == (NODES, pytest.approx(1.0))
    assert weight @ at**2 == pytest.approx(1.0)


def test_the_slope_is_that_of_the_density() -> None:
    density = Density(lives(0, customers=80))
    at = np.array([1.0, 0.8, -1.0, -0.3, -3.5, 0.2])

    slope = density.density_and_slope(at)[1]

    assert slope == pytest.approx(optimize.approx_fprime(at, density.density, 1e-6), rel=1e-3, abs=1e-3)


def test_the_slope_is_that_of_the_density_with_willingness_too() -> None:
    density = Density(told(0, by_willingness=0.6, customers=80))
    at = np.array([1.0, 0.8, 0.4, -1.0, -0.3, -3.5, 0.2, 0.1, -0.1, 0.05])

    slope = density.density_and_slope(at)[1]

    assert density.fixed == (3, 4)
    assert slope == pytest.approx(optimize.approx_fprime(at, density.density, 1e-6), rel=1e-3, abs=1e-3)


def test_no_step_from_the_top_leads_higher() -> None:
    density = Density(lives(1, customers=200))
    top = density.climb()

    rng = np.random.default_rng(0)
    around = [density.density(top + 0.05 * rng.standard_normal(top.size)) for _ in range(30)]
    assert max(around) < density.density(top)
    assert (np.linalg.eigvalsh(density.curvature(top)) > 0).all()
