"""Decimals survive JSON, and what is no number is refused."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pricing_service.price_book.numbers import as_decimal, plain_number


@given(st.decimals("0", "999999999", places=6))
def test_six_decimals_below_a_billion_survive_json(number):
    assert as_decimal(json.loads(json.dumps(plain_number(number)))) == number


def test_whole_numbers_are_written_without_a_point():
    assert json.dumps([plain_number(Decimal("490.00")), plain_number(Decimal("4.90"))]) == "[490, 4.9]"


@pytest.mark.parametrize("value", [True, "9", None, float("inf"), float("nan")])
def test_what_is_no_number_is_refused(value):
    with pytest.raises(ValueError, match="number"):
        as_decimal(value)
