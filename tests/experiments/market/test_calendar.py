"""Months end with the one that was asked for."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from experiments.market.calendar import first_days, history_months, last_days


@given(st.integers(1, 60), st.dates())
def test_months_follow_each_other_and_end_with_the_last(months, last):
    history = history_months(months, f"{last:%Y-%m}" if last.year > 999 else "2026-06")

    assert len(history) == months
    assert (np.diff(history.astype(int)) == 1).all()


def test_the_last_day_of_a_month_is_the_day_before_the_next():
    february = history_months(1, "2024-02")

    assert str(first_days(february)[0]) == "2024-02-01"
    assert str(last_days(february)[0]) == "2024-02-29"
