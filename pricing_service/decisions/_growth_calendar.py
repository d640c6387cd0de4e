"""When customers can leave by contract: the terms of their subscriptions, month by month, and when they end next.

Notation
--------
s, z : months in which a stretch of a subscription starts and ends        e, w : month of a term's end, months of a term
t : a month in which it is due:  s < t ≤ z,  t - e a multiple of w;  in the others of s < t ≤ z it is inside its term

A customer is in the situation in which most of its revenue is; of two that are as large the end of a term counts. Terms
of one month bind nobody.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import ibis
import numpy as np
import pyarrow as pa
from ibis.expr.types import Column, Table
from numpy.typing import NDArray

from models.retention.ledger import Ints
from models.retention.renewal_calendar import FREE, RenewalCalendar, situations
from pricing_service.decisions._growth_ledger import Book
from pricing_service.decisions._growth_subscriptions import paid_stretches
from pricing_service.decisions._term_months import again, term_month
from pricing_service.panel import StoredPanel
from pricing_service.panel.calendar import months_between


def stretches(paid: Table, book: Book, *, until: int) -> Table:
    """Return stretches by month: what still runs ends in month `until`; all days by the rule for ends of terms.

    Columns: `owner`, `mrr`, `since` (s), `until` (z), `term` (w), `anchor` (e); and the first month-ends at which it is
    there (`there`) and no longer there (`gone`).
    """
    began = book.first.astype("datetime64[D]").item()
    first = ibis.literal(began)
    starts, stops, ends = (
        (term_month(day) - (began.year * 12 + began.month - 1)).cast("int64")
        for day in (paid.start, paid.end, paid.term_end)
    )
    there, gone = (months_between(first, day).cast("int64") for day in (paid.start, paid.end))
    term = paid.term_months.nullif(0)
    return paid.select(
        "owner", "mrr", term=term, since=starts, until=ibis.coalesce(stops, until),
        anchor=ibis.coalesce(ends, starts + term), there=there, gone=ibis.coalesce(gone, until),
    )  # fmt: skip


def on_time(held: Table, month: Column) -> Column:
    """Return whether a term ends in a month; one of unknown length ends once."""
    apart = month - held.anchor
    return ibis.coalesce(again(apart, held.term), apart == 0)


@dataclass(frozen=True, eq=False)
class Contracts:
    """What subscriptions say of when customers can leave.

    Parameters
    ----------
    book
        The ledger.
    months
        Columns `owner`, `month`, `term`, and minor units a month by situation, `due`, `inside` and `free`: customers
        and months in which anything is bound.
    ends
        Columns `owner`, `mrr`, `term` and `month`, that of the next end, -1 where not bound: what runs now.
    history
        How many months are read.
    """

    book: Book
    months: pa.Table
    ends: pa.Table
    history: int

    @classmethod
    def of(cls, panel: StoredPanel, book: Book, *, history: int) -> Contracts | None:
        """Read the latest months; None where no subscription has a term that binds."""
        paid = paid_stretches(panel, book.roots)
        if paid is None:
            return None
        today = book.ledger.months
        held = stretches(paid.filter(paid.start <= panel.as_of), book, until=today)
        bound = held.anchor.notnull() & (ibis.coalesce(held.term, 0) != 1)
        if not held.agg(some=bound.any()).to_pyarrow()["some"][0].as_py():
            return None
        held = held.mutate(bound=bound)
        months = _by_situation(held, first=max(today - history, 0), end=today).to_pyarrow()
        return cls(book, months, _next_ends(held, today=today).to_pyarrow(), history)

    def calendar(self, places: NDArray[np.intp]) -> RenewalCalendar:
        """Return the calendar of customers of the ledger, at places (n,), over its latest month-ends."""
        today = self.book.ledger.months
        start, n = max(today - self.history, 0), places.size
        past, term, until = np.full((today - start, n), FREE), np.zeros(n, np.int64), np.zeros(n, np.int64)
        who, month, length, due, inside, free = self._of(
            self.months, places, "month", "term", "due", "inside", "free"
        )
        ends = (due > 0) & (due >= np.maximum(inside, free))
        past[month - start, who] = situations(ends, (inside > 0) & (inside >= free), length)
        term[who] = length
        who, month, length, mrr = self._of(self.ends, places, "month", "term", "mrr")
        largest = np.lexsort((month, mrr))
        who, month, length = who[largest], month[largest], length[largest]
        until[who] = np.where(month < 0, 0, month - today + 1)
        term[who] = np.where(month < 0, 0, length)
        return RenewalCalendar(past, term, until)

    def bound(self) -> dict[str, Any]:
        """Return how many customers are bound now, and which share of MRR they pay under terms."""
        everyone = np.arange(self.book.ledger.customers)
        who, month, mrr = self._of(self.ends, everyone, "month", "mrr")
        pays = self.book.ledger.at(self.book.ledger.months - 1)
        bound = np.bincount(who[month >= 0], weights=mrr[month >= 0], minlength=pays.size)
        bound = np.clip(bound, 0, pays)
        if not pays.any():
            return {"reason": "no_customers"}
        share = float(bound.sum() / pays.sum())
        return {
            "customers": int((bound > 0).sum()),
            "mrr": self.book.money(bound.sum()),
            "share_of_mrr": share,
        }

    def _of(self, table: pa.Table, places: NDArray[np.intp], *names: str) -> list[Ints]:
        """Return columns of the rows of chosen customers, and first which of them each is, oldest month first."""
        column = np.full(self.book.ledger.customers + 1, -1, dtype=np.int64)
        column[places] = np.arange(places.size)
        who = column[self.book.places(table["owner"].to_pylist())]
        order = np.argsort(table["month"].to_numpy(), kind="stable")
        order = order[who[order] >= 0]
        return [each[order] for each in (who, *(table[name].to_numpy() for name in names))]


@dataclass(frozen=True, eq=False)
class UsualTerms:
    """Each customer's usual term: that of the stretch for which it paid most.

    Parameters
    ----------
    months
        Shape (n,): of the term; 1 where it can leave in any month.
    end
        Shape (n,): a month, counted from the first, in which a term ended or would have.
    """

    months: Ints
    end: Ints

    @classmethod
    def of(cls, panel: StoredPanel, book: Book) -> UsualTerms | None:
        """Read them; None where no subscription has a term that binds and whose length is known."""
        paid = paid_stretches(panel, book.roots)
        if paid is None:
            return None
        held = stretches(paid.filter(paid.start <= panel.as_of), book, until=book.ledger.months)
        order = [held.mrr.desc(), held.since.desc(), held.term.desc(), held.anchor.desc()]
        ranked = held.mutate(rank=ibis.row_number().over(group_by="owner", order_by=order))
        rows = ranked.filter(ranked.rank == 0, ranked.term > 1).select("owner", "term", "anchor").to_pyarrow()
        who = book.places(rows["owner"].to_pylist())
        months, end = np.ones(book.ledger.customers, np.int64), np.zeros(book.ledger.customers, np.int64)
        months[who[who >= 0]] = rows["term"].to_numpy()[who >= 0]
        end[who[who >= 0]] = rows["anchor"].to_numpy()[who >= 0]
        return cls(months, end) if (months > 1).any() else None

    def start(self, signed: Ints, last: Ints) -> Ints:
        """Return when first terms began, near signing, of who signed and paid last in some months, (n,) each."""
        since = (signed - self.end) % self.months
        before, after = signed - since, signed - since + self.months
        return np.where((since * 2 > self.months) & (after <= last), after, before)


def _by_situation(held: Table, *, first: int, end: int) -> Table:
    """Return `owner`, `month`, `term`, `due`, `inside`, `free`, where anything is bound."""
    spine = ibis.memtable(pa.table({"month": np.arange(first, end)}))
    pairs = held.join(spine, [held.since < spine.month, held.until >= spine.month])
    # A stretch that ends on the last day of a month is gone at that month's end, before its term's month.
    at = (pairs.month == pairs.gone).ifelse(pairs.until, pairs.month)
    due = pairs.bound & on_time(pairs, at)
    parts = {"due": due, "inside": pairs.bound & ~due, "free": ~pairs.bound}
    summed = pairs.group_by("owner", "month").agg(
        term=ibis.coalesce(pairs.bound.ifelse(pairs.term, 0).max(), 0).cast("int64"),
        **{name: part.ifelse(pairs.mrr, 0.0).sum().round().cast("int64") for name, part in parts.items()},
    )
    return summed.filter(summed.due + summed.inside > 0).order_by("owner", "month")


def _next_ends(held: Table, *, today: int) -> Table:
    """Return `owner`, `month` (of the next end, -1: not bound), `term` and `mrr` of what runs at the last month-end."""
    runs = held.filter(held.there < today, held.gone >= today)
    over = (runs.term - (today - runs.anchor) % runs.term) % runs.term
    following = (runs.anchor >= today).ifelse(runs.anchor, today + over)
    month = ibis.coalesce(runs.bound.ifelse(following, -1), -1).cast("int64")
    term = (month < 0).ifelse(0, ibis.coalesce(runs.term, 0)).cast("int64")
    dated = runs.select("owner", "mrr", month=month, term=term)
    summed = dated.group_by("owner", "month", "term").agg(mrr=dated.mrr.sum().round().cast("int64"))
    return summed.order_by("owner", "month", "term")
