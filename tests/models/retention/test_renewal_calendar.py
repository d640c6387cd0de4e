"""The renewal calendar: known terms end when they do, again every term, and new ones are those of who came lately."""

from __future__ import annotations

import numpy as np
import pytest

from models.errors import InvalidInput
from models.retention.renewal_calendar import (
    DUE,
    DUE_SHORT,
    FREE,
    INSIDE,
    NewTerms,
    RenewalCalendar,
    new_situations,
)


def calendar(term: list[int], until_due: list[int]) -> RenewalCalendar:
    past = np.full((3, len(term)), FREE, dtype=np.int64)
    return RenewalCalendar(past, np.array(term), np.array(until_due))


def test_a_term_ends_when_it_is_known_to_and_again_every_term() -> None:
    ahead = np.array([calendar([3], [2]).ahead(month)[0] for month in range(1, 7)])

    assert ahead.tolist() == [INSIDE, DUE_SHORT, INSIDE, INSIDE, DUE_SHORT, INSIDE]


def test_a_term_of_unknown_length_ends_once_and_binds_no_more() -> None:
    ahead = [int(calendar([0], [2]).ahead(month)[0]) for month in range(1, 5)]

    assert ahead == [INSIDE, DUE, FREE, FREE]


def test_who_has_no_term_can_leave_in_any_month() -> None:
    free = calendar([0, 0], [0, 0])

    assert (free.ahead(1) == FREE).all()
    assert not free.binds


def test_a_new_customer_is_due_when_its_first_term_ends() -> None:
    assert np.flatnonzero(new_situations(12, 30) == DUE).tolist() == [11, 23]


def test_new_terms_weigh_by_what_customers_pay_at_first() -> None:
    terms = NewTerms.of(np.array([12] * 50 + [0] * 50), np.repeat([300.0, 100.0], 50), draws=400, seed=1)

    assert terms.terms.tolist() == [0, 12]
    assert terms.share[:, 1].mean() == pytest.approx(0.75, abs=0.01)


def test_where_nobody_came_nobody_new_is_bound() -> None:
    terms = NewTerms.of(np.zeros(0, dtype=np.int64), np.zeros(0), draws=5, seed=1)

    assert terms.terms.tolist() == [0]


def test_shapes_that_do_not_fit_are_refused() -> None:
    with pytest.raises(InvalidInput, match="shape"):
        RenewalCalendar(
            np.zeros((2, 3), dtype=np.int64), np.zeros(3, dtype=np.int64), np.zeros(2, dtype=np.int64)
        )
    with pytest.raises(InvalidInput, match="≥ 0"):
        calendar([12], [-1])
