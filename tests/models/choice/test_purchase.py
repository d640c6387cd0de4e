"""Buying or not: demand, its inverse and best prices against formulas and brute force."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import lambertw

from models.choice.preferences import Population
from models.choice.purchase import Purchase


def crowd(seed: int, kinds: int = 6, populations: int = 3) -> Purchase:
    rng = np.random.default_rng(seed)
    sensitivity = np.exp(rng.normal(-1, 0.7, (populations, kinds)))
    share = rng.dirichlet(np.ones(kinds), populations)
    return Purchase(sensitivity * rng.uniform(5, 40, (populations, kinds)), sensitivity, share)


@pytest.mark.parametrize("cost", [0.0, 4.0])
def test_one_kind_of_people_has_the_best_price_of_the_formula(cost):
    """A logit's best margin is (1 + W(exp(a - αc - 1))) / α, W Lambert's function (Aravindakshan & Ratchford 2011)."""
    a, alpha = 3.0, 0.4
    margin = (1 + lambertw(np.exp(a - alpha * cost - 1)).real) / alpha

    best = Purchase(np.array([[a]]), np.array([[alpha]]), np.ones((1, 1))).best(low=0.0, high=50.0, cost=cost)

    assert best[0] == pytest.approx(cost + margin, abs=2.5e-4)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.floats(0, 10))
def test_the_best_price_earns_as_much_as_the_best_of_many_prices(seed, cost):
    buying, prices = crowd(seed), np.linspace(1, 60, 4_001)
    most = ((prices - cost) * buying.at(prices)).max(axis=1)

    best = buying.best(low=1.0, high=60.0, cost=cost)

    earned = (best - cost) * np.diag(buying.at(np.tile(best, (3, 1))))
    assert (earned >= most - 1e-3 * np.abs(most)).all()


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.floats(0.05, 0.95))
def test_the_price_of_a_share_is_the_inverse_of_demand(seed, share):
    buying = crowd(seed)

    price = buying.price_of(share, high=200.0)
    reached = np.diag(buying.at(np.tile(price, (3, 1))))

    inside = (price > 1e-6) & (price < 199.999)
    np.testing.assert_allclose(reached[inside], share, atol=1e-8)
    assert (buying.at(np.zeros(1))[price <= 1e-6, 0] <= share + 1e-9).all()


def test_of_two_hills_the_higher_one_is_taken():
    share = np.array([[0.5, 0.5], [0.9, 0.1]])
    two = Purchase(np.array([[100.0, 300.0]] * 2), np.full((2, 2), 10.0), share)

    best = two.best(low=1.0, high=40.0)

    assert best[0] == pytest.approx(29.3, abs=0.3)  # half of them at 30 beat all of them at 10
    assert best[1] == pytest.approx(9.4, abs=0.3)


def test_a_fixed_price_of_the_alternative_counts_and_the_products_own_does_not():
    people = Population(np.array([[[-1.0, 2.0]]]), np.ones((1, 1)))

    buying = Purchase.of(people, np.array([99.0, 1.0]), instead=np.array([3.0, 0.0]), price=0)

    assert buying.at(np.array([5.0]))[0, 0] == pytest.approx(0.5)  # 2 - 5 against -3
