"""Sums per customer, made by the engine: at most one row per customer leaves it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import ibis
import numpy as np
import pyarrow as pa
from ibis.expr.types import Column, Table
from numpy.typing import NDArray

from models.checks import Floats
from pricing_service.decisions._judged import Part, judgement_of, parts_of
from pricing_service.panel import Kpi, Metric, ValueColumn
from pricing_service.panel.answers import arrow_of, floats_of, places_of

PLAIN = (
    "units", "periods", "months", "units_squares", "early_periods", "early_units", "idle_periods", "active_periods",
)  # fmt: skip
"""What the models need of every metric besides money, named as in `MetricEvidence`."""


class _Sums:
    """Collects sums over a customer's periods; a sum that several metrics share is made once.

    What depends on value alone is the same for all metrics whose units are known in every period and whose
    money is the same, and those are most: the engine then has half as many sums to keep. `least` is the least that
    each column of money holds in any period: where value is always above 0, idle periods need no sum.
    """

    def __init__(
        self,
        periods: Table,
        values: Sequence[ValueColumn],
        kpis: Sequence[Kpi],
        *,
        least: Mapping[str, float],
    ) -> None:
        self.kpis = kpis
        self.least = least
        self.parts = parts_of(kpis)
        self.money = {(each.kpi, each.metric): each.column for each in values}
        self.undated = {each.kpi for each in values if not each.dated}
        # Sorted once gathered: the engine needs a fifth of the time that gathering in order takes it.
        unordered = periods.group_by("customer_id").agg(
            starts=periods.period_start.collect(), count=periods.count()
        )
        starts = unordered.mutate(starts=unordered.starts.sort())
        # The first half is what lies before the k-th start; an odd middle belongs to the rest.
        cuts = starts.select(half_customer="customer_id", half=starts.starts[starts["count"] // 2])
        halved = periods.join(cuts, periods.customer_id == cuts.half_customer).drop("half_customer")
        self.table = halved.mutate(early=_one_if(halved.period_start < halved.half))
        self.never: list[str] = []
        self.sums: dict[str, Column] = {}
        self.found: dict[str, str] = {}

    def add(self, at: int, metric: Metric, *, complete: bool) -> None:
        """Ask for everything about the metric at place `at`; `complete` if its units are always known."""
        table = self.table
        u = table[metric.column]
        known = None if complete else u.notnull()
        by_kpi = [self._money(kpi.kpi, metric.metric) for kpi in self.kpis]
        owned = "+".join(self.money.get((kpi.kpi, metric.metric), "") for kpi in self.kpis)
        # Sums that do not look at units are shared by all metrics with this key.
        shared = f"{owned}/{'' if complete else at}"
        self._put("months", at, shared, table.months.cast("float64").sum(where=known))
        self._put("periods", at, shared, _counted(known, table))
        self._put("early_periods", at, shared, table.early.sum(where=known))
        for k, money in enumerate(by_kpi):
            self._put(f"kpi_{k}", at, shared, money.sum(where=known))
        judged = [money * judgement_of(kpi).mean for money, kpi in zip(by_kpi, self.kpis, strict=True)]
        used = _one_if(u > 0)
        values = [self._added([judged[k] for k in part.kpis]) for part in self.parts]
        for p, v in enumerate(values):
            self._put(f"value_{p}", at, shared, v.sum(where=known))
            for q, other in enumerate(values[p:], p):
                self._put(f"value_squares_{p}_{q}", at, shared, (v * other).sum(where=known))
            self._put(f"early_value_{p}", at, shared, (v * table.early).sum(where=known))
            self._put(f"products_{p}", at, str(at), (v * u).sum())
        dated = [self._added(self._dated(judged, part)) for part in self.parts]
        some = _one_if(self._added(dated) > 0)
        for p, v in enumerate(dated):
            self._put(f"stray_value_{p}", at, str(at), (v * some * (1 - used)).sum())
        for name, column in (("units", u), ("units_squares", u * u), ("early_units", u * table.early)):
            self._put(name, at, str(at), column.sum())
        if self._least_value(metric) > 0:
            self.never.append(f"idle_periods_{at}")
        else:
            self._put("idle_periods", at, str(at), (used * _one_if(self._added(values) <= 0)).sum())
        self._put("active_periods", at, str(at), used.sum())

    def read(self, book: pa.Table) -> tuple[NDArray[np.intp], dict[str, Floats]]:
        """Make all sums in one pass; they are named `<sum>_<place of the metric>`."""
        sums = self.sums or {"rows": self.table.count()}
        table = arrow_of(self.table.group_by("customer_id").agg(**sums))
        place = places_of(table, "customer_id", among=book)
        # Put in order here: it takes a tenth of the time that the engine needs for so many columns.
        order = np.argsort(place)
        made = {column: np.nan_to_num(floats_of(table, column)[order]) for column in self.sums}
        never = {name: np.zeros(place.size) for name in self.never}
        return place[order], never | {name: made[column] for name, column in self.found.items()}

    def _put(self, name: str, at: int, shared: str, column: Column) -> None:
        self.sums.setdefault(f"{name}/{shared}", column)
        self.found[f"{name}_{at}"] = f"{name}/{shared}"

    def _added(self, columns: Sequence[Column]) -> Column:
        # A plain 0 would be a scalar, which the engine cannot sum.
        return sum(columns[1:], start=columns[0]) if columns else self.table.months.cast("float64") * 0

    def _dated(self, judged: Sequence[Column], part: Part) -> list[Column]:
        """Return the money of a part that arises in the month in which it stands."""
        return [judged[k] for k in part.kpis if self.kpis[k].kpi not in self.undated]

    def _money(self, kpi: str, metric: str) -> Column:
        """Return the KPI's money that counts for the metric."""
        return self._added([ibis.coalesce(self.table[each], 0.0) for each in self._columns(kpi, metric)])

    def _columns(self, kpi: str, metric: str) -> list[str]:
        """Return where the KPI's money stands that belongs to no metric, and where the metric's own does."""
        columns = [self.money.get((kpi, None)), self.money.get((kpi, metric))]
        return [column for column in columns if column is not None]

    def _least_value(self, metric: Metric) -> float:
        """Return what the metric's value is in no period below: above 0, no period can be idle."""
        return sum(
            judgement_of(kpi).mean * self.least[column]
            for kpi in self.kpis
            for column in self._columns(kpi.kpi, metric.metric)
        )


def _one_if(condition: Column) -> Column:
    """Return a factor of 1 or 0, null where the condition is: the engine multiplies faster than it filters."""
    return condition.cast("float64")


def _counted(known: Column | None, table: Table) -> Column:
    return (table.count() if known is None else known.sum()).cast("float64")


def sum_periods(
    periods: Table,
    values: Sequence[ValueColumn],
    metrics: Sequence[Metric],
    kpis: Sequence[Kpi],
    *,
    book: pa.Table,
) -> tuple[NDArray[np.intp], dict[str, Floats]]:
    """Sum, per customer, everything that the models need of every metric.

    Returns
    -------
    The places in `book`, ascending, of the n customers that have periods, and their sums, shape (n,) each, named
    `<sum>_<place of the metric>`; a sum over nothing is 0.
    """
    periods = wholly_reported(periods, values, kpis)
    # The engine answers these from what Parquet says of itself, without reading a row.
    known = {f"at_{at}": periods[metric.column].count() for at, metric in enumerate(metrics)}
    known |= {f"count_{each.column}": periods[each.column].count() for each in values}
    least = {f"least_{each.column}": periods[each.column].min() for each in values}
    told = arrow_of(periods.agg(rows=periods.count(), **known, **least)).to_pylist()[0]
    floors = {each.column: told[f"least_{each.column}"] or 0.0 for each in values}
    # Money that is left out counts as none.
    floors |= {at: min(floors[at], 0.0) for at in floors if told[f"count_{at}"] < told["rows"]}
    sums = _Sums(periods, values, kpis, least=floors)
    for at, metric in enumerate(metrics):
        sums.add(at, metric, complete=told[f"at_{at}"] == told["rows"])
    return sums.read(book)


def wholly_reported(periods: Table, values: Sequence[ValueColumn], kpis: Sequence[Kpi]) -> Table:
    """Return the periods in which a customer reports every KPI that it ever reports.

    A KPI that is left out of a period was not reported then, which is not the same as nothing achieved: such a
    period would have all its units and only a part of its value. A customer that never reports its KPIs
    together keeps all its periods.
    """
    told = {
        f"told_{at}": ibis.or_(*(periods[each.column].notnull() for each in values if each.kpi == kpi.kpi))
        for at, kpi in enumerate(kpis)
    }
    if len(told) < 2:
        return periods
    customer = ibis.window(group_by="customer_id")
    marked = periods.mutate(**told)
    whole = ibis.and_(*(marked[name] | ~marked[name].any().over(customer) for name in told))
    marked = marked.mutate(whole=whole)
    kept = marked.filter(marked.whole | ~marked.whole.any().over(customer))
    return kept.drop("whole", *told)


def reported_shares(periods: Table, values: Sequence[ValueColumn], kpis: Sequence[Kpi]) -> dict[str, float]:
    """Return, per KPI, the share (0–1) of all reported periods in which it is among what was reported."""
    its = {kpi.kpi: [periods[each.column] for each in values if each.kpi == kpi.kpi] for kpi in kpis}
    found = {
        f"kpi_{at}": ibis.or_(*(column.notnull() for column in columns)).cast("float64").mean()
        for at, columns in enumerate(its.values())
        if columns
    }
    shares = arrow_of(periods.agg(**found)).to_pylist()[0] if found else {}
    return {name: shares.get(f"kpi_{at}") or 0.0 for at, name in enumerate(its)}


def _first_months(metrics: Sequence[Metric]) -> list[date | None]:
    """Return, per metric, the first month of which usage has a row of it.

    Subscriptions often reach further back than usage does: what nobody recorded is not zero.
    """
    days = [metric.first_recorded for metric in metrics]
    return [None if day is None else day.replace(day=1) for day in days]


def recorded_months(months: Table, metrics: Sequence[Metric]) -> Table:
    """Return whole months from the first in which usage has a row of any of the metrics."""
    firsts = [first for first in _first_months(metrics) if first is not None]
    whole = months.filter(~months.partial)
    return whole.filter(whole.month >= min(firsts)) if firsts else whole


def units_per_month(months: Table, metrics: Sequence[Metric], book: pa.Table) -> dict[str, Floats]:
    """Return units per recorded month of every customer in the book, reporting or not; NaN where never seen."""
    if not metrics:
        return {}
    whole = months.filter(~months.partial)
    firsts = _first_months(metrics)
    if len(set(firsts)) == 1 and firsts[0] is not None:
        # One condition on rows takes the engine less than the same one on every mean.
        whole, firsts = whole.filter(whole.month >= firsts[0]), [None for _ in firsts]
    recorded = [None if first is None else whole.month >= first for first in firsts]
    means = whole.group_by("customer_id").agg(
        **{f"units_{at}": whole[metric.column].mean(where=recorded[at]) for at, metric in enumerate(metrics)}
    )
    table = arrow_of(means)
    customer = places_of(table, "customer_id", among=book)
    found = {metric.metric: np.full(book.num_rows, np.nan) for metric in metrics}
    for at, units in enumerate(found.values()):
        units[customer] = floats_of(table, f"units_{at}")
    return found


def worth_inside(connection: Any, reporters: Sequence[str]) -> dict[str, dict[str, Floats]]:
    """Return, per metric with units told apart, each unit's place in `reporters` and log of its value per unit."""
    if "units_inside" not in connection.list_tables():
        return {}
    table = connection.table("units_inside")
    usable = table.filter((table.value > 0) & (table.units > 0)).order_by(
        ["customer_id", "metric", "unit_id"]
    )
    rows = arrow_of(usable).to_pylist()
    place = {customer: at for at, customer in enumerate(reporters)} if rows else {}
    found: dict[str, list[tuple[int, float]]] = {}
    for row in rows:
        if row["customer_id"] in place:
            ratio = float(np.log(row["value"] / row["units"]))
            found.setdefault(row["metric"], []).append((place[row["customer_id"]], ratio))
    return {
        metric: {
            "inside_customer": np.array([customer for customer, _ in pairs], dtype=np.float64),
            "inside_log_worth": np.array([log for _, log in pairs], dtype=np.float64),
        }
        for metric, pairs in found.items()
    }
