"""A combination that hardly any customer has is known as such, an ordinary one is not."""

from __future__ import annotations

import itertools
import json

import numpy as np
import pytest

from models.ideal_customers.familiarity import RARE_SHARE, Familiarity
from models.ideal_customers.levels import UNKNOWN, Coded
from tests.models.ideal_customers.worlds import World


def chained(seed: int, n: int) -> Coded:
    """Three traits, each leaning on the one before, and one that stands alone."""
    rng = np.random.default_rng(seed)
    first = rng.integers(0, 3, n)
    second = np.where(rng.random(n) < 0.95, first, rng.integers(0, 3, n))
    third = np.where(rng.random(n) < 0.95, second, rng.integers(0, 3, n))
    return Coded(np.column_stack([first, rng.integers(0, 2, n), second, third]), (3, 2, 3, 3))


def test_the_tree_follows_the_dependences_between_traits():
    parents = Familiarity.fit(chained(0, 2000)).parents

    links = {frozenset(pair) for pair in enumerate(parents) if pair[1] >= 0}
    assert {frozenset((0, 2)), frozenset((2, 3))} <= links


def test_probabilities_of_all_combinations_sum_to_one():
    seen = Familiarity.fit(chained(1, 300))

    every = np.array(list(itertools.product(range(3), range(2), range(3), range(3))))
    assert np.exp(seen.log_probability(every)).sum() == pytest.approx(1, abs=1e-9)


def test_a_combination_against_the_dependence_is_unlike_anything_though_each_value_is_common():
    seen = Familiarity.fit(chained(2, 2000))

    usual, odd = np.array([[0, 1, 0, 0]]), np.array([[0, 1, 2, 0]])
    assert seen.log_probability(usual)[0] > seen.bar
    assert seen.log_probability(odd)[0] < seen.bar


@pytest.mark.parametrize("n", [100, 400, 2000])
def test_few_new_customers_of_the_same_kind_are_called_unlike(n):
    flagged = []
    for seed in range(20):
        world = World.draw(seed)
        seen = Familiarity.fit(world.customers(seed, n)[0])
        flagged.append((seen.log_probability(world.customers(seed + 100, 2000)[0].codes) < seen.bar).mean())

    assert np.mean(flagged) < 0.01 + 4 * RARE_SHARE * (100 / n) ** 0.5


def test_what_is_not_known_surprises_nobody():
    seen = Familiarity.fit(chained(3, 300))

    assert seen.log_probability(np.full((1, 4), UNKNOWN)).tolist() == [0.0]


def test_the_tree_survives_being_stored():
    customers = chained(4, 200)
    seen = Familiarity.fit(customers)

    again = Familiarity.from_json(json.loads(json.dumps(seen.to_json())))

    np.testing.assert_array_equal(
        again.log_probability(customers.codes), seen.log_probability(customers.codes)
    )
    assert again.bar == seen.bar
