"""What came up for renewal month by month, how much of it was renewed, and what comes up next.

Notation
--------
t : a month in which a subscription is due (`_growth_calendar`); a stretch that starts where another ends is not due
    again in that month
d : what a customer's subscriptions that are due in t pay       x, y : what it pays at the ends of t - 1 and t
    renewed = y - max(x - d, 0), within 0 … d:  what other subscriptions pay is taken off
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import ibis
import numpy as np
import pyarrow as pa
from ibis.expr.types import Table
from numpy.typing import NDArray

from models.errors import NotEstimable
from models.estimate import Estimate, Label
from models.retention.intervals import revenue_retention
from models.retention.ledger import Ints
from pricing_service.decisions._growth_calendar import on_time, stretches
from pricing_service.decisions._growth_ledger import Book
from pricing_service.decisions._growth_subscriptions import paid_stretches
from pricing_service.panel import StoredPanel

_METHOD = "renewed ÷ due, customer by customer, variance pooled over sizes"


@dataclass(frozen=True, eq=False)
class Renewals:
    """What was due, one row per customer and month, in order of customer.

    Parameters
    ----------
    book
        The ledger.
    customer, month
        Shape (r,): places; months beyond the ledger's are still to come.
    due, renewed
        Shape (r,): minor units a month; nothing is renewed yet in months to come.
    months
        The first month looked at, and the end of those to come.
    level
        Of the intervals.
    """

    book: Book
    customer: Ints
    month: Ints
    due: Ints
    renewed: Ints
    months: tuple[int, int]
    level: float

    @classmethod
    def of(cls, panel: StoredPanel, book: Book, *, window: int, ahead: int, level: float) -> Renewals:
        """Read the terms of subscriptions that end in the months of the window, and of as many as are foreseen.

        Raises
        ------
        NotEstimable
            ``no_terms`` where no subscription tells when its term ends.
        """
        paid = paid_stretches(panel, book.roots)
        untold = NotEstimable("no_terms", "no subscription tells when its term ends")
        if paid is None:
            raise untold
        some = (paid.term_end.notnull() | (paid.term_months > 0)).any()
        if not paid.agg(some=some).to_pyarrow()["some"][0].as_py():
            raise untold
        months = (max(book.ledger.months - window, 1), book.ledger.months + ahead)
        begun = paid.filter(paid.start <= panel.as_of)
        rows = _due(begun, book, months).to_pyarrow()
        who, when = book.places(rows["owner"].to_pylist()), rows["month"].to_numpy()
        order = np.lexsort((when, who))
        order = order[who[order] >= 0]
        who, when, due = who[order], when[order], rows["due"].to_numpy()[order]
        return cls(book, who, when, due, _renewed(book, who, when, due), months, level)

    def rows(self) -> list[dict[str, Any]]:
        """Return each month, oldest first."""
        return [self._row(month, self.month == month) for month in range(*self.months)]

    def _row(self, month: int, here: NDArray[np.bool_]) -> dict[str, Any]:
        label = Label(unit="share", method=_METHOD, level=self.level)
        customers = int(here.sum())
        if month >= self.book.ledger.months:
            share = label.unknown("not_yet_due", n=customers)
        elif not customers:
            share = label.unknown("nothing_due", n=0)
        else:
            share = self._share(self.due[here], self.renewed[here])
        return {
            "month": self.book.month(month),
            "due_mrr": self.book.money(self.due[here].sum()),
            "renewed_share": share.to_json(),
            "customers": customers,
        }

    def available_to_renew(self) -> Estimate:
        """Return which share of all that was due in the window was renewed; each customer counts once."""
        past = self.month < self.book.ledger.months
        if not past.any():
            return Label(unit="share", method=_METHOD, level=self.level).unknown("nothing_due", n=0)
        _, place = np.unique(self.customer[past], return_inverse=True)
        due, renewed = (np.bincount(place, weights=each[past]) for each in (self.due, self.renewed))
        return self._share(due, renewed)

    def _share(self, due: NDArray[Any], renewed: NDArray[Any]) -> Estimate:
        return replace(revenue_retention(due, renewed, level=self.level).gross, method=_METHOD)


def with_due(forecast: list[dict[str, Any]], renewals: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return months of a forecast with what comes up for renewal in each, where terms are told."""
    due = {row["month"]: row["due_mrr"] for row in renewals}
    return [row | ({"due_mrr": due[row["month"]]} if row["month"] in due else {}) for row in forecast]


def _due(paid: Table, book: Book, months: tuple[int, int]) -> Table:
    """Return `owner`, `month` (its place) and `due`, one row per customer and month."""
    held = stretches(paid, book, until=months[1])
    spine = ibis.memtable(pa.table({"month": np.arange(*months)}))
    pairs = held.join(spine, [held.since < spine.month, held.until >= spine.month])
    # Of the months to come only the running term's end: what is due after it depends on that one.
    today = book.ledger.months
    next_one = (pairs.anchor >= today).ifelse(pairs.month == pairs.anchor, pairs.month < today + pairs.term)
    nearest = (pairs.month < today) | next_one
    found = pairs.filter(ibis.coalesce(on_time(pairs, pairs.month) & nearest, False))
    due = found.mrr.round().cast("int64")
    summed = found.group_by("owner", "month").agg(due=due.sum().cast("int64"))
    return summed.filter(summed.due > 0).order_by("owner", "month")


def _renewed(book: Book, customer: Ints, month: Ints, due: Ints) -> Ints:
    """Return what was renewed, shape (r,): 0 in months to come."""
    renewed = np.zeros_like(due)
    for at, rows in _by_month(month, book.ledger.months):
        before, now = (book.ledger.at(end)[customer[rows]] for end in (at - 1, at))
        renewed[rows] = np.clip(now - np.maximum(before - due[rows], 0), 0, due[rows])
    return renewed


def _by_month(month: Ints, end: int) -> Iterator[tuple[int, NDArray[np.intp]]]:
    for at in np.unique(month[month < end]).tolist():
        yield at, np.flatnonzero(month == at)
