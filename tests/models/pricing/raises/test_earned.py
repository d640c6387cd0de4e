"""Raises that value has earned: parts within the corridor, in any currency, and none from unknown value."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.errors import InvalidInput
from models.pricing.raises.earned import Earned, earned_by_value

MONEY = st.floats(0.01, 1e7)
VALUE = st.one_of(st.just(0.0), st.floats(0.01, 1e7), st.floats(-1e6, -0.01))


def earned(bill: float, value: float, before: float, **more: tuple[float, float]) -> Earned:
    return earned_by_value(np.array([bill]), np.array([value]), np.array([before]), **more)


@given(bill=MONEY, value=VALUE, before=st.one_of(VALUE, st.just(np.nan)))
def test_parts_are_never_negative_and_never_exceed_room(bill, value, before):
    found = earned(bill, value, before)

    assert found.earned[0] >= 0
    assert found.catch_up[0] >= 0
    assert found.allowed[0] <= found.room[0] * (1 + 1e-12)
    assert bill + found.allowed[0] <= max(0.15 * value, bill) * (1 + 1e-9)


@given(bill=MONEY, value=VALUE, before=VALUE, scale=st.sampled_from([0.01, 7.3, 1000.0]))
def test_money_in_another_currency_scales_all_parts_alike(bill, value, before, scale):
    one, other = earned(bill, value, before), earned(bill * scale, value * scale, before * scale)

    for part in ("earned", "catch_up", "room"):
        assert getattr(other, part)[0] == pytest.approx(
            getattr(one, part)[0] * scale, rel=1e-6, abs=1e-6 * scale
        )
    assert other.captured[0] == pytest.approx(one.captured[0])


def test_added_value_earns_its_share_up_to_the_end_of_the_corridor():
    assert earned(100, 1000, 900).earned[0] == pytest.approx(15)
    assert earned(100, 1000, 100).earned[0] == pytest.approx(50)
    assert earned(120, 1000, 1000).earned[0] == 0


def test_value_that_shrank_earns_nothing_and_catches_up_by_what_is_left_of_it():
    found = earned(50, 800, 1600)

    assert found.earned[0] == 0
    assert found.catch_up[0] == pytest.approx(0.1 * 800 - 50)


def test_value_below_nothing_allows_no_raise():
    for value, before in ((-100.0, 500.0), (-100.0, -500.0), (0.0, np.nan)):
        found = earned(50, value, before)
        assert found.allowed[0] == 0
        assert found.captured[0] == np.inf
        assert not found.pays_too_much[0]


def test_value_that_rose_from_below_nothing_earns_no_more_than_room():
    found = earned(50, 400, -1000)

    assert found.earned[0] == found.room[0] == pytest.approx(10)
    assert found.catch_up[0] == 0


def test_without_value_before_nothing_counts_as_added():
    found = earned(50, 1000, np.nan)

    assert found.earned[0] == 0
    assert found.catch_up[0] == pytest.approx(50)


def test_unknown_value_stays_unknown_and_is_not_called_too_dear():
    found = earned(50, np.nan, np.nan)

    assert np.isnan([found.earned[0], found.catch_up[0], found.room[0], found.captured[0]]).all()
    assert not found.pays_too_much[0]


def test_who_pays_more_than_the_corridor_is_told_apart():
    found = earned_by_value(np.array([149.0, 151.0]), np.full(2, 1000.0), np.full(2, 1000.0))

    assert found.pays_too_much.tolist() == [False, True]
    assert found.captured.tolist() == [0.149, 0.151]


def test_a_narrower_corridor_earns_less():
    assert earned(50, 1000, 500, capture=(0.05, 0.08)).allowed[0] < earned(50, 1000, 500).allowed[0]


@pytest.mark.parametrize("capture", [(0.0, 0.1), (0.2, 0.1), (0.1, 1.1)])
def test_a_corridor_that_is_none_is_refused(capture):
    with pytest.raises(InvalidInput):
        earned(50, 1000, 500, capture=capture)


@pytest.mark.parametrize("bill", [0.0, -1.0, np.nan])
def test_who_does_not_pay_cannot_be_raised(bill):
    with pytest.raises(InvalidInput):
        earned(bill, 1000, 500)
