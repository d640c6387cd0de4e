"""Units inside a customer: value and units of each channel, user or site that both usage and outcomes tell apart."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import ibis
import pyarrow as pa
from ibis.expr.types import Column, Table

from pricing_service.panel.calendar import ONE_DAY, days_between, month_of
from pricing_service.panel.described import Kpi, Metric
from pricing_service.panel.units import changes
from pricing_service.panel.value import money_of, sums_of

_UNIT = ["customer_id", "metric", "unit_id"]


def units_inside(
    outcomes: Table,
    usage: Table,
    months: Table,
    *,
    metrics: Sequence[Metric],
    kpis: Sequence[Kpi],
    as_of: date,
) -> Table:
    """One row per customer, metric and unit: `value` and `units` over the months that outcomes report.

    `value` is the money of KPIs that count and should rise, from complete periods; null where no outcome names
    the unit. `units` add up as in `periods` (a level in unit-months); null where no usage names the unit. A month
    that a reported period touches counts in full.
    """
    value = _value(outcomes.filter(outcomes.period_end <= as_of + ONE_DAY), kpis)
    reported = months.filter(months.value_reported).select("customer_id", "month", "month_stop", "month_days")
    named = usage.filter(usage.unit_id.notnull())
    units = _flows(named, reported, metrics)
    stocks = changes(named, metrics, by_unit=True)
    if stocks is not None:
        units = units.union(_levels(stocks, reported))
    used = units.rename({f"_{key}": key for key in _UNIT})
    both = value.outer_join(used, [value[key] == used[f"_{key}"] for key in _UNIT])
    keys = {key: ibis.coalesce(both[key], both[f"_{key}"]) for key in _UNIT}
    told = both.select(**keys, value=both.value.cast("float64"), units=both.units.cast("float64"))
    return told.filter(told.customer_id.isin(months.customer_id)).order_by(_UNIT)


def _value(outcomes: Table, kpis: Sequence[Kpi]) -> Table:
    named = outcomes.filter(outcomes.metric.notnull() & outcomes.unit_id.notnull())
    counted = [kpi for kpi in kpis if kpi.counted and kpi.direction == "up"]
    sums: dict[str, Column] = {}
    for i, kpi in enumerate(counted):
        sums |= sums_of(named, i, named.kpi == kpi.kpi, kpi)
    summed = named.group_by(_UNIT).agg(**sums, rows=named.count())
    each = [money_of(summed, i, kpi) for i, kpi in enumerate(counted)]
    if not each:
        return summed.select(*_UNIT, value=ibis.null("decimal(38, 6)"))
    some = ibis.or_(*(money.notnull() for money in each))
    total = sum((ibis.coalesce(money, 0) for money in each[1:]), ibis.coalesce(each[0], 0))
    return summed.select(*_UNIT, value=some.ifelse(total, ibis.null("decimal(38, 6)")))


def _flows(named: Table, reported: Table, metrics: Sequence[Metric]) -> Table:
    flows = [metric.metric for metric in metrics if metric.aggregate == "sum"]
    rows = named.filter(named.metric.isin(flows))
    monthly = rows.mutate(month=month_of(rows.date)).group_by(*_UNIT, "month").agg(units=rows.units.sum())
    within = monthly.join(reported.select("customer_id", "month"), ["customer_id", "month"])
    return within.group_by(_UNIT).agg(units=within.units.sum().cast("float64"))


def _levels(stocks: Table, reported: Table) -> Table:
    """Unit-months of each unit's level: every change counts from its day to the end of each reported month."""
    pairs = stocks.join(
        reported, [stocks.customer_id == reported.customer_id, stocks.date < reported.month_stop]
    )
    days = days_between(ibis.greatest(pairs.date, pairs.month), pairs.month_stop)
    area = pairs.mutate(area=pairs.change * days).group_by(*_UNIT, "month_days").agg(area=ibis._.area.sum())
    return area.group_by(_UNIT).agg(
        units=(area.area.cast("float64") / area.month_days)
        .round(9)
        .cast("decimal(38, 9)")
        .sum()
        .cast("float64")
    )


def no_units_inside() -> Table:
    """Stand for the units of a dataset that names none."""
    words, numbers = pa.array([], pa.string()), pa.array([], pa.float64())
    return ibis.memtable(pa.table(dict.fromkeys(_UNIT, words) | {"value": numbers, "units": numbers}))
