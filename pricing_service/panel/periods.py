"""Units of the same period: what each customer used in exactly the days that its outcomes cover."""

from __future__ import annotations

from collections.abc import Sequence

import ibis
import pyarrow as pa
from ibis.expr.types import Column, Table

from pricing_service.panel.calendar import days_between, in_months, months_between
from pricing_service.panel.described import Metric, ValueColumn
from pricing_service.panel.units import EXACT_UNITS

_PERIOD = ["customer_id", "period_start", "period_end"]


def periods(
    reported: Table, cells: Table, metrics: Sequence[Metric], columns: Sequence[ValueColumn], *, single: bool
) -> Table:
    """One row per customer and period of `reported`, with the units of its `cells`.

    `cells` are the pieces of calendar that periods are made of: `customer_id`, `cell`, `stop`, `month_days`,
    `active` and one column per metric; `single` says that each period is one cell. A flow adds up. A stock adds
    up to unit-months, each piece by its part of the month; it is unknown for the period if it is unknown in a
    piece in which the customer was active.
    """
    wanted = ["cell", "stop", "month_days", "active", *(m.column for m in metrics)]
    pieces = cells.select(*wanted, piece_of="customer_id")
    same = [reported.customer_id == pieces.piece_of]
    if single:
        joined = reported.join(pieces, [*same, reported.period_start == pieces.cell])
        flows = {m.column: ibis.coalesce(joined[m.column], 0) for m in metrics if m.kind == "flow"}
        joined = joined.mutate(**flows)
    else:
        within = [pieces.cell >= reported.period_start, pieces.cell < reported.period_end]
        joined = _summed(reported.join(pieces, [*same, *within]), metrics, columns)
    return joined.select(
        *_PERIOD,
        months=_months(joined),
        **{c.column: joined[c.column].cast("float64") for c in columns},
        **{m.column: joined[m.column].cast("float64") for m in metrics},
    )


def _summed(pieces: Table, metrics: Sequence[Metric], columns: Sequence[ValueColumn]) -> Table:
    part = days_between(pieces.cell, pieces.stop) / pieces.month_days
    units = {}
    for metric in metrics:
        its = pieces[metric.column]
        if metric.kind == "flow":
            units[metric.column] = ibis.coalesce(its.sum(), 0)
        else:
            unit_months = (its.cast("float64") * part).round(9).cast(EXACT_UNITS).sum()
            unknown = (pieces.active & its.isnull()).any()
            units[metric.column] = unknown.ifelse(ibis.null(EXACT_UNITS), unit_months)
    money = {c.column: pieces[c.column].max() for c in columns}
    return pieces.group_by(_PERIOD).agg(**money, **units)


def _months(table: Table) -> Column:
    """Length of a period: calendar months where it is whole months, else days / 30.4375."""
    whole = table.period_start.day() == table.period_end.day()
    return whole.ifelse(
        months_between(table.period_start, table.period_end).cast("float64"),
        in_months(days_between(table.period_start, table.period_end)),
    )


def no_periods() -> Table:
    """Stand for the periods of a dataset without outcomes."""
    days = pa.array([], pa.date32())
    return ibis.memtable(
        pa.table({"customer_id": pa.array([], pa.string()), "period_start": days, "period_end": days})
    )
