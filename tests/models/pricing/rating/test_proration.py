"""A month's price is due by its days."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from models.pricing.rating.proration import price_for_days, units_for_days
from models.pricing.rating.rounding import Ratio


@given(st.integers(0, 10**7), st.integers(28, 31))
def test_a_whole_month_costs_its_price(price, month_days):
    whole = np.array([month_days])

    assert price_for_days(Ratio(price), whole, whole)[0] == price


@given(st.integers(0, 10**7), st.integers(28, 31), st.integers(0, 28))
def test_two_parts_of_a_month_differ_from_the_whole_by_a_rounding_at_most(price, month_days, first):
    days, length = np.array([first, month_days - first]), np.array([month_days] * 2)

    assert abs(int(price_for_days(Ratio(price), days, length).sum()) - price) <= 1


def test_two_subscriptions_at_a_time_cost_twice():
    assert price_for_days(Ratio(990), np.array([62]), np.array([31]))[0] == 1980


def test_an_allowance_of_half_a_month_is_half():
    assert units_for_days(np.array([200]), np.array([15]), np.array([30]))[0] == 100
