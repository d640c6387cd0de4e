"""From panel to arrays: sums per customer made by the engine, and who reports outcomes.

Everything below this module is tables in an engine, everything above it arrays over customers sorted by id.
At most one row per customer leaves the engine.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import ibis
import numpy as np
import pyarrow as pa
from ibis.expr.types import Column, Table
from numpy.typing import NDArray

from models.checks import Floats
from models.errors import InvalidInput
from models.unit_worth.attribution import Judgement
from models.unit_worth.reporting import Reporting
from models.value_metrics._base import MetricEvidence
from pricing_service.decisions._traits import Traits
from pricing_service.panel import Kpi, Metric, StoredPanel, ValueColumn

_SUMS = (
    "value", "units", "periods", "months", "value_squares", "units_squares", "products", "early_value",
    "early_units", "late_value", "late_units", "idle_periods", "active_periods", "stray_value",
)  # fmt: skip


@dataclass(frozen=True)
class Evidence:
    """What the panel says about candidate metrics, as arrays.

    Parameters
    ----------
    panel
        Where it comes from.
    customers
        Ids of the N customers in the book, sorted.
    reporters
        Shape (n,): which of them report outcomes.
    metrics
        The candidates.
    kpis
        The KPIs whose money is counted.
    by_metric
        The reporters' sums for each metric, value at the stated attributions.
    kpi_value
        Per metric, shape (K, n): stated money of each KPI, before attribution.
    traits
        What is known of all N customers.
    book_units
        Per metric, shape (N,): units per month over all months, reported or not; NaN where never seen.
    """

    panel: StoredPanel
    customers: list[str]
    reporters: NDArray[np.intp]
    metrics: tuple[Metric, ...]
    kpis: tuple[Kpi, ...]
    by_metric: Mapping[str, MetricEvidence]
    kpi_value: Mapping[str, Floats]
    traits: Traits
    book_units: Mapping[str, Floats]

    @property
    def reported(self) -> Floats:
        """Shape (N,): 1 where a customer reports outcomes."""
        flags = np.zeros(len(self.customers))
        flags[self.reporters] = 1.0
        return flags

    @property
    def judgements(self) -> list[Judgement]:
        """What is believed of each KPI's money."""
        return [judgement_of(kpi) for kpi in self.kpis]

    @property
    def gross(self) -> bool:
        """Whether some of the value has not been attributed."""
        return any(kpi.attribution is None for kpi in self.kpis)

    @cached_property
    def reporting(self) -> Reporting:
        """Who reports, given size, plan, tenure, churn and traits."""
        design = self.traits.design(self.book_units, most=max(3, int(self.reporters.size) // 8))
        return Reporting.fit(design, self.reported)

    def without(self, kpis: frozenset[str]) -> Evidence:
        """Return the same evidence without some KPIs."""
        return gather(
            self.panel,
            metrics=[metric.metric for metric in self.metrics],
            kpis=[kpi.kpi for kpi in self.kpis if kpi.kpi not in kpis],
        )


_PAYMENTS = Kpi("(payments)", attribution=1.0, monetised=True, counted=True, share_given=1.0)


def gather_payments(panel: StoredPanel, *, metrics: Sequence[str] | None = None) -> Evidence:
    """Read evidence in which what customers pay stands where value should: all that is left without outcomes."""
    columns = (ValueColumn(_PAYMENTS.kpi, None, "mrr_average"),)
    months = panel.connect().table("months")
    paid = months.filter(~months.partial).mutate(
        period_start=months.month, months=ibis.literal(1), mrr_average=months.mrr_average.cast("float64")
    )
    return _gathered(panel, paid, columns, metrics=metrics, kpis=[_PAYMENTS])


def judgement_of(kpi: Kpi) -> Judgement:
    """Return what is believed of a KPI's money; rows that state their own money have no doubt about its rate."""
    relative = 0.0
    if kpi.value_per_unit and kpi.value_per_unit_sd:
        relative = kpi.value_per_unit_sd / kpi.value_per_unit * (1 - kpi.share_given)
    return Judgement(relative, kpi.attribution, kpi.attribution_sd or 0.0)


def gather(
    panel: StoredPanel, *, metrics: Sequence[str] | None = None, kpis: Sequence[str] | None = None
) -> Evidence:
    """Read the evidence out of a panel.

    Parameters
    ----------
    metrics, kpis
        Which ones to look at; all by default.

    Raises
    ------
    InvalidInput
        If a metric or KPI is not in the data, naming those that are.
    """
    counted = [kpi for kpi in panel.kpis if kpi.counted]
    judged = _chosen("kpis", counted, kpis, name=lambda kpi: kpi.kpi)
    return _gathered(panel, panel.connect().table("periods"), panel.values, metrics=metrics, kpis=judged)


def _gathered(
    panel: StoredPanel,
    periods: Table,
    columns: Sequence[ValueColumn],
    *,
    metrics: Sequence[str] | None,
    kpis: Sequence[Kpi],
) -> Evidence:
    """Sum the periods per customer and put the customers' traits beside."""
    chosen = _chosen("metrics", panel.metrics, metrics, name=lambda metric: metric.metric)
    judged = list(kpis)
    connection = panel.connect()
    book = connection.table("customers").order_by("customer_id").to_pyarrow()
    customers = book.column("customer_id").to_pylist()
    place = {customer: at for at, customer in enumerate(customers)}
    book_units = _book_units(connection.table("months"), chosen, place)
    sums = _sums(periods, columns, chosen, judged)
    ids = sums.column("customer_id").to_pylist()
    reporters = np.array([place[customer] for customer in ids], dtype=np.intp)
    bills = np.array([_number(value) for value in book.column("mrr").to_pylist()], dtype=np.float64)[
        reporters
    ]
    inside = _inside(connection, {customer: at for at, customer in enumerate(ids)})
    by_metric = {}
    kpi_value = {}
    for at, metric in enumerate(chosen):
        arrays = {name: _floats(sums, f"{name}_{at}") for name in _SUMS}
        by_metric[metric.metric] = MetricEvidence(
            **arrays, bill=np.where(bills > 0, bills, np.nan), **inside.get(metric.metric, {})
        )
        kpi_value[metric.metric] = np.array(
            [_floats(sums, f"kpi_{k}_{at}") for k in range(len(judged))], dtype=np.float64
        ).reshape(len(judged), len(ids))
    return Evidence(
        panel=panel, customers=customers, reporters=reporters, metrics=tuple(chosen), kpis=tuple(judged),
        by_metric=by_metric, kpi_value=kpi_value, traits=Traits.of(book), book_units=book_units,
    )  # fmt: skip


def _chosen(what: str, known: Sequence[Any], wanted: Sequence[str] | None, *, name: Any) -> list[Any]:
    if wanted is None:
        return list(known)
    by_name = {name(each): each for each in known}
    unknown = [each for each in wanted if each not in by_name]
    if unknown:
        raise InvalidInput(f"options.{what}: {unknown} not in the data; there are {sorted(by_name)}")
    return [by_name[each] for each in dict.fromkeys(wanted)]


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) else float("nan")


def _floats(table: pa.Table, name: str) -> Floats:
    values: Floats = np.nan_to_num(table.column(name).to_numpy().astype(np.float64))
    return values


def _book_units(months: Table, metrics: Sequence[Metric], place: Mapping[str, int]) -> dict[str, Floats]:
    """Return units per observed month of every customer, reporting or not."""
    if not metrics:
        return {}
    observed = months.filter(~months.partial)
    means = observed.group_by("customer_id").agg(
        **{f"u{at}": observed[metric.column].mean() for at, metric in enumerate(metrics)}
    )
    table = means.order_by("customer_id").to_pyarrow()
    at_book = np.array(
        [place[customer] for customer in table.column("customer_id").to_pylist()], dtype=np.intp
    )
    units = {}
    for at, metric in enumerate(metrics):
        column = np.full(len(place), np.nan)
        column[at_book] = table.column(f"u{at}").to_numpy().astype(np.float64)
        units[metric.metric] = column
    return units


class _Sums:
    """Collects sums over a customer's periods; a sum that several metrics share is made once.

    What depends on value alone is the same for all metrics whose units are known in every period and whose
    money is the same, and those are most: the engine then has half as many sums to keep.
    """

    def __init__(self, periods: Table, values: Sequence[ValueColumn], kpis: Sequence[Kpi]) -> None:
        self.kpis = kpis
        self.money = {(each.kpi, each.metric): each.column for each in values}
        ordered = periods.period_start.collect(order_by=periods.period_start)
        starts = periods.group_by("customer_id").agg(starts=ordered, count=periods.count())
        half = starts["count"] // 2
        # The k-th start separates the first half from the last; an odd middle belongs to neither.
        cuts = starts.select(
            half_customer="customer_id",
            early_before=starts.starts[half],
            late_from=starts.starts[starts["count"] - ibis.greatest(half, 1)],
            halves=half > 0,
        )
        self.table = periods.join(cuts, periods.customer_id == cuts.half_customer).drop("half_customer")
        self.sums: dict[str, Column] = {}
        self.found: dict[str, str] = {}

    def add(self, at: int, metric: Metric, *, complete: bool) -> None:
        """Ask for everything about the metric at place `at`; `complete` if its units are always known."""
        table = self.table
        u = table[metric.column]
        known = None if complete else u.notnull()
        parts = [self._money(kpi.kpi, metric.metric) for kpi in self.kpis]
        v = _added([part * judgement_of(kpi).mean for part, kpi in zip(parts, self.kpis, strict=True)])
        owned = "+".join(self.money.get((kpi.kpi, metric.metric), "") for kpi in self.kpis)
        # Sums that do not look at units are shared by all metrics with this key.
        shared = f"{owned}/{'' if complete else at}"
        self._put("months", at, shared, table.months.cast("float64").sum(where=known))
        self._put("periods", at, shared, _counted(known, table))
        for name, column in (("value", v), ("value_squares", v * v)):
            self._put(name, at, shared, column.sum(where=known))
        for k, part in enumerate(parts):
            self._put(f"kpi_{k}", at, shared, part.sum(where=known))
        early, late = table.period_start < table.early_before, table.period_start >= table.late_from
        for name, half in (("early", table.halves & early), ("late", table.halves & late)):
            self._put(f"{name}_value", at, shared, v.sum(where=half if known is None else known & half))
            self._put(f"{name}_units", at, str(at), u.sum(where=half))
        for name, column in (("units", u), ("units_squares", u * u), ("products", v * u)):
            self._put(name, at, str(at), column.sum())
        self._put("idle_periods", at, str(at), ((u > 0) & (v <= 0)).sum().cast("float64"))
        self._put("active_periods", at, str(at), (u > 0).sum().cast("float64"))
        self._put("stray_value", at, str(at), v.sum(where=(u <= 0) & (v > 0)))

    def read(self) -> pa.Table:
        """Make all sums in one pass; columns are named `<sum>_<place of the metric>`."""
        sums = self.sums or {"rows": self.table.count()}
        table = self.table.group_by("customer_id").agg(**sums).order_by("customer_id").to_pyarrow()
        shown = {"customer_id": table.column("customer_id")}
        return pa.table(shown | {name: table.column(column) for name, column in self.found.items()})

    def _put(self, name: str, at: int, shared: str, column: Column) -> None:
        self.sums.setdefault(f"{name}/{shared}", column)
        self.found[f"{name}_{at}"] = f"{name}/{shared}"

    def _money(self, kpi: str, metric: str) -> Column:
        """Return the KPI's money that counts for the metric: what belongs to no metric, and the metric's own."""
        columns = [self.money.get((kpi, None)), self.money.get((kpi, metric))]
        return _added([ibis.coalesce(self.table[column], 0.0) for column in columns if column is not None])


def _added(columns: Sequence[Column]) -> Column:
    return sum(columns[1:], start=columns[0]) if columns else ibis.literal(0.0)


def _counted(known: Column | None, table: Table) -> Column:
    return (table.count() if known is None else known.sum()).cast("float64")


def _sums(
    periods: Table, values: Sequence[ValueColumn], metrics: Sequence[Metric], kpis: Sequence[Kpi]
) -> pa.Table:
    """Sum, per customer, everything that the models need of every metric."""
    sums = _Sums(periods, values, kpis)
    unknown = {f"at_{at}": periods[metric.column].isnull().sum() for at, metric in enumerate(metrics)}
    gaps = periods.agg(**unknown).to_pyarrow().to_pylist()[0] if metrics else {}
    for at, metric in enumerate(metrics):
        sums.add(at, metric, complete=not gaps[f"at_{at}"])
    return sums.read()


def _inside(connection: Any, reporters: Mapping[str, int]) -> dict[str, dict[str, Floats]]:
    """Return, per metric with units told apart, each unit's customer and log of its value per unit."""
    if "units_inside" not in connection.list_tables():
        return {}
    table = connection.table("units_inside")
    usable = table.filter((table.value > 0) & (table.units > 0)).order_by(
        ["customer_id", "metric", "unit_id"]
    )
    found: dict[str, list[tuple[int, float]]] = {}
    for row in usable.to_pyarrow().to_pylist():
        if row["customer_id"] in reporters:
            ratio = float(np.log(row["value"] / row["units"]))
            found.setdefault(row["metric"], []).append((reporters[row["customer_id"]], ratio))
    return {
        metric: {
            "inside_customer": np.array([customer for customer, _ in pairs], dtype=np.float64),
            "inside_log_worth": np.array([log for _, log in pairs], dtype=np.float64),
        }
        for metric, pairs in found.items()
    }
