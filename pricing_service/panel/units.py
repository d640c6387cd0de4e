"""Units of each metric per customer and stretch of calendar: flows add up, stocks are carried forward.

The calendar's stretches are months, or parts of months where outcomes cover odd periods; each is called a cell
and named by its first day. A stock is kept as the changes of its level: the level at any time is the sum of
the changes before it, which makes carrying forward and several unit ids one and the same sum.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

import ibis
from ibis.expr.types import Column, Table

from pricing_service.panel.calendar import days_between
from pricing_service.panel.currency import EXACT
from pricing_service.panel.described import Metric

CellOf = Callable[[Table], Table]
"""Adds to a table with `customer_id` and `date` the column `cell`: first day of the cell of that date."""

EXACT_UNITS = "decimal(38, 9)"
"""Units per cell stay exact until they are stored, so that their sums do not depend on threads."""

_EACH = ["customer_id", "cell"]


def usage_until(usage: Table, as_of: date, facts: Sequence[Mapping[str, Any]]) -> Table:
    """Rows of `usage` up to `as_of`; a row without a date is a snapshot of that day.

    What `facts` (those of usage) say to be true of every row is not asked of each again.
    """
    rows = usage.select("customer_id", "metric", "units", "unit_id", "date")
    if any(fact["dated"] < fact["rows"] for fact in facts):
        rows = rows.mutate(date=ibis.coalesce(rows.date, ibis.literal(as_of)))
    if any(fact["last"] is not None and fact["last"] > as_of for fact in facts):
        rows = rows.filter(rows.date <= as_of)
    return rows


def recorded(usage: Table, metrics: Sequence[Metric], cell_of: CellOf) -> Table:
    """Sum the rows of each customer and cell: `first_used`, `last_used`, and columns `_i_…` per metric i."""
    celled = cell_of(usage)
    # Once by metric, then side by side: a filter for each metric over every row takes a quarter longer.
    kept = {"first": celled.date.min(), "last": celled.date.max(), "sum": celled.units.sum()}
    if any(metric.kind == "flow" and metric.aggregate != "sum" for metric in metrics):
        kept["held"] = celled.unit_id.nunique(where=celled.units > 0)
    each = celled.group_by(*_EACH, "metric").agg(**kept)
    sums = {"first_used": each["first"].min(), "last_used": each["last"].max()}
    for i, metric in enumerate(metrics):
        if metric.aggregate == "sum" or metric.kind == "flow":
            column = each["sum" if metric.aggregate == "sum" else "held"]
            sums[f"_{i}_flow"] = column.max(where=each.metric == metric.metric)
    return each.group_by(_EACH).agg(**sums)


def changes(usage: Table, metrics: Sequence[Metric], *, by_unit: bool) -> Table | None:
    """Return how the level of each stock changed, None without stocks.

    Columns: `customer_id`, `metric`, `unit_id` (where `by_unit`: some rows of stocks name their unit), `date`,
    `units` (the level from then on), `before` (the level until then) and `change`.
    """
    names = [metric.metric for metric in metrics if metric.kind == "stock"]
    if not names:
        return None
    levels = usage.filter(usage.metric.isin(names))
    apart = ["customer_id", "metric", *(["unit_id"] if by_unit else [])]
    levels = levels.group_by(*apart, "date").agg(units=levels.units.sum())
    lagged = levels.units.lag().over(group_by=apart, order_by="date")
    levels = levels.mutate(before=ibis.coalesce(lagged, 0))
    return levels.mutate(change=levels.units - levels.before)


def moved(usage: Table, metrics: Sequence[Metric], cell_of: CellOf, *, by_unit: bool) -> Table | None:
    """Sum how each stock moved in each customer's cells: columns `_i_…` per metric i; None without stocks."""
    changed = changes(usage, metrics, by_unit=by_unit)
    if changed is None:
        return None
    aggregates = {metric.aggregate for metric in metrics if metric.kind == "stock"}
    celled = cell_of(changed)
    if "max" in aggregates:  # of a day with several changes the level is that after all of them
        days = ibis.window(group_by=["customer_id", "metric"], order_by="date", range=(None, 0))
        celled = celled.mutate(level=celled.change.sum().over(days))
    if "distinct_units" in aggregates:
        unit = ["customer_id", "metric", *(["unit_id"] if by_unit else []), "cell"]
        celled = celled.mutate(opening=celled.before.first().over(group_by=unit, order_by="date"))
    sums: dict[str, Column] = {}
    for i, metric in enumerate(metrics):
        if metric.kind == "stock":
            sums |= _moves(celled, i, metric)
    return celled.group_by(_EACH).agg(**sums)


def _moves(celled: Table, i: int, metric: Metric) -> dict[str, Column]:
    its = celled.metric == metric.metric
    sums = {f"_{i}_since": celled.date.min(where=its), f"_{i}_change": celled.change.sum(where=its)}
    if metric.aggregate == "mean":
        late = celled.change * days_between(celled.cell, celled.date)
        sums[f"_{i}_late"] = late.sum(where=its)
    elif metric.aggregate == "max":
        sums[f"_{i}_peak"] = celled.level.max(where=its)
    elif metric.aggregate == "distinct_units":
        rises = (celled.units > 0).cast("int64") - (celled.before > 0).cast("int64")
        sums[f"_{i}_change"] = rises.sum(where=its)
        named = celled.unit_id if "unit_id" in celled.columns else celled.metric
        sums[f"_{i}_peak"] = named.nunique(where=its & (celled.units > 0) & (celled.opening <= 0))
    return sums


def settled(calendar: Table, metrics: Sequence[Metric], *, active: Column) -> dict[str, Column]:
    """Units of each metric by its column, from a calendar that has `cell`, `stop` and the columns `_i_…`.

    A flow without a row is 0 where the customer is `active`, else unknown. A stock is the mean of its level over
    the days of the cell on which it is known, its highest or last level, or the number of units held on some day
    of it; before its first row it is unknown. A metric without any row in the dataset is unknown everywhere.
    """
    return {metric.column: _units(calendar, i, metric, active) for i, metric in enumerate(metrics)}


def _units(calendar: Table, i: int, metric: Metric, active: Column) -> Column:
    if not metric.recorded:
        return ibis.null(EXACT_UNITS)
    if metric.kind == "flow":
        nothing = active.ifelse(ibis.literal(0).cast(EXACT), ibis.null(EXACT))
        return ibis.coalesce(calendar[f"_{i}_flow"].cast(EXACT), nothing)
    so_far = ibis.cumulative_window(group_by="customer_id", order_by="cell")
    since = calendar[f"_{i}_since"].min().over(so_far)
    change = ibis.coalesce(calendar[f"_{i}_change"], 0)
    level = change.sum().over(so_far)
    units = {"mean": _mean, "max": _highest, "last": _last, "distinct_units": _ever_held}[metric.aggregate]
    found = units(calendar, i, since=since, change=change, level=level)
    return (since.notnull() & active).ifelse(found.cast(EXACT_UNITS), ibis.null(EXACT_UNITS))


def _mean(calendar: Table, i: int, *, since: Column, change: Column, level: Column) -> Column:
    area = level * days_between(calendar.cell, calendar.stop) - ibis.coalesce(calendar[f"_{i}_late"], 0)
    known_days = days_between(ibis.greatest(since, calendar.cell), calendar.stop)
    return (area.cast("float64") / known_days).round(9)


def _highest(calendar: Table, i: int, *, since: Column, change: Column, level: Column) -> Column:
    first_here = calendar[f"_{i}_since"]
    goes_on = (since < calendar.cell) & (first_here.isnull() | (first_here > calendar.cell))
    held_over = goes_on.ifelse(level - change, ibis.null(level.type()))
    return ibis.greatest(held_over, calendar[f"_{i}_peak"])


def _last(calendar: Table, i: int, *, since: Column, change: Column, level: Column) -> Column:
    return level


def _ever_held(calendar: Table, i: int, *, since: Column, change: Column, level: Column) -> Column:
    """Units held when the cell begins, and those that came after."""
    return level - change + ibis.coalesce(calendar[f"_{i}_peak"], 0)
