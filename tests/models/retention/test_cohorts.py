"""The cohort triangle against the same sums written plainly."""

from __future__ import annotations

import numpy as np
from hypothesis import given

from models.retention.cohorts import cohort_triangle
from models.retention.ledger import Ints, MrrLedger
from tests.models.retention.ledgers import MINI, ledger_of, month_ends, rows_of


def plainly(ends: Ints) -> tuple[Ints, Ints]:
    months, customers = ends.shape
    mrr, count = np.zeros((2, months, months), dtype=np.int64)
    for who in range(customers):
        paid = np.flatnonzero(ends[:, who])
        for month in paid:
            mrr[paid[0], month - paid[0]] += ends[month, who]
            count[paid[0], month - paid[0]] += 1
    return mrr, count


@given(month_ends())
def test_the_triangle_is_the_sum_over_customers_by_first_month_and_age(ends: Ints) -> None:
    triangle = cohort_triangle(ledger_of(ends))
    mrr, count = plainly(ends)

    assert (triangle.mrr == mrr).all()
    assert (triangle.customers == count).all()


@given(month_ends())
def test_the_diagonals_of_the_triangle_are_the_months_mrr(ends: Ints) -> None:
    triangle = cohort_triangle(ledger_of(ends)).mrr
    by_month = [
        sum(triangle[cohort, month - cohort] for cohort in range(month + 1)) for month in range(len(ends))
    ]

    assert by_month == ends.sum(axis=1).tolist()


def test_customers_from_before_the_ledger_belong_to_no_cohort() -> None:
    changes = rows_of(np.diff(MINI, axis=0, prepend=0))
    known = MINI[0] > 0
    triangle = cohort_triangle(MrrLedger(8, 13, changes, known_before=known))

    assert triangle.customers[0].sum() == 0
    assert triangle.customers[2].max() == 2


def test_of_the_last_cohort_one_age_is_seen() -> None:
    assert cohort_triangle(ledger_of(MINI)).seen[[0, -1]].tolist() == [13, 1]
