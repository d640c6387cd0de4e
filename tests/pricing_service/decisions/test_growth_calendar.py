"""Who is bound by terms until when: read off subscriptions, and what the forecast makes of it."""

from __future__ import annotations

import numpy as np
import pytest

from models.retention.ledger import Ints
from models.retention.renewal_calendar import DUE, FREE, INSIDE
from pricing_service.decisions._growth_calendar import Contracts
from pricing_service.decisions._growth_ledger import read_book
from tests.pricing_service.decisions.conftest import FrontDoor
from tests.pricing_service.decisions.small_business import Row, decided
from tests.pricing_service.decisions.test_growth import KIND, month, subscription
from tests.pricing_service.decisions.test_growth_renewals import seen, yearly

MONTHS = 25
"""Whole months until the end of January 2026."""


def calendar(front_door: FrontDoor, *rows: Row) -> tuple[Ints, Ints]:
    """Return situations of the first customer by name in the past 25 months and in the next 18."""
    panel = front_door(seen([*rows, subscription("z", 0, None, 1)]))
    book = read_book(panel)
    contracts = Contracts.of(panel, book, history=MONTHS)
    assert contracts is not None
    found = contracts.calendar(np.arange(book.ledger.customers))
    return found.past[:, 0], np.array([found.ahead(at)[0] for at in range(1, 19)])


def test_a_yearly_term_is_due_on_its_birthdays_and_bound_between_them(front_door: FrontDoor) -> None:
    past, ahead = calendar(front_door, yearly("a", 5, None, 100))

    assert np.flatnonzero(past == DUE).tolist() == [17]
    assert (past[:6] == FREE).all()
    assert (np.delete(past[6:], 11) == INSIDE).all()
    assert np.flatnonzero(ahead == DUE).tolist() == [4, 16]


def test_the_month_in_which_a_customer_leaves_at_the_end_of_its_term_is_due(front_door: FrontDoor) -> None:
    on_first = yearly("a", 5, 17, 100)
    on_last = on_first | {"end": "2025-05-31", "term_end": "2025-05-31"}

    assert np.flatnonzero(calendar(front_door, on_first)[0] == DUE).tolist() == [17]
    assert 16 in np.flatnonzero(calendar(front_door, on_last)[0] == DUE)


def test_the_larger_part_of_what_a_customer_pays_decides(front_door: FrontDoor) -> None:
    def two(bound: float, free: float) -> tuple[Ints, Ints]:
        rows = yearly("a", 5, None, bound), subscription("a", 0, None, free)
        return calendar(front_door, *(row | {"subscription_id": f"s{at}"} for at, row in enumerate(rows)))

    assert (two(10, 100)[0] == FREE).all()
    assert (two(10, 100)[1] == FREE).all()
    assert (two(100, 10)[1] != FREE).all()


def test_a_month_ahead_of_a_new_term_nothing_is_due_before_its_end(front_door: FrontDoor) -> None:
    ahead = calendar(front_door, yearly("a", 5, None, 100, term_end="2027-06-01"))[1]

    assert np.flatnonzero(ahead == DUE).tolist() == [16]


def test_terms_of_one_month_bind_nobody(front_door: FrontDoor) -> None:
    panel = front_door(seen([yearly("a", 5, None, 100, term_end="", term_months=1)]))

    assert Contracts.of(panel, read_book(panel), history=MONTHS) is None


def test_the_answer_tells_what_is_bound_and_what_comes_up_in_each_month(front_door: FrontDoor) -> None:
    rows = [yearly(f"a{at:02d}", 1 + at % 12, None, 100) for at in range(24)]
    rows += [subscription(f"m{at:02d}", 0, None, 50) for at in range(16)]
    result = decided(KIND, front_door(seen(rows))).result

    assert result["bound"] == {"customers": 24, "mrr": 2400, "share_of_mrr": 0.75}
    assert [row["due_mrr"] for row in result["forecast"]] == [200] * 12
    assert "24 customers, who pay 75 % of today's revenue, are bound by terms" in " ".join(
        result["sentences"]
    )


def test_customers_who_leave_only_when_terms_end_are_foreseen_to_leave_then(front_door: FrontDoor) -> None:
    """A hundred from June 2023 on: a fifth leaves in each June, nobody ever between."""
    rows = [
        yearly(f"a{at:03d}", -7, 5 if at < 40 else 17 if at < 70 else None, 100, term_end=month(5))
        for at in range(200)
    ]
    forecast = decided(KIND, front_door(seen(rows))).result["forecast"]
    kept = [row["mrr"]["value"] / 13_000 for row in forecast]

    assert kept[3] == pytest.approx(1, abs=0.02)
    assert 0.7 < kept[4] < 0.9
    assert kept[11] == pytest.approx(kept[4], abs=0.02)


def test_without_terms_nothing_is_bound_and_no_month_has_anything_due(front_door: FrontDoor) -> None:
    result = decided(
        KIND, front_door(seen([subscription(f"c{at}", 0, None, 100) for at in range(12)]))
    ).result

    assert result["bound"] == {"reason": "no_terms"}
    assert "due_mrr" not in result["forecast"][0]
    assert month(MONTHS)[:7] == result["forecast"][0]["month"]
