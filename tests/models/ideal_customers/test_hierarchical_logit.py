"""Effects of levels: what is there is found, what is not shrinks away, and an outside fit agrees."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression

from models.errors import InvalidInput
from models.ideal_customers.hierarchical_logit import fit_effects, indicators, level_shares
from models.ideal_customers.levels import UNKNOWN, Coded
from tests.models.ideal_customers.worlds import World, noise


def centred(effects, shares):
    return effects - shares @ effects


@pytest.mark.parametrize("seed", range(4))
def test_planted_effects_are_found(seed):
    world = World.draw(seed)
    customers, success, _ = world.customers(seed, 20_000)

    fitted = fit_effects(customers, success)

    start = 0
    for own, shares in zip(world.effects, world.shares, strict=True):
        here = slice(start, start + own.size)
        found = centred(fitted.effects[here], fitted.shares[here])
        np.testing.assert_allclose(found, centred(own, shares), atol=0.25)
        start = here.stop


def test_traits_that_say_nothing_nearly_vanish_beside_one_that_says_much():
    world = World.draw(1, active=1, strength=1.2)
    customers, success, _ = world.customers(1, 800)

    variances = fit_effects(customers, success).variances

    assert variances[0] > 4 * variances[1:].max()


def test_the_more_customers_the_smaller_are_the_effects_that_noise_leaves():
    def spread(n: int) -> float:
        return float(
            np.mean(
                [
                    fit_effects(*noise(seed).customers(seed, n)[:2])
                    .points(noise(seed).customers(seed + 50, 500)[0])
                    .std()
                    for seed in range(10)
                ]
            )
        )

    assert spread(4000) < 0.5 * spread(200) < 0.3


def test_given_its_variances_it_is_ridge_regression():
    """scikit-learn fits the same posterior mode once columns are scaled by the spread of their trait."""
    customers, success, _ = World.draw(3).customers(3, 500)
    fitted = fit_effects(customers, success)

    scale = np.sqrt(np.repeat(fitted.variances, customers.sizes))
    columns = indicators(customers, fitted.shares)
    ridge = LogisticRegression(C=1.0, tol=1e-10, max_iter=5000).fit(columns * scale, success)

    np.testing.assert_allclose(ridge.coef_[0] * scale, fitted.effects, atol=2e-3)


def test_a_customer_of_whom_nothing_is_known_is_the_average_one():
    customers, success, _ = World.draw(2).customers(2, 400)
    fitted = fit_effects(customers, success)

    unknown = Coded(np.full((1, len(customers.sizes)), UNKNOWN), customers.sizes)

    assert fitted.points(unknown).tolist() == [0.0]
    assert fitted.points(customers).mean() == pytest.approx(0, abs=1e-12)


def test_shares_are_among_those_of_whom_a_trait_is_known():
    shares = level_shares(Coded(np.array([[0], [0], [1], [UNKNOWN]]), (2,)))

    np.testing.assert_allclose(shares, [2 / 3, 1 / 3])


@given(st.integers(0, 50))
@settings(max_examples=10)
def test_neither_the_order_of_customers_nor_that_of_traits_matters(seed):
    customers, success, _ = World.draw(seed).customers(seed, 150)
    rng = np.random.default_rng(seed)
    rows, traits = rng.permutation(150), rng.permutation(len(customers.sizes))
    mixed = Coded(customers.codes[rows][:, traits], tuple(customers.sizes[at] for at in traits))

    points = fit_effects(customers, success).points(customers)

    np.testing.assert_allclose(fit_effects(mixed, success[rows]).points(mixed), points[rows], atol=1e-3)


@pytest.mark.parametrize("outcome", [0.0, 1.0])
def test_where_all_fared_alike_there_is_nothing_to_compare(outcome):
    with pytest.raises(InvalidInput, match="somebody not"):
        fit_effects(Coded(np.zeros((20, 1), dtype=np.int64), (2,)), np.full(20, outcome))
