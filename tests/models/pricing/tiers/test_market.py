"""A market: what customers take of a menu, and what it earns."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.errors import InvalidInput
from models.pricing.tiers.market import Market, ordered
from tests.models.pricing.tiers.markets import every_menu, soft, wild

SEEDS = st.integers(0, 10_000)


def by_hand(market: Market, menu: tuple[tuple[int, int], ...]) -> float:
    """Let one customer after the other look at every tier."""
    earned = 0.0
    for i, weight in enumerate(market.weights):
        offers = [(market.stay[i], -1.0, market.stay_margin[i])]
        for kind, fee in menu:
            asked = market.fees[fee]
            offers.append((market.surplus[i, kind] - asked, asked, asked + market.margin[i, kind]))
        earned += weight * max(offers)[2]
    return float(earned)


@given(SEEDS)
def test_a_menu_earns_what_customers_one_by_one_would_pay(seed):
    market = wild(seed)
    menus = every_menu(market, 3)
    menu = menus[seed % len(menus)]

    assert market.earns(menu) == pytest.approx(by_hand(market, menu))


@given(SEEDS)
def test_choices_and_earnings_are_of_the_same_customers(seed):
    market = wild(seed)
    menu = every_menu(market, 3)[-1 - seed % 50]

    chosen = market.choices(menu)

    paid = np.array([
        market.stay_margin[i] if at < 0 else market.fees[menu[at][1]] + market.margin[i, menu[at][0]]
        for i, at in enumerate(chosen)
    ])  # fmt: skip
    assert market.weights @ paid == pytest.approx(market.earns(menu))


def test_of_equal_tiers_a_customer_takes_the_dearest_and_buys_rather_than_not():
    market = Market(
        surplus=np.array([[5.0, 7.0]]), margin=np.zeros((1, 2)), stay=np.zeros(1), stay_margin=np.zeros(1),
        weights=np.ones(1), fees=np.array([5.0, 7.0]),
    )  # fmt: skip

    assert market.choices(((0, 0), (1, 1))).tolist() == [1]
    assert market.earns(((0, 0),)) == 5.0


@given(SEEDS, st.floats(0.01, 1000))
def test_another_currency_changes_nothing_but_the_numbers(seed, rate):
    market = wild(seed)
    other = Market(
        market.surplus * rate, market.margin * rate, market.stay * rate, market.stay_margin * rate,
        market.weights, market.fees * rate,
    )  # fmt: skip
    menu = every_menu(market, 2)[-1 - seed % 30]

    assert other.earns(menu) == pytest.approx(rate * market.earns(menu))


@given(SEEDS)
def test_a_customer_that_stands_for_two_is_two_customers(seed):
    market = wild(seed)
    twice = Market(
        *(np.concatenate([each, each[:3]]) for each in (market.surplus, market.margin, market.stay)),
        np.concatenate([market.stay_margin, market.stay_margin[:3]]),
        np.concatenate([market.weights, market.weights[:3]]),
        market.fees,
    )
    heavier = Market(
        market.surplus, market.margin, market.stay, market.stay_margin,
        np.where(np.arange(12) < 3, 2, 1) * market.weights, market.fees,
    )  # fmt: skip
    menu = every_menu(market, 3)[-1 - seed % 40]

    assert twice.earns(menu) == pytest.approx(heavier.earns(menu))


def test_larger_allowances_dominate_smaller_ones_and_not_the_other_way():
    dominates = soft(0, n=100, allowances=4).dominates

    np.testing.assert_array_equal(dominates, np.tril(np.ones((4, 4), dtype=bool)))


def test_the_chosen_customers_alone():
    market = wild(3)
    chosen = np.arange(12) % 2 == 0
    menu = every_menu(market, 2)[-1]

    parts = market.only(chosen).earns(menu) + market.only(~chosen).earns(menu)

    assert parts == pytest.approx(market.earns(menu))


def test_menus_are_by_rising_fee():
    assert ordered([(2, 5), (0, 1)]) == ((0, 1), (2, 5))


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"margin": np.zeros((11, 3))}, r"margin must have shape \(12, 3\)"),
        ({"stay": np.full(12, np.nan)}, "stay must be finite"),
        ({"fees": np.array([3.0, 2.0])}, "fees must rise"),
        ({"fees": np.array([-1.0, 2.0])}, "fees must rise from 0"),
    ],
)
def test_what_does_not_fit_is_refused(changed, says):
    names = ("surplus", "margin", "stay", "stay_margin", "weights", "fees")

    with pytest.raises(InvalidInput, match=says):
        Market(**({name: getattr(wild(0), name) for name in names} | changed))
