"""Fees and allowances as price lists have them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.errors import InvalidInput
from models.pricing.tiers.price_points import allowance_points, price_points


@given(st.floats(1, 1e5), st.floats(1, 100), st.integers(1, 40), st.sampled_from(["nine", "round", "any"]))
def test_fees_rise_are_positive_and_near_the_range(low, factor, count, endings):
    fees = price_points(low, low * factor, count=count, endings=endings)

    assert 0 < fees.size <= count
    assert (np.diff(fees) > 0).all()
    assert fees[0] >= 0.45 * low
    assert fees[-1] <= 1.3 * low * factor


def test_nines_end_in_nine():
    fees = price_points(12, 5000, count=30, endings="nine")

    for fee in fees:
        assert f"{fee:.1f}".endswith(".9") if fee < 19 else f"{fee:.0f}".endswith("9")


def test_round_fees_have_two_digits():
    for fee in price_points(12, 5000, count=30, endings="round"):
        assert fee == float(f"{fee:.2g}")


@given(st.lists(st.just(0.0) | st.floats(1e-6, 1e6), min_size=1, max_size=60), st.integers(2, 12))
def test_the_largest_allowance_holds_the_largest_need(needs, count):
    values = np.array(needs)

    points = allowance_points(values, count=count)

    if (values > 0).any():
        assert points[-1] >= values.max() * (1 - 1e-9)
        assert points.size <= count
    else:
        assert points.size == 0


@pytest.mark.parametrize("low", [0.0, -1.0, np.inf])
def test_a_range_that_is_none_is_refused(low):
    with pytest.raises(InvalidInput, match="0 < low"):
        price_points(low, 10.0, count=3)
