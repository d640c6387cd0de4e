"""The proven best menu: equal to trying everything."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.errors import InvalidInput
from models.pricing.tiers.enumeration import enumerate_menus, trials
from tests.models.pricing.tiers.markets import every_menu, soft, wild


@settings(max_examples=30)
@given(st.integers(0, 10_000), st.integers(1, 3))
def test_it_is_the_best_of_all_menus(seed, tiers):
    market = wild(seed)

    menu, earned = enumerate_menus(market, tiers)

    assert earned == pytest.approx(max(market.earns(each) for each in every_menu(market, tiers)))
    assert earned == pytest.approx(market.earns(menu))
    assert len(menu) <= tiers


def test_where_larger_kinds_give_everybody_more_dominated_menus_are_left_out_and_nothing_is_lost():
    market = soft(0, n=60, allowances=4, fees=6)

    menu, earned = enumerate_menus(market, 3)

    assert earned == pytest.approx(max(market.earns(each) for each in every_menu(market, 3)))
    assert trials(market, 3) == 1 + 4 * 5 + 6 * 10
    assert [kind for kind, _ in menu] == sorted({kind for kind, _ in menu})


def test_without_an_order_all_pairs_of_fees_are_tried():
    market = wild(0)

    assert market.dominates.sum() == 3  # each kind dominates itself only
    assert trials(market, 3) == 1 + 3 * 3 + 3 * 2 * 3


def test_no_tier_at_all_is_refused():
    with pytest.raises(InvalidInput, match="tiers must be ≥ 1"):
        enumerate_menus(wild(0), 0)
