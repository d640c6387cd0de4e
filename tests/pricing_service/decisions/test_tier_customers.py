"""Customers of a menu of tiers: who may come beside them, and for how many each stands."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from pricing_service.decisions._tier_customers import MONTHS, TierCustomers
from pricing_service.decisions._tier_design import Design, Rules
from pricing_service.decisions._tier_menus import MenuSearch
from tests.pricing_service.decisions.tier_book import book

DRAWS, Q, LIKES = 5, 3, 4


@pytest.fixture
def customers() -> TierCustomers:
    rng = np.random.default_rng(0)
    units = rng.uniform(1, 9, (Q, MONTHS))
    pays, comers = rng.uniform(1, 9, (DRAWS, Q)), rng.uniform(1, 9, (DRAWS, Q, LIKES))
    bill = np.array([10.0, 0.0, 30.0])
    stands_for = rng.standard_exponential((DRAWS, Q))
    return TierCustomers(
        ["a", "b", "c"], units, units > 0, bill, bill, bill, pays, pays, comers, stands_for, np.ones(Q)
    )


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


def test_ideal_customers_count_more_and_all_together_as_many_as_before(customers: TierCustomers) -> None:
    weighed = customers.weighed(np.array([True, False, False]), 4.0)

    np.testing.assert_allclose(weighed.counts, [2.0, 0.5, 0.5])
    np.testing.assert_allclose(weighed.only(weighed.paying).counts, [2.0, 0.5])
    np.testing.assert_allclose(weighed.crowd().counts, np.repeat([2.0, 0.5, 0.5], LIKES))


@pytest.mark.parametrize(("weight", "fee"), [(1.0, 40.0), (5.0, 100.0)])
def test_prices_follow_the_ideal_customers_as_these_come_to_count(weight: float, fee: float) -> None:
    ideal = np.arange(100) < 30
    customers = book(np.where(ideal, 100.0, 40.0)[None], bill=10.0, units=1.0).weighed(ideal, weight)
    design = Design.around(customers, Rules(overage=False, endings="any"), newcomers=100.0)
    design = replace(design, fees=np.array([40.0, 100.0]))

    (found,) = MenuSearch(design, customers, seed=0).up_to(1, lambda _: None)

    assert [tier["price"] for tier in design.described(found.menu)] == [fee]
