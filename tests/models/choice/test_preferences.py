"""Preferences: nobody's price coefficient is 0 or above, and draws are those of the normal approximation."""

from __future__ import annotations

import numpy as np
import pytest

from models.choice.preferences import Population, Preferences, sign_safe_draws
from models.errors import InvalidInput

ONE = Population(np.array([[[-1.0, 0.5]]]), np.ones((1, 1)))


@pytest.mark.parametrize("price", [0.0, 0.2])
def test_somebody_who_does_not_mind_the_price_is_refused(price):
    free = Population(np.array([[[price, 0.5]]]), np.ones((1, 1)))

    with pytest.raises(InvalidInput, match="negative"):
        Preferences(
            names=("price", "fast"), price=0, none=None, best=ONE, drawn=free, respondents=9, clusters=9
        )


def test_shares_that_do_not_belong_to_the_people_are_refused():
    with pytest.raises(InvalidInput, match="share"):
        Population(np.zeros((1, 3, 2)), np.ones((1, 2)))


def test_draws_have_the_covariance_and_negative_ones_its_delta_method():
    theta, root = np.array([-0.5, 2.0]), np.array([[0.05, 0], [0.02, 0.1]])
    covariance = root @ root.T

    drawn = sign_safe_draws(theta, covariance, negative=np.array([True, False]), draws=40_000, seed=0)

    assert np.median(drawn, axis=0) == pytest.approx(theta, rel=0.01)
    assert np.cov(drawn.T) == pytest.approx(covariance, rel=0.05)


def test_a_price_that_is_hardly_known_stays_negative():
    drawn = sign_safe_draws(
        np.array([-0.1]), np.array([[0.04]]), negative=np.array([True]), draws=999, seed=0
    )

    assert (drawn < 0).all()
