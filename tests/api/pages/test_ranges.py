"""Bars of one table must lie on one scale."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.pages.ranges import rows_on_one_scale


def known(low, value, high):
    return {"value": value, "low": low, "high": high, "unit": "EUR/posting"}


def test_the_scale_reaches_from_the_lowest_to_the_highest_end():
    first, last = rows_on_one_scale([("a", known(1, 10, 10)), ("b", known(10, 100, 100))])

    assert (first.bar.start, first.bar.width, last.bar.start, last.bar.width) == (0, 50, 50, 50)


def test_values_at_or_below_zero_take_a_plain_scale():
    (row,) = rows_on_one_scale([("a", known(-10, 0, 10))])

    assert row.bar.dot == 50


def test_an_unknown_worth_keeps_its_line_without_a_bar():
    rows = rows_on_one_scale([("a", known(1, 2, 3)), ("b", {"value": None, "reason": "no_outcomes"})])

    assert rows[1].bar is None
    assert rows[1].shown.unknown == "not known: no customer reports outcomes"


def test_a_single_point_stands_in_the_middle():
    (row,) = rows_on_one_scale([("a", known(5, 5, 5))])

    assert row.bar == (50, 0, 50)


@given(st.lists(st.floats(-1e6, 1e6), min_size=3, max_size=12))
def test_every_bar_stays_inside_the_scale(ends):
    triples = [sorted(ends[at : at + 3]) for at in range(0, len(ends) - 2, 3)]

    for row in rows_on_one_scale([(str(at), known(*triple)) for at, triple in enumerate(triples)]):
        assert 0 <= row.bar.start <= row.bar.dot + 0.1
        assert row.bar.start + row.bar.width == pytest.approx(
            min(row.bar.start + row.bar.width, 100), abs=0.11
        )
