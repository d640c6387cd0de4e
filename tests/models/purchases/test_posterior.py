"""The maximum and the draws of a density: exact where it is normal, weighted right where it is not."""

from __future__ import annotations

import numpy as np
import pytest

from models.purchases.posterior import Prior, climb, curvature_at, draws, has_maximum


def lopsided(theta):
    """A gamma distribution with shape 3 on the scale of its logarithm, and a normal one."""
    return 3 * theta[..., 0] - np.exp(theta[..., 0]) - 0.5 * theta[..., 1] ** 2


def test_the_maximum_is_found_with_its_curvature():
    top, hessian = climb(lopsided, np.zeros(2))

    assert top == pytest.approx([np.log(3), 0], abs=1e-6)
    assert hessian == pytest.approx(np.diag([-3.0, -1.0]), abs=1e-4)
    assert has_maximum(top, hessian)


def test_a_density_that_rises_without_end_has_no_maximum():
    top, hessian = climb(lambda theta: -np.exp(-theta[..., 0]), np.zeros(1))

    assert not has_maximum(top, hessian)


def test_draws_follow_a_skewed_density():
    drawn = draws(lopsided, climb(lopsided, np.zeros(2)), count=20_000, seed=3)

    assert np.exp(drawn[:, 0]).mean() == pytest.approx(3, rel=0.02)
    assert np.exp(drawn[:, 0]).var() == pytest.approx(3, rel=0.06)
    assert drawn[:, 1].std() == pytest.approx(1, rel=0.03)


def test_the_same_seed_gives_the_same_draws_however_many_are_asked_at_once():
    mode = climb(lopsided, np.zeros(2))

    one, other = draws(lopsided, mode, count=50, seed=1), draws(lopsided, mode, count=50, seed=1, at_once=7)

    np.testing.assert_array_equal(one, other)


def test_crossed_curvature_is_seen():
    found = curvature_at(lambda theta: theta[..., 0] * theta[..., 1], np.array([0.3, -0.2]))

    assert found == pytest.approx(np.array([[0, 1], [1, 0]]), abs=1e-6)
    assert Prior(np.zeros(2), np.ones(2)).at(np.array([3.0, 4.0])) == pytest.approx(-12.5)
