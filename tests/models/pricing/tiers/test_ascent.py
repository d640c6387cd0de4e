"""The ascent: near to the proven optimum, never below where it started, the same for the same seed."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.errors import InvalidInput
from models.pricing.tiers.ascent import ascend
from models.pricing.tiers.enumeration import enumerate_menus
from models.pricing.tiers.guards import Guards
from models.pricing.tiers.market import Market
from tests.models.pricing.tiers.markets import every_menu, soft, wild


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("tiers", [1, 2, 3])
def test_on_small_grids_it_finds_the_proven_optimum(seed, tiers):
    market = soft(seed, n=150, allowances=6, fees=10)

    menu = ascend(market, tiers, starts=40)

    assert menu is not None
    assert market.earns(menu) >= 0.999 * enumerate_menus(market, tiers)[1]


@settings(max_examples=30)
@given(st.integers(0, 10_000))
def test_it_never_ends_below_a_menu_that_it_was_given(seed):
    market = wild(seed)
    menus = every_menu(market, 2)
    given_ = menus[seed % len(menus)]

    menu = ascend(market, 3, starts=0, given=[given_])

    assert menu is not None
    assert market.earns(menu) >= market.earns(given_) - 1e-9


def test_each_further_tier_earns_at_least_as_much():
    market = soft(1, n=200, allowances=8, fees=12)

    earned = [market.earns(ascend(market, tiers, starts=30) or ()) for tiers in (1, 2, 3, 4)]

    assert earned == sorted(earned)
    assert earned[1] > 1.01 * earned[0]


def test_a_tier_that_adds_nothing_is_left_out():
    market = Market(
        surplus=np.full((5, 2), 10.0), margin=np.zeros((5, 2)), stay=np.zeros(5), stay_margin=np.zeros(5),
        weights=np.ones(5), fees=np.arange(1.0, 11),
    )  # fmt: skip

    menu = ascend(market, 3, starts=20)

    assert menu is not None
    assert (len(menu), market.earns(menu)) == (1, 50.0)


def test_the_order_of_customers_does_not_matter():
    market = soft(2, n=100, allowances=6, fees=10)
    turned = Market(
        *(
            each[::-1]
            for each in (market.surplus, market.margin, market.stay, market.stay_margin, market.weights)
        ),
        market.fees,
    )

    assert ascend(market, 3, starts=20) == ascend(turned, 3, starts=20)


def test_where_selling_only_costs_no_tier_is_offered():
    market = Market(
        surplus=np.full((4, 1), 5.0), margin=np.full((4, 1), -9.0), stay=np.zeros(4), stay_margin=np.zeros(4),
        weights=np.ones(4), fees=np.array([1.0, 5.0]),
    )  # fmt: skip

    assert ascend(market, 2, starts=5) == ()


def test_guards_that_no_menu_can_keep_leave_none():
    market = soft(3, n=50, allowances=3, fees=4)
    guards = Guards(
        fees=market.fees, allowances=np.array([1.0, 2, 3]), overage_prices=np.full(3, np.inf), max_rise=0.0,
        needs=np.array([9.0]), bills=np.array([1.0]),
    )  # fmt: skip

    assert ascend(market, 2, starts=5, guards=guards) is None


@pytest.mark.parametrize(("tiers", "starts"), [(0, 5), (2, 0)])
def test_nothing_to_look_for_or_to_start_from_is_refused(tiers, starts):
    with pytest.raises(InvalidInput, match="must be ≥ 1"):
        ascend(wild(0), tiers, starts=starts)
