"""From panel to success: what customers brought and gained in the months after signing, summed by the engine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import ibis
import numpy as np
import pyarrow as pa
from ibis.expr.types import Column, Table
from numpy.typing import NDArray

from models.checks import Floats
from models.ideal_customers.success import Window
from pricing_service.decisions._contract_tables import contract_tables
from pricing_service.panel import StoredPanel
from pricing_service.panel.calendar import months_between

LENGTHS = (12, 6, 3, 1)
"""Lengths of the window to choose from, months."""
_OLD_ENOUGH = 0.5


@dataclass(frozen=True)
class Calendar:
    """The book by months: who signed when, counted from the first month of the data.

    Parameters
    ----------
    customers
        Ids of the N customers whose start is known, sorted.
    signed
        Shape (N,): the month of signing; negative before the data begin.
    start
        Shape (N,): the month after which the window begins: that of signing, or the first that is in the data.
    first, last
        The first month of the data, and how many months later the last whole one is.
    """

    customers: list[str]
    signed: NDArray[np.int64]
    start: NDArray[np.int64]
    first: date
    last: int

    @property
    def seen_late(self) -> NDArray[np.bool_]:
        """Shape (N,): whether a customer was there before the data begin."""
        return self.signed < self.start

    def window_length(self) -> int:
        """Return the longest window that is over for at least half of the customers, else the shortest."""
        for months in LENGTHS:
            if self.start.size and (self.start + months <= self.last).mean() >= _OLD_ENOUGH:
                return months
        return LENGTHS[-1]

    def over(self, months: int) -> NDArray[np.bool_]:
        """Return whose window of so many months is over, shape (N,)."""
        return self.start + months <= self.last


def read_calendar(panel: StoredPanel) -> Calendar | None:
    """Read who signed when; None where nothing is dated."""
    connection = panel.connect()
    months = connection.table("months")
    whole = months.filter(~months.partial)
    span = months.agg(first=months.month.min()).cross_join(whole.agg(last=whole.month.max())).to_pyarrow()
    first, last = span.column("first")[0].as_py(), span.column("last")[0].as_py()
    if first is None or last is None:
        return None
    book = connection.table("customers")
    begun = ibis.literal(first)
    told = book.select(
        "customer_id",
        signed=months_between(begun, ibis.coalesce(book.signed_up, book.first_month)),
        seen=months_between(begun, book.first_month),
    ).order_by("customer_id")
    table = told.filter(told.signed.notnull()).to_pyarrow()
    signed, seen = (_integers(table, name) for name in ("signed", "seen"))
    # Signed within the data, it is followed from then on, seen or not; before, from its first month in them.
    start = np.where(signed >= 0, signed, np.maximum(seen, 0))
    return Calendar(table.column("customer_id").to_pylist(), signed, start, first, months_from(first, last))


def read_windows(panel: StoredPanel, calendar: Calendar, *, months: int, expected: float) -> Window:
    """Sum up every customer's window.

    Parameters
    ----------
    panel, calendar
        Where it comes from.
    months
        The window's length; the month of signing comes before it, and its costs count.
    expected
        Months that a customer who is there at the window's end is expected to stay.
    """
    connection = panel.connect()
    starts = pa.table({"customer_id": calendar.customers, "start": calendar.start})
    begins = ibis.memtable(starts) if calendar.customers else ibis.memtable(starts.schema.empty_table())
    paid = _by_customer(
        _payments(_since(connection.table("months"), begins, calendar, "month"), months), calendar
    )
    gained = _gained(panel, connection.table("periods"), begins, calendar, months=months)
    stays = np.nan_to_num(paid["last_bill"]) > 0
    later = np.where(stays, paid["last_bill"] - np.nan_to_num(paid["service"]), 0.0)
    knows = np.isfinite(paid["margin"]).any()
    return Window(
        bill=paid["first_bill"],
        # A customer of whom there is no row in a month in which others pay paid nothing.
        margin=np.nan_to_num(paid["margin"]) if knows else np.full(len(calendar.customers), np.nan),
        still_expected=np.nan_to_num(later * expected),
        won_for_us=_won_for_us(panel, calendar, months=months),
        gained=gained * np.where(knows, np.minimum(np.nan_to_num(paid["months_paid"]) / months, 1.0), 1.0),
    )


def _since(table: Table, begins: Table, calendar: Calendar, column: str) -> Table:
    """Return the rows of `table` with `after`: months since each customer's start."""
    joined = table.join(begins, "customer_id")
    since = months_between(ibis.literal(calendar.first), joined[column]) - joined.start
    return joined.mutate(after=since)


def _payments(months: Table, length: int) -> Table:
    cost = ibis.coalesce(months.cost, 0.0)
    here = (months.after >= 0) & (months.after <= length)
    later = here & (months.after > 1)
    return months.group_by("customer_id").agg(
        margin=(months.mrr_average - cost).sum(where=here),
        first_bill=months.mrr_end.argmin(months.month, where=here & (months.mrr_end > 0)),
        last_bill=months.mrr_end.max(where=months.after == length),
        service=cost.mean(where=later),
        months_paid=(months.mrr_end > 0).sum(where=here & (months.after > 0)),
    )


def _gained(panel: StoredPanel, periods: Table, begins: Table, calendar: Calendar, *, months: int) -> Floats:
    """Return what each customer gains a month of those that it reports in its window, NaN where it reports none."""
    counted = {
        kpi.kpi: 1.0 if kpi.attribution is None else kpi.attribution for kpi in panel.kpis if kpi.counted
    }
    columns = [(each.column, counted[each.kpi]) for each in panel.values if each.kpi in counted]
    if not columns:
        return np.full(len(calendar.customers), np.nan)
    told = _since(periods, begins, calendar, "period_start")
    inside = told.filter((told.after >= 1) & (told.after + told.months.cast("int64") - 1 <= months))
    money: Column = sum(
        (ibis.coalesce(inside[name], 0.0) * share for name, share in columns), ibis.literal(0.0)
    )
    some = ibis.or_(*(inside[name].notnull() for name, _ in columns))
    summed = inside.group_by("customer_id").agg(
        money=money.sum(where=some), covered=inside.months.cast("float64").sum(where=some)
    )
    read = _by_customer(summed, calendar)
    gained: Floats = np.divide(
        read["money"], read["covered"], out=np.full(read["money"].shape, np.nan), where=read["covered"] > 0
    )
    return gained


def _won_for_us(panel: StoredPanel, calendar: Calendar, *, months: int) -> Floats:
    """Count the customers that each recommended, and who became customers, within its window."""
    tables = contract_tables(panel)
    place = {who: at for at, who in enumerate(calendar.customers)}
    won = {row["lead_id"]: row["customer_id"] for row in tables.rows("leads") if row["customer_id"]}
    counted = np.zeros(len(place))
    seen: set[tuple[int, int]] = set()
    for row in tables.rows("referrals"):
        who, whom = place.get(row["customer_id"]), place.get(won.get(row["referred"], row["referred"]))
        if who is None or whom is None or who == whom or (who, whom) in seen:
            continue
        seen.add((who, whom))
        after = (
            months_from(calendar.first, row["date"]) - calendar.start[who],
            calendar.signed[whom] - calendar.start[who],
        )
        counted[who] += all(0 <= each <= months for each in after)
    return counted


def _by_customer(summed: Table, calendar: Calendar) -> dict[str, Floats]:
    """Return each column of a table with at most one row a customer as an array (N,), NaN where there is none."""
    table = summed.to_pyarrow()
    place = {who: at for at, who in enumerate(calendar.customers)}
    rows = np.array([place[who] for who in table.column("customer_id").to_pylist()], dtype=np.intp)
    read = {}
    for name in table.column_names:
        if name != "customer_id":
            read[name] = np.full(len(place), np.nan)
            read[name][rows] = _floats(table.column(name).to_pylist())
    return read


def _floats(values: Sequence[Any]) -> list[float]:
    return [np.nan if value is None else float(value) for value in values]


def _integers(table: pa.Table, name: str) -> NDArray[np.int64]:
    return np.array(
        [-1 if value is None else value for value in table.column(name).to_pylist()], dtype=np.int64
    )


def months_from(first: date, day: date) -> int:
    """Return how many calendar months the month of a day lies after that of the first."""
    return (day.year - first.year) * 12 + day.month - first.month
