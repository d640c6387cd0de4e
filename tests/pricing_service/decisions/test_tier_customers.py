"""Customers of a menu of tiers: who may come beside them, and for how many each stands."""

from __future__ import annotations

import numpy as np
import pytest

from pricing_service.decisions._tier_customers import MONTHS, TierCustomers

DRAWS, Q, LIKES = 5, 3, 4


@pytest.fixture
def customers() -> TierCustomers:
    rng = np.random.default_rng(0)
    units = rng.uniform(1, 9, (Q, MONTHS))
    pays, comers = rng.uniform(1, 9, (DRAWS, Q)), rng.uniform(1, 9, (DRAWS, Q, LIKES))
    bill = np.array([10.0, 0.0, 30.0])
    stands_for = rng.standard_exponential((DRAWS, Q))
    return TierCustomers(["a", "b", "c"], units, units > 0, bill, bill, pays, pays, comers, stands_for)


def test_a_crowd_uses_and_pays_what_those_do_whom_its_people_are_like(customers: TierCustomers) -> None:
    crowd = customers.crowd()

    assert crowd.ids == [each for each in customers.ids for _ in range(LIKES)]
    np.testing.assert_array_equal(crowd.bill, np.repeat(customers.bill, LIKES))
    np.testing.assert_array_equal(crowd.mean_units, np.repeat(customers.mean_units, LIKES))
    np.testing.assert_array_equal(crowd.anew.reshape(DRAWS, Q, LIKES), customers.comers)


def test_those_who_may_come_are_as_many_as_there_are_customers(customers: TierCustomers) -> None:
    np.testing.assert_allclose(customers.of_all(np.ones((DRAWS, Q))), Q)
    assert np.ptp(customers.of_all(np.tile(customers.bill, (DRAWS, 1)))) > 1
    assert customers.only(np.zeros(Q, dtype=bool)).of_all(np.zeros((DRAWS, 0))).tolist() == [0.0] * DRAWS


def test_chosen_customers_keep_their_likes(customers: TierCustomers) -> None:
    paying = customers.only(customers.paying)

    assert (paying.ids, paying.likes) == (["a", "c"], LIKES)
    np.testing.assert_array_equal(paying.comers, customers.comers[:, [0, 2]])
