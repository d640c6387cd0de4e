"""The bound: never below the proven optimum, and near to it for few tiers."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.pricing.tiers.ascent import ascend
from models.pricing.tiers.bound import upper_bound
from models.pricing.tiers.enumeration import enumerate_menus
from tests.models.pricing.tiers.markets import soft, wild


@settings(max_examples=40)
@given(st.integers(0, 10_000), st.integers(1, 3))
def test_no_menu_earns_more_than_the_bound(seed, tiers):
    market = wild(seed)
    menu = ascend(market, tiers, starts=10) or ()

    assert upper_bound(market, menu, tiers, steps=15) >= enumerate_menus(market, tiers)[1] - 1e-9


@pytest.mark.parametrize(("tiers", "gap"), [(1, 0.01), (2, 0.06), (3, 0.15)])
def test_it_is_near_where_needs_are_soft(tiers, gap):
    market = soft(0, n=200, allowances=8, fees=12)
    menu, earned = enumerate_menus(market, tiers)

    bound = upper_bound(market, menu, tiers, steps=40)

    assert earned <= bound <= (1 + gap) * earned


def test_from_a_poor_menu_it_is_a_bound_all_the_same():
    market = soft(1, n=100, allowances=5, fees=8)

    assert upper_bound(market, ((0, 7),), 2, steps=30) >= enumerate_menus(market, 2)[1]


def test_a_market_that_buys_nothing_is_bounded_by_what_staying_earns():
    market = wild(5)
    dear = type(market)(
        market.surplus, market.margin, market.stay, market.stay_margin, market.weights, market.fees + 100
    )

    assert upper_bound(dear, (), 2) == pytest.approx(dear.earns(()))
