"""A customer keeps its plan where that fits, and else takes the cheapest one that does."""

from __future__ import annotations

import numpy as np

from models.pricing.rating.choosing import NO_PLAN, cheapest, keep_or_cheapest, per_stay

TOTALS = np.array([[10, 10, 10, 10], [20, 20, 20, 20], [30, 30, 30, 30]])
EVERYWHERE = np.ones((3, 4), dtype=bool)


def test_a_plan_that_fits_is_kept_though_another_is_cheaper():
    choice = keep_or_cheapest(np.array([2, 2, 1, 0]), TOTALS, EVERYWHERE, EVERYWHERE)

    assert choice.plan.tolist() == [2, 2, 1, 0]
    assert not (choice.gone | choice.outgrown).any()


def test_who_outgrew_a_plan_and_whose_plan_is_gone_take_the_cheapest_that_fits():
    fits = EVERYWHERE.copy()
    fits[0] = [False, True, True, True]

    choice = keep_or_cheapest(np.array([0, NO_PLAN, 1, 1]), TOTALS, fits, EVERYWHERE)

    assert choice.plan.tolist() == [1, 0, 1, 1]
    assert choice.outgrown.tolist() == [True, False, False, False]
    assert choice.gone.tolist() == [False, True, False, False]


def test_nobody_is_moved_to_a_plan_that_is_not_offered():
    offered = EVERYWHERE.copy()
    offered[0] = False

    assert keep_or_cheapest(np.full(4, NO_PLAN), TOTALS, EVERYWHERE, offered).plan.tolist() == [1] * 4
    assert keep_or_cheapest(np.zeros(4, dtype=int), TOTALS, EVERYWHERE, offered).plan.tolist() == [0] * 4


def test_where_no_plan_fits_there_is_none():
    nothing = np.zeros((3, 4), dtype=bool)

    assert cheapest(TOTALS, nothing).tolist() == [NO_PLAN] * 4
    assert cheapest(TOTALS[:0], nothing[:0]).tolist() == [NO_PLAN] * 4


def test_of_equally_cheap_plans_the_first_is_taken():
    assert cheapest(np.array([[5], [5]]), np.ones((2, 1), dtype=bool)).tolist() == [0]


def test_entries_are_summed_over_each_stay():
    assert per_stay(np.array([[1, 2, 3, 4]]), np.array([0, 3])).tolist() == [[6, 4]]
    assert per_stay(np.zeros((2, 0), dtype=int), np.array([], dtype=int)).shape == (2, 0)
