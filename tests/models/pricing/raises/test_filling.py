"""Budgets that a knapsack leaves are filled, and few groups are exchanged until none makes more of them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.pricing.raises.chances import plan_raises
from models.pricing.raises.draws import objective
from models.pricing.raises.filling import FEW, Filling
from tests.models.pricing.raises.test_chances import best_of_all, book

SEEDS = st.integers(0, 2**32 - 1)


def filling(groups: int, *, seed: int, draws: int = 60) -> Filling:
    """What fills the budgets of a book in which all draws count the same."""
    there = book(groups, seed=seed, draws=draws)
    gain = np.where(there.allowed, there.gain.mean(axis=0), -np.inf)
    return Filling(there, gain, there.churn.mean(axis=1) / there.budget[:, None, None], 0.9, 0.0)


@given(seed=SEEDS, groups=st.integers(1, 30))
@settings(max_examples=25)
def test_what_fills_budgets_keeps_within_them_and_gains(seed: int, groups: int):
    fills, nothing = filling(groups, seed=seed), np.zeros(groups, dtype=np.intp)

    filled, exchanged = fills.filled(nothing), fills.exchanged(nothing)

    worth = [objective(fills.draws.gains(each), 0.0) for each in (nothing, filled, exchanged)]
    assert worth == sorted(worth)
    for level in (filled, exchanged):
        assert fills.draws.within(level)
        assert fills.draws.allowed[np.arange(groups), level].all()
    assert fills.exchanged(exchanged).tolist() == exchanged.tolist()


def test_a_group_that_is_held_rises_no_further():
    fills = filling(6, seed=3)
    free = fills.filled(np.zeros(6, dtype=np.intp))
    at = int(np.flatnonzero(free)[0])

    assert fills.filled(np.zeros(6, dtype=np.intp), held=at)[at] == 0


def test_among_many_groups_nothing_is_exchanged():
    fills, nothing = filling(FEW + 1, seed=4), np.zeros(FEW + 1, dtype=np.intp)

    assert fills.exchanged(nothing).tolist() == fills.filled(nothing).tolist()


def test_a_plan_of_few_groups_is_worth_nearly_the_best_of_all():
    books = [book(5, draws=40, seed=seed, levels=4) for seed in range(12)]

    found = sum(plan_raises(each).worth for each in books)

    assert found == pytest.approx(sum(best_of_all(each, 0.0) for each in books), rel=0.01)
