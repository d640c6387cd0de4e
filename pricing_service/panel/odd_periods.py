"""Units where outcomes begin or end inside months: the months of those customers are cut at these days."""

from __future__ import annotations

from collections.abc import Sequence

import ibis
from ibis.expr.types import Table

from pricing_service.panel.calendar import beside, month_of
from pricing_service.panel.described import Metric
from pricing_service.panel.units import EXACT_UNITS, moved, recorded, settled

_CELL = ("customer_id", "cell", "stop", "month_days", "active")


def cut_at(
    complete: Table, months: Table, usage: Table | None, metrics: Sequence[Metric], *, by_unit: bool
) -> Table:
    """Return the cells that the periods of `complete` are made of, with their units.

    Customers all of whose periods are whole months keep their `months`. The months of the others are cut where a
    period begins or ends, and their units are taken from the days of `usage` (flows) and from levels by days.
    """
    odd = complete.filter((complete.period_start.day() != 1) | (complete.period_end.day() != 1))
    columns = [*_CELL, *(metric.column for metric in metrics)]
    theirs = odd.select(odd_customer="customer_id").distinct()
    whole = months.anti_join(theirs, months.customer_id == theirs.odd_customer)
    cells = _cells(odd, months.semi_join(theirs, months.customer_id == theirs.odd_customer))
    return whole.select(columns).union(_with_units(cells, usage, metrics, by_unit=by_unit).select(columns))


def _cells(odd: Table, months: Table) -> Table:
    """`months` cut at the first day of each period in `odd` and at the day after its last."""
    edges = ibis.union(
        odd.select("customer_id", cell="period_start"),
        odd.select("customer_id", cell="period_end"),
        months.select("customer_id", "cell"),
        distinct=True,
    )
    edges = edges.mutate(month=month_of(edges.cell))
    known = months.select("customer_id", "month", "month_stop", "month_days", "active")
    cells = edges.join(known, ["customer_id", "month"])
    cells = cells.filter(cells.cell < cells.month_stop)
    following = cells.cell.lead().over(group_by="customer_id", order_by="cell")
    return cells.mutate(stop=ibis.least(ibis.coalesce(following, cells.month_stop), cells.month_stop))


def _with_units(cells: Table, usage: Table | None, metrics: Sequence[Metric], *, by_unit: bool) -> Table:
    if usage is None:
        return cells.mutate(**{metric.column: ibis.null(EXACT_UNITS) for metric in metrics})
    bounds = cells.select("customer_id", "month", "cell", "stop")

    def cell_of(table: Table) -> Table:
        dated = table.mutate(month=month_of(table.date))
        joined = dated.join(bounds, ["customer_id", "month"])
        return joined.filter((joined.date >= joined.cell) & (joined.date < joined.stop))

    key = ["customer_id", "cell"]
    changed = moved(usage, metrics, cell_of, by_unit=by_unit)
    found = [(recorded(usage, metrics, cell_of), key)]
    if changed is not None:
        found.append((changed, key))
    joined = beside(cells, *found)
    return joined.mutate(**settled(joined, metrics, active=joined.active))
