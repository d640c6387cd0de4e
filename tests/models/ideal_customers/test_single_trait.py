"""The rule of one trait, which every score has to beat."""

from __future__ import annotations

import numpy as np

from models.ideal_customers.levels import UNKNOWN, Coded
from models.ideal_customers.single_trait import best_trait, chances_by_one_trait
from tests.models.ideal_customers.worlds import World


def test_chances_are_shares_of_success_with_a_pinch_of_the_base_rate():
    learn = Coded(np.array([[0]] * 9 + [[1]] * 9), (3,))
    success = np.array([1.0] * 6 + [0.0] * 12)

    told = chances_by_one_trait(learn, success, Coded(np.array([[0], [1], [2], [UNKNOWN]]), (3,)))

    base = 6 / 18
    np.testing.assert_allclose(told[:, 0], [(6 + base) / 10, base / 10, base, base])


def test_the_trait_that_moves_success_is_picked_over_one_with_many_levels():
    rng = np.random.default_rng(0)
    codes = np.column_stack([rng.integers(0, 2, 300), rng.integers(0, 12, 300)])
    success = (rng.random(300) < 0.2 + 0.3 * codes[:, 0]).astype(float)

    assert best_trait(Coded(codes, (2, 12)), success) == 0


def test_with_enough_customers_the_strongest_trait_is_picked():
    world = World.draw(5, active=1, strength=1.5)
    customers, success, _ = world.customers(5, 5000)

    assert best_trait(customers, success) == 0
