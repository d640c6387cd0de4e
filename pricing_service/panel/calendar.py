"""Days and months: the spine of the panel, and date arithmetic that every engine does alike."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import ibis
import pyarrow as pa
from ibis.expr.types import Column, Table

ONE_DAY = timedelta(days=1)


def month_of(day: Column) -> Column:
    """First day of the month of `day`; made of its parts, DuckDB needs half the time of truncating it."""
    return ibis.date(day.year(), day.month(), 1)


def month_after(day: Column) -> Column:
    """First day of the month after that of `day`."""
    month = day.month()
    return ibis.date(day.year() + (month == 12).cast("int32"), month % 12 + 1, 1)


def as_date(moment: Column) -> Column:
    """`moment` as a date: DuckDB makes truncated and shifted dates timestamps, whatever ibis believes."""
    return moment.cast("timestamp").cast("date")


def shifted(day: Column, days: int) -> Column:
    """Return the date `days` later (earlier where negative)."""
    step = ibis.interval(days=abs(days))
    return as_date(day + step if days >= 0 else day - step)


def days_between(start: Column, stop: Column) -> Column:
    """Whole days from `start` to `stop`, as an integer; negative where `stop` is earlier."""
    return stop.delta(start, unit="day")


def in_months(days: Column) -> Column:
    """Days as months of 30.4375 days (365.25 / 12): only where a time is not of whole calendar months."""
    return days.cast("float64") / 30.4375  # a float at once: Spark reads the number as a decimal and rounds


def months_between(start: Column, stop: Column) -> Column:
    """Calendar months from the month of `start` to that of `stop`, as an integer."""
    return (stop.year() - start.year()) * 12 + (stop.month() - start.month())


def beside(left: Table, *rights: tuple[Table, Sequence[str]]) -> Table:
    """`left` with the columns of each of `rights` that agrees on its keys, null where none does."""
    joined, doubles = left, []
    for i, (right, keys) in enumerate(rights):
        joined = joined.left_join(right, list(keys), rname=f"{{name}}_{i}_")
        doubles += [f"{key}_{i}_" for key in keys]
    return joined.drop(*doubles)


def first_of_month(day: date) -> date:
    """First day of the month of a plain date."""
    return day.replace(day=1)


def next_month(day: date) -> date:
    """First day of the month after that of a plain date."""
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1)


def spine(first: date, as_of: date) -> Table:
    """One row per calendar month from that of `first` to that of `as_of`.

    Columns: `month`, `month_stop` (first day after the month, at most the day after `as_of`), the same as `cell`
    and `stop`, `month_days` (length of the whole month) and `partial` (cut by `as_of`).
    """
    months = []
    month = first_of_month(min(first, as_of))
    while month <= as_of:
        months.append(month)
        month = next_month(month)
    ends = [next_month(m) for m in months]
    first_days = pa.array(months, pa.date32())
    stops = pa.array([min(end, as_of + ONE_DAY) for end in ends], pa.date32())
    return ibis.memtable(
        pa.table(
            {
                "month": first_days,
                "month_stop": stops,
                "cell": first_days,
                "stop": stops,
                "month_days": pa.array([(e - m).days for m, e in zip(months, ends, strict=True)], pa.int64()),
                "partial": pa.array([end > as_of + ONE_DAY for end in ends], pa.bool_()),
            }
        )
    )
