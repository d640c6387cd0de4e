"""Quotients are exact, and halves go to the even neighbour, whatever the size of the numbers."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.errors import InvalidInput
from models.pricing.rating.rounding import Ratio, amount, half_even


@given(st.integers(-(10**15), 10**15), st.integers(1, 10**9))
def test_it_rounds_as_pythons_fractions_do(numerator, denominator):
    assert half_even(np.array([numerator]), denominator)[0] == round(Fraction(numerator, denominator))


@given(st.integers(0, 10**16), st.integers(0, 10**12), st.integers(1, 10**12), st.integers(1, 10**9))
def test_amounts_beyond_64_bits_on_the_way_are_exact_too(count, numerator, denominator, per):
    exact = round(Fraction(count * numerator, denominator * per))

    if exact < 2**63:
        assert amount(np.array([count]), Ratio(numerator, denominator), per=np.array([per]))[0] == exact


def test_an_amount_that_no_currency_has_is_refused():
    with pytest.raises(InvalidInput, match="minor units"):
        amount(np.array([2**62]), Ratio(2**62))


def test_no_entries_give_no_amounts():
    assert amount(np.array([], dtype=np.int64), Ratio(5)).shape == (0,)
