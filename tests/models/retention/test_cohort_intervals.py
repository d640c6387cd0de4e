"""Retention of single cohorts: the triangle's shares, inside intervals that hold however few they were."""

from __future__ import annotations

import numpy as np
import pytest

from models.retention.cohort_intervals import FEWEST_IN_COHORT, CohortIntervals, Members
from models.retention.cohorts import cohort_triangle
from models.retention.ledger import Ints, MrrLedger
from tests.models.retention.ledgers import ledger_of

LEAVE, GROW, BY = 0.02, 0.04, 1.3


def book(
    rng: np.random.Generator, *, a_month: float, differ: float = 0.0, months: int = 19
) -> tuple[Ints, np.ndarray]:
    """Month-ends of cohorts of very unequal customers, and each cohort's chance to leave in a month."""
    leave = LEAVE * np.exp(rng.normal(0, differ, months))
    began = np.repeat(np.arange(months), rng.poisson(a_month, months))
    size, here = np.exp(1.5 * rng.standard_normal(began.size)), np.zeros(began.size, dtype=bool)
    ends = np.zeros((months, began.size))
    for at in range(months):
        here &= rng.random(began.size) >= leave[began]
        size = np.where(here & (rng.random(began.size) < GROW), BY * size, size)
        here |= began == at
        ends[at] = size * here
    return np.rint(1e5 * ends).astype(np.int64), leave


def intervals(ledger: MrrLedger, *, level: float = 0.9) -> CohortIntervals:
    members = Members.of(ledger)
    assert members is not None
    return CohortIntervals(members, level=level)


@pytest.mark.parametrize(("a_month", "differ"), [(8, 0.0), (8, 0.5), (40, 0.0), (40, 0.5)])
def test_nine_in_ten_hold_the_truth_of_small_and_large_cohorts_whose_chances_differ(
    a_month: float, differ: float
) -> None:
    held = []
    for seed in range(12):
        ends, leave = book(np.random.default_rng([seed, 5]), a_month=a_month, differ=differ)
        found = intervals(ledger_of(ends))
        for age in (3, 9, 15):
            stay = (1 - leave[found.members.months]) ** age
            for told, truth in (
                (found.logo(age), stay),
                (found.revenue(age, "net"), stay * (1 + GROW * (BY - 1)) ** age),
            ):
                known = np.isfinite(told.value)
                held.extend(((told.low <= truth) & (truth <= told.high))[known])

    assert np.mean(held) >= 0.9 - 2 * (0.9 * 0.1 / len(held)) ** 0.5


def test_values_are_the_triangles() -> None:
    ledger = ledger_of(book(np.random.default_rng(3), a_month=12)[0])
    triangle, found = cohort_triangle(ledger), intervals(ledger)
    rows = found.members.months

    for age in (0, 4, 12):
        seen = np.isfinite(found.logo(age).value)
        at = rows[seen]
        assert found.logo(age).value[seen] == pytest.approx(
            triangle.customers[at, age] / triangle.customers[at, 0]
        )
        assert found.revenue(age, "net").value[seen] == pytest.approx(
            triangle.mrr[at, age] / triangle.mrr[at, 0]
        )


def test_nobody_of_a_small_cohort_left_and_yet_some_might_have() -> None:
    ends = np.full((4, 66), 100)
    ends[0, 60:] = 0
    ends[2:, :20] = 0
    told = intervals(ledger_of(ends)).revenue(2, "gross")

    assert told.value[1] == pytest.approx(1)
    assert told.low[1] < 0.8


def test_too_few_or_too_young_have_no_number() -> None:
    ends = np.full((3, 24), 100)
    ends[0, 20:] = 0
    told = intervals(ledger_of(ends))

    assert np.isnan(told.logo(1).value[1])
    assert FEWEST_IN_COHORT == 5
    assert np.isnan(told.revenue(2, "net").value[1])


def test_at_first_all_is_there_for_sure() -> None:
    told = intervals(ledger_of(np.full((3, 24), 100))).revenue(0, "net")

    assert (told.low[0], told.value[0], told.high[0]) == (1, 1, 1)


def test_where_nobody_began_within_the_ledger_there_are_no_members() -> None:
    known = MrrLedger(2, 3, ledger_of(np.full((3, 2), 100)).changes, known_before=np.ones(2, dtype=bool))

    assert Members.of(known) is None
