"""The life table: counted by hand and by brute force, and refusing stays that cannot have been."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.errors import InvalidInput, NotEstimable
from models.retention.life_table import LifeTable, whole_months


@given(st.integers(0, 10_000), st.integers(1, 60), st.integers(1, 3))
def test_counts_are_those_of_counting_one_by_one(seed, n, kinds):
    rng = np.random.default_rng(seed)
    stays = rng.integers(1, 15, n)
    entry = rng.integers(0, stays)
    ends = rng.integers(0, kinds + 1, n)

    table = LifeTable.count(stays, ends, kinds=kinds, entry=entry)

    for month in range(1, table.at_risk.size + 1):
        assert table.at_risk[month - 1] == ((entry < month) & (month <= stays)).sum()
        for kind in range(1, kinds + 1):
            assert table.left[month - 1, kind - 1] == ((stays == month) & (ends == kind)).sum()
    assert table.at_risk[-1] > 0
    assert table.customers == n


def test_who_was_never_observed_for_a_month_does_not_count():
    table = LifeTable.count([0, 5, 5], [False, False, True], entry=[0, 5, 0])

    assert table.customers == 1
    assert table.at_risk.tolist() == [1.0] * 5


def test_months_can_be_counted_from_a_later_one():
    table = LifeTable.count([2, 3, 3], [True, False, True])

    later = table.since(2)

    assert later.at_risk.tolist() == [2.0]
    assert later.lost.tolist() == [1.0]
    with pytest.raises(InvalidInput, match="between 0 and 2, got 3"):
        table.since(3)


@pytest.mark.parametrize(
    ("durations", "ended", "entry", "says"),
    [
        ([1.5], [True], None, "whole months"),
        ([np.nan], [True], None, "whole months"),
        ([-1], [False], None, "between 0 and 6000"),
        ([6_001], [False], None, "between 0 and 6000"),
        ([[1]], [True], None, "one dimension"),
        ([1, 2], [True], None, "2 entries"),
        ([1], [2], None, "0 for customers still there, or 1 to 1"),
        ([3, 0], [True, True], None, "at least one month: see position 1"),
        ([3, 2], [False, True], [0, 2], "observed before: see position 1"),
        ([3], [True], [0, 0], "1 entries"),
    ],
)
def test_impossible_stays_are_refused_with_a_reason(durations, ended, entry, says):
    with pytest.raises(InvalidInput, match=says):
        LifeTable.count(durations, ended, entry=entry)


@pytest.mark.parametrize("durations", [[], [0, 0]])
def test_without_a_month_observed_there_is_no_table(durations):
    with pytest.raises(NotEstimable) as refusal:
        LifeTable.count(durations, np.zeros(len(durations), dtype=bool))

    assert refusal.value.reason == "no_customers"


def test_an_age_at_which_all_observed_left_is_a_gap_only_where_others_were_seen_later():
    LifeTable.count([2, 2], [True, True]).require_unbroken()

    with pytest.raises(NotEstimable, match="month 2") as refusal:
        LifeTable.count([2, 9], [True, True], entry=[0, 5]).require_unbroken()

    assert refusal.value.reason == "observation_gap"


def test_whole_floats_are_months():
    assert whole_months("durations", np.array([2.0, 7.0])).dtype == np.int64
