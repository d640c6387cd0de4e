"""Allowances that must hold the whole need: the dynamic programme is the best of all menus."""

from __future__ import annotations

from itertools import combinations, combinations_with_replacement

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.errors import InvalidInput
from models.pricing.tiers.hard_allowance import Needs, best_menu

ALLOWANCES, FEES = np.array([1.0, 3.0, 4.0, 8.0]), np.array([2.0, 3.0, 7.0, 11.0, 16.0])


def needs(seed: int, n: int = 25, **known: float) -> Needs:
    rng = np.random.default_rng(seed)
    return Needs(rng.integers(0, 10, n) * 1.0, rng.integers(0, 20, n) * 1.0, rng.random(n), **known)


def earns(customers: Needs, menu: tuple[tuple[int, int], ...]) -> float:
    """Let one customer after the other take the cheapest tier that holds its need."""
    total = 0.0
    for units, pays, weight in zip(customers.units, customers.willingness, customers.weights, strict=True):
        holding = [FEES[fee] for kind, fee in menu if ALLOWANCES[kind] >= units]
        if holding and min(holding) <= pays:
            total += weight * (min(holding) - customers.unit_cost * units)
    return float(total)


@settings(max_examples=40)
@given(st.integers(0, 10_000), st.integers(1, 4), st.sampled_from([0.0, 0.4, 1.5]))
def test_it_is_the_best_of_all_menus(seed, tiers, unit_cost):
    customers = needs(seed, unit_cost=unit_cost)

    menu, earned = best_menu(customers, tiers, allowances=ALLOWANCES, fees=FEES)

    every = [
        tuple(zip(kinds, fees, strict=True))
        for size in range(tiers + 1)
        for kinds in combinations(range(4), size)
        for fees in combinations_with_replacement(range(5), size)
    ]
    assert earned == pytest.approx(max(earns(customers, each) for each in every))
    assert earned == pytest.approx(earns(customers, menu))


def test_a_need_that_no_allowance_holds_is_not_served():
    customers = Needs(np.array([9.0, 2.0]), np.array([16.0, 7.0]), np.ones(2))

    assert best_menu(customers, 3, allowances=ALLOWANCES, fees=FEES) == (((1, 2),), 7.0)


def test_where_nobody_would_pay_there_is_no_menu():
    customers = Needs(np.ones(3), np.ones(3), np.ones(3))

    assert best_menu(customers, 2, allowances=ALLOWANCES, fees=FEES) == ((), 0.0)


def test_more_tiers_than_allowances_are_no_more():
    customers = needs(0)

    four, five = (best_menu(customers, k, allowances=ALLOWANCES, fees=FEES) for k in (4, 9))

    assert four == five


@pytest.mark.parametrize(
    ("tiers", "allowances", "says"),
    [
        (0, ALLOWANCES, "tiers must be"),
        (2, ALLOWANCES[::-1], "allowances must rise"),
        (2, ALLOWANCES[:0], "there must be"),
    ],
)
def test_what_makes_no_sense_is_refused(tiers, allowances, says):
    with pytest.raises(InvalidInput, match=says):
        best_menu(needs(0), tiers, allowances=allowances, fees=FEES)
