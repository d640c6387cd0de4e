"""Columns carry the contract's types without losing a millionth."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from experiments.market.columns import counts, dates, money, numbers, words


@settings(deadline=None)  # the first decimal makes Arrow look for pandas
@given(st.lists(st.integers(-(10**14), 10**14), min_size=1))
def test_money_equals_arrows_own_decimals(millionths):
    exact = [Decimal(amount).scaleb(-6) for amount in millionths]

    column = money(np.array(millionths) / 1e6)

    assert column.equals(pa.array(exact, pa.decimal128(18, 6)))


def test_unknown_money_is_null():
    column = money(np.array([1.5, np.nan]), known=np.array([True, False]))

    assert column.to_pylist() == [Decimal("1.5"), None]


def test_unknown_dates_are_null():
    days = np.array(["2026-01-31", "2026-02-28"], dtype="datetime64[D]")

    column = dates(days, known=np.array([False, True]))

    assert column.type == pa.date32()
    assert [str(day) for day in column.to_pylist()] == ["None", "2026-02-28"]


def test_words_are_taken_by_position():
    assert words(["a", None], np.array([1, 0, 0])).to_pylist() == [None, "a", "a"]


def test_numbers_and_counts_keep_their_kind():
    assert numbers([0.5, None]).to_pylist() == [0.5, None]
    assert counts(np.array([2.0, 3.0])).type == pa.int64()
