"""The month in which a term ends: one rule for whoever asks when customers can leave by contract.

A day later than a date decides its month, so that a term ends in the same month whether its last day is written down
or the day after.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from ibis.expr.types import Column

from models.retention.ledger import Ints
from pricing_service.panel.calendar import shifted


def term_month(day: date | Column) -> Any:
    """Return the month, counted from year 0, in which a term ends whose last day, or the day after, is told.

    A number for a date, a column for a column.

    >>> term_month(date(2026, 12, 31)) == term_month(date(2027, 1, 1)) == 12 * 2027
    True
    """
    if isinstance(day, date):
        later = day + timedelta(days=1)
        return later.year * 12 + later.month - 1
    after = shifted(day, 1)
    return after.year() * 12 + after.month() - 1


def again(apart: Ints | Column, term: int | Column) -> Any:
    """Return whether one more term ends so many months apart from the end of another, before or after it.

    Truths for numbers, a column for a column.
    """
    return apart % term == 0
