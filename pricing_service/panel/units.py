"""Units of each metric per customer and stretch of calendar: flows add up, stocks are carried forward.

The calendar's stretches are months, or parts of months where outcomes cover odd periods; each is called a cell
and named by its first day. A stock is kept as the changes of its level: the level at any time is the sum of
the changes before it, which makes carrying forward and several unit ids one and the same sum.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

import ibis
from ibis.expr.types import Column, Table

from pricing_service.panel.calendar import days_between
from pricing_service.panel.described import Metric

CellOf = Callable[[Table], Table]
"""Adds to a table with `customer_id` and `date` the column `cell`: first day of the cell of that date."""

EXACT_UNITS = "decimal(38, 9)"
"""Units per cell stay exact until they are stored, so that their sums do not depend on threads."""

_EACH = ["customer_id", "cell"]


def usage_until(usage: Table, as_of: date) -> Table:
    """Rows of `usage` up to `as_of`; a row without a date is a snapshot of that day."""
    dated = usage.select(
        "customer_id", "metric", "units", "unit_id", date=ibis.coalesce(usage.date, ibis.literal(as_of))
    )
    return dated.filter(dated.date <= as_of)


def recorded(usage: Table, metrics: Sequence[Metric], cell_of: CellOf) -> Table:
    """What the rows of each customer and cell say: `first_day`, `last_day`, and columns `_i_…` per metric i."""
    celled = cell_of(usage)
    sums = {"first_day": celled.date.min(), "last_day": celled.date.max(), "usage_rows": celled.count()}
    for i, metric in enumerate(metrics):
        its = celled.metric == metric.metric
        if metric.aggregate == "sum":
            sums[f"_{i}_sum"] = celled.units.sum(where=its)
        elif metric.aggregate == "distinct_units":
            sums[f"_{i}_distinct"] = celled.unit_id.nunique(where=its & (celled.units > 0))
    return celled.group_by(_EACH).agg(**sums)


def changes(usage: Table, metrics: Sequence[Metric], *, by_unit: bool) -> Table | None:
    """Changes of the level of each stock: `customer_id`, `metric`, `date`, `change`; None without stocks."""
    names = [m.metric for m in metrics if carried(m)]
    if not names:
        return None
    levels = usage.filter(usage.metric.isin(names))
    apart = ["customer_id", "metric", *(["unit_id"] if by_unit else [])]
    levels = levels.group_by(*apart, "date").agg(units=levels.units.sum())
    before = levels.units.lag().over(group_by=apart, order_by="date")
    return levels.mutate(change=levels.units - ibis.coalesce(before, 0))


def carried(metric: Metric) -> bool:
    """Whether a metric's level lasts until its next row."""
    return metric.aggregate in ("mean", "max", "last")


def moved(usage: Table, metrics: Sequence[Metric], cell_of: CellOf, *, by_unit: bool) -> Table | None:
    """How each stock moved in each customer's cells: columns `_i_…` per metric i; None without stocks.

    `by_unit` says that some rows of stocks name the unit whose level they tell.
    """
    changed = changes(usage, metrics, by_unit=by_unit)
    if changed is None:
        return None
    if any(metric.aggregate == "max" for metric in metrics):
        daily = changed.group_by("customer_id", "metric", "date").agg(change=changed.change.sum())
        so_far = ibis.cumulative_window(group_by=["customer_id", "metric"], order_by="date")
        changed = daily.mutate(level=daily.change.sum().over(so_far))
    celled = cell_of(changed)
    late = celled.change * days_between(celled.cell, celled.date)
    sums = {}
    for i, metric in enumerate(metrics):
        its = celled.metric == metric.metric
        if not carried(metric):
            continue
        sums[f"_{i}_change"] = celled.change.sum(where=its)
        sums[f"_{i}_since"] = celled.date.min(where=its)
        if metric.aggregate == "mean":
            sums[f"_{i}_late"] = late.sum(where=its)
        if metric.aggregate == "max":
            sums[f"_{i}_peak"] = celled.level.max(where=its)
    return celled.group_by(_EACH).agg(**sums)


def settled(calendar: Table, metrics: Sequence[Metric], *, active: Column) -> dict[str, Column]:
    """Units of each metric by its column, from a calendar that has `cell`, `stop` and the columns `_i_…`.

    A flow without a row is 0 where the customer is `active`, else unknown. A stock is the mean of its level over
    the days of the cell on which it is known, or its highest or last level; before its first row it is unknown.
    """
    return {
        metric.column: _units(calendar, i, metric, active).cast(EXACT_UNITS)
        for i, metric in enumerate(metrics)
    }


def _units(calendar: Table, i: int, metric: Metric, active: Column) -> Column:
    if not carried(metric):
        found = calendar[f"_{i}_sum" if metric.aggregate == "sum" else f"_{i}_distinct"]
        return ibis.coalesce(found, active.ifelse(0, ibis.null("int64")))
    so_far = ibis.cumulative_window(group_by="customer_id", order_by="cell")
    change = ibis.coalesce(calendar[f"_{i}_change"], 0)
    level = change.sum().over(so_far)
    since = calendar[f"_{i}_since"].min().over(so_far)
    known = since.notnull() & active
    if metric.aggregate == "last":
        return known.ifelse(level, ibis.null(level.type()))
    if metric.aggregate == "max":
        first_here = calendar[f"_{i}_since"]
        goes_on = (since < calendar.cell) & (first_here.isnull() | (first_here > calendar.cell))
        held_over = goes_on.ifelse(level - change, ibis.null(level.type()))
        return known.ifelse(ibis.greatest(held_over, calendar[f"_{i}_peak"]), ibis.null(level.type()))
    days = days_between(calendar.cell, calendar.stop)
    area = level * days - ibis.coalesce(calendar[f"_{i}_late"], 0)
    known_days = days_between(ibis.greatest(since, calendar.cell), calendar.stop)
    return known.ifelse((area.cast("float64") / known_days).round(9), ibis.null("float64"))
