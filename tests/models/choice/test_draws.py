"""Draws of tastes: even, nested, and apart for each respondent."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats
from scipy.special import expit

from models.choice.draws import normal_draws
from models.errors import InvalidInput


def test_each_respondents_draws_are_standard_normal():
    z = normal_draws(20, 3, 256, seed=1)

    assert np.isfinite(z).all()
    assert all(stats.kstest(column, "norm").pvalue > 0.99 for column in z.reshape(60, 256)), (
        "evener than chance"
    )
    assert np.abs(np.corrcoef(z[0]) - np.eye(3)).max() < 0.1


def test_twice_the_draws_begin_with_the_draws():
    once, twice = normal_draws(5, 2, 64, seed=3), normal_draws(5, 2, 128, seed=3)

    np.testing.assert_array_equal(once, twice[:, :, :64])


def test_a_net_integrates_more_closely_than_chance():
    nodes, weights = np.polynomial.hermite_e.hermegauss(60)
    exact = expit(1 + nodes) @ weights / weights.sum()
    even = expit(1 + normal_draws(200, 1, 128, seed=0)).mean(axis=2) - exact
    chance = expit(1 + np.random.default_rng(0).standard_normal((200, 1, 128))).mean(axis=2) - exact

    assert np.sqrt((even**2).mean()) < np.sqrt((chance**2).mean()) / 5
    # Errors of respondents do not lean the same way: they average out.
    assert abs(even.mean()) < np.sqrt((even**2).mean()) / 4


@pytest.mark.parametrize("draws", [0, 100])
def test_a_number_of_draws_that_makes_no_net_is_refused(draws):
    with pytest.raises(InvalidInput, match="power of two"):
        normal_draws(2, 1, draws, seed=0)
