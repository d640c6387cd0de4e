"""Days and months: the spine of the panel, and date arithmetic that every engine does alike."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import ibis
import pyarrow as pa
from ibis.expr.types import Column, Table

ONE_DAY = timedelta(days=1)


def month_of(day: Column) -> Column:
    """First day of the month of `day`."""
    return as_date(day.truncate("M"))


def month_after(day: Column) -> Column:
    """First day of the month after that of `day`."""
    return as_date(day.truncate("M") + ibis.interval(months=1))


def as_date(moment: Column) -> Column:
    """`moment` as a date: DuckDB makes truncated and shifted dates timestamps, whatever ibis believes."""
    return moment.cast("timestamp").cast("date")


def shifted(day: Column, days: int) -> Column:
    """The date `days` later (earlier where negative)."""
    step = ibis.interval(days=abs(days))
    return as_date(day + step if days >= 0 else day - step)


def days_between(start: Column, stop: Column) -> Column:
    """Whole days from `start` to `stop`, as an integer; negative where `stop` is earlier."""
    return stop.delta(start, unit="day")


def months_between(start: Column, stop: Column) -> Column:
    """Calendar months from the month of `start` to that of `stop`, as an integer."""
    return (stop.year() - start.year()) * 12 + (stop.month() - start.month())


def beside(left: Table, right: Table, keys: Sequence[str]) -> Table:
    """`left` with the columns of `right` that agree on `keys`, null where none does."""
    named = right.rename({f"_{key}": key for key in keys})
    joined = left.left_join(named, [left[key] == named[f"_{key}"] for key in keys])
    return joined.drop(*(f"_{key}" for key in keys))


def first_of_month(day: date) -> date:
    """First day of the month of a plain date."""
    return day.replace(day=1)


def next_month(day: date) -> date:
    """First day of the month after that of a plain date."""
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1)


def spine(first: date, as_of: date) -> Table:
    """One row per calendar month from that of `first` to that of `as_of`.

    Columns: `month`, `month_stop` (first day after the month, at most the day after `as_of`), `month_days`
    (length of the whole month) and `partial` (cut by `as_of`).
    """
    months = []
    month = first_of_month(min(first, as_of))
    while month <= as_of:
        months.append(month)
        month = next_month(month)
    stops = [next_month(m) for m in months]
    return ibis.memtable(
        pa.table(
            {
                "month": pa.array(months, pa.date32()),
                "month_stop": pa.array([min(s, as_of + ONE_DAY) for s in stops], pa.date32()),
                "month_days": pa.array(
                    [(s - m).days for m, s in zip(months, stops, strict=True)], pa.int64()
                ),
                "partial": pa.array([s > as_of + ONE_DAY for s in stops], pa.bool_()),
            }
        )
    )
