"""Raises must count from when a customer decides about them, for a year, and only those that nobody chose."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from pricing_service.decisions._raise_exposure import Exposure
from pricing_service.decisions._raise_told import Told

JUNE = 2025 * 12 + 5
"""The month of the day on which raises of these tests take effect."""
U = float(np.log(1.2))


def told(
    customer: str = "a", *, offered: float = 120.0, assignment: str = "randomised", wave: str = ""
) -> Told:
    return Told(customer, date(2025, 6, 1), None, 100.0, offered, offered, assignment, False, wave)


def at(*months: int) -> tuple[np.ndarray, np.ndarray]:
    """Months of the first customer."""
    return np.zeros(len(months), dtype=np.intp), np.array(months)


def test_a_raise_counts_from_the_month_before_it_takes_effect():
    raises = Exposure.of([told()], ["a"])

    assert raises.given(*at(JUNE - 2, JUNE - 1, JUNE)) == pytest.approx([0, U, U])
    assert not raises.old(*at(JUNE - 2, JUNE - 1, JUNE)).any()


def test_after_a_year_a_raise_is_old_and_no_longer_given():
    raises = Exposure.of([told()], ["a"])
    months = at(JUNE + 10, JUNE + 11, JUNE + 30)

    assert raises.given(*months) == pytest.approx([U, 0, 0])
    assert raises.old(*months) == pytest.approx([0, U, U])


def test_raises_add_up_month_by_month_for_each_customer_in_any_order_of_rows():
    later = Told("a", date(2025, 8, 1), None, 120.0, 132.0, 132.0, "randomised", False, "")
    raises = Exposure.of([told(), later, told("b")], ["a", "b"])
    who, month = np.array([1, 0, 0, 1]), np.array([JUNE, JUNE + 1, JUNE, JUNE - 2])

    assert raises.given(who, month) == pytest.approx([U, np.log(1.32), U, 0])


@pytest.mark.parametrize("assignment", ["negotiated", "policy"])
def test_raises_that_somebody_chose_never_stand_among_those_given(assignment):
    raises = Exposure.of([told(assignment=assignment)], ["a"])
    months = at(JUNE - 2, JUNE, JUNE + 30)

    assert not raises.given(*months).any()
    assert not raises.old(*months).any()
    assert raises.other(*months) == pytest.approx(np.array([[0], [U], [U]]))
    assert raises.waves() == []


def test_each_kind_of_raise_that_was_chosen_has_a_column_of_its_own():
    changes = [told(), told("b", assignment="policy"), told("c", assignment="negotiated")]
    raises = Exposure.of(changes, ["a", "b", "c"])

    others = raises.other(np.arange(3), np.full(3, JUNE))

    assert others == pytest.approx(np.array([[0, 0], [0, U], [U, 0]]))
    assert Exposure.of([told()], ["a"]).other(*at(JUNE)).shape == (1, 0)


def test_a_wave_with_a_hold_out_marks_its_customers_and_what_it_asked_whatever_their_lot():
    changes = [told(), told("b", offered=100.0), told("c", wave="another")]
    raises = Exposure.of(changes, ["a", "b", "c"])
    who, month = np.array([0, 0, 1, 1, 2]), np.array([JUNE - 2, JUNE, JUNE - 2, JUNE, JUNE])

    part, asked = raises.inside(who, month)

    assert part.tolist() == [0, 1, 0, 1, 0]
    assert asked == pytest.approx([0, U, 0, U, 0])
    assert raises.given(who, month) == pytest.approx([0, U, 0, 0, U])


def test_a_wave_without_a_hold_out_or_in_which_nobody_was_asked_more_marks_nobody():
    assert Exposure.of([told()], ["a"]).inside(*at(JUNE)) == []
    assert Exposure.of([told(offered=100.0)], ["a"]).inside(*at(JUNE)) == []


def test_customers_who_are_not_in_the_panel_are_left_out():
    raises = Exposure.of([told("stranger"), told("b")], ["a", "b"])

    assert raises.who.tolist() == [1]
    assert raises.given(np.array([0, 1]), np.full(2, JUNE)) == pytest.approx([0, U])


def test_the_months_of_the_three_largest_waves_are_told_in_order():
    changes = [
        Told(f"{month} {at}", date(2025, month, 1), None, 100.0, 120.0, 120.0, "contractual", False, "")
        for month, size in ((3, 4), (5, 1), (7, 2), (9, 3))
        for at in range(size)
    ]

    found = Exposure.of(changes, [each.customer for each in changes]).waves()

    assert found == [2025 * 12 + month - 2 for month in (3, 7, 9)]
