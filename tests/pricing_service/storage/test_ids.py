"""Ids sort by time and do not repeat."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pricing_service.storage.ids import is_id, new_id

MOMENTS = st.datetimes(min_value=datetime(1970, 1, 2), max_value=datetime(9999, 1, 1), timezones=st.just(UTC))


@given(MOMENTS, st.integers(1, 10**9))
def test_a_later_id_sorts_behind_an_earlier_one(moment: datetime, milliseconds: int) -> None:
    assert new_id("an", moment) < new_id("an", moment + timedelta(milliseconds=milliseconds))


def test_a_millisecond_later_counts_however_large_the_moment() -> None:
    moment = datetime(2248, 1, 1, tzinfo=UTC)  # where a float of seconds loses it
    later = moment + timedelta(milliseconds=1)

    assert all(new_id("an", moment) < new_id("an", later) for _ in range(50))


def test_ids_of_one_moment_differ_and_have_the_form_of_ids() -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    ids = {new_id("ds", now) for _ in range(1000)}

    assert len(ids) == 1000
    assert all(is_id(one) and one.startswith("ds_01kdvdna00") for one in ids)


@pytest.mark.parametrize(
    "text", ["", "an_", "an_short", "AN_01kdvdna000000000000000000", "an_01kdvdna00000000000000000u"]
)
def test_what_has_another_form_is_no_id(text: str) -> None:
    assert not is_id(text)
