"""Changes are facts about every customer: who pays more, who less, and how the middle and the ends move."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.pricing.rating.change import relative, summarise

bills = st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 10**6)), max_size=40)


@given(bills)
def test_groups_and_counts_leave_nobody_out(pairs):
    before, after = np.array(pairs, dtype=np.int64).reshape(-1, 2).T

    change = summarise(before, after)

    assert change.pay_more + change.pay_less + change.pay_same == len(pairs)
    assert sum(group.customers for group in change.groups) + change.paid_nothing == len(pairs)
    assert change.before == sum(x for x, _ in pairs)


def test_quantiles_are_those_of_customers_who_paid_before():
    before = np.array([100] * 21 + [0])
    after = np.array([*range(100, 121), 500])

    change = summarise(before, after)

    assert (change.p5, change.p50, change.p95) == pytest.approx((0.01, 0.10, 0.19))
    assert change.largest == pytest.approx(0.2)
    assert change.paid_nothing == 1


def test_without_anybody_who_paid_there_are_no_quantiles():
    change = summarise(np.array([0]), np.array([5]))

    assert (change.p5, change.p50, change.p95, change.largest) == (None,) * 4


def test_the_change_of_who_paid_nothing_is_not_a_number():
    assert np.isnan(relative(np.array([0]), np.array([5]))).all()
