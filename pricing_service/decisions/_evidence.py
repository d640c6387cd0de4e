"""From panel to arrays: sums per customer made by the engine, and who reports outcomes.

Everything below this module is tables in an engine, everything above it arrays over customers sorted by id.
At most one row per customer leaves the engine.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

import ibis
import numpy as np
from ibis.expr.types import Table
from numpy.typing import NDArray

from models.attribution import Judgement
from models.checks import Floats
from models.errors import InvalidInput
from models.unit_worth.reporting import Reporting
from models.value_metrics._base import MetricEvidence
from models.value_metrics._parts import LINEAR, ValueParts
from pricing_service.decisions._judged import judgement_of, parts_of
from pricing_service.decisions._sums import (
    PLAIN,
    recorded_months,
    reported_shares,
    sum_periods,
    units_per_month,
    worth_inside,
)
from pricing_service.decisions._traits import Traits
from pricing_service.panel import Kpi, Metric, StoredPanel, ValueColumn
from pricing_service.panel.answers import arrow_of, floats_of


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
    heard
        How many customers report anything, in money or not.
    reported_share
        Per KPI, the share (0–1) of all reported periods in which it is reported.
    periods, columns
        The table that was summed, and what its columns of money mean.
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
    heard: int
    reported_share: Mapping[str, float]
    periods: Table
    columns: Sequence[ValueColumn]

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
        return gather_from(
            self.panel,
            self.periods,
            self.columns,
            metrics=[metric.metric for metric in self.metrics],
            kpis=[kpi for kpi in self.kpis if kpi.kpi not in kpis],
        )


_PAYMENTS = Kpi("(payments)", attribution=1.0, monetised=True, counted=True, share_given=1.0)


def gather_payments(panel: StoredPanel, *, metrics: Sequence[str] | None = None) -> Evidence:
    """Read evidence in which what customers pay stands where value should: all that is left without outcomes."""
    columns = (ValueColumn(_PAYMENTS.kpi, None, "mrr_average"),)
    chosen = _chosen("metrics", {metric.metric: metric for metric in panel.metrics}, metrics)
    months = recorded_months(panel.connect().table("months"), chosen)
    paid = months.mutate(
        period_start=months.month, months=ibis.literal(1), mrr_average=months.mrr_average.cast("float64")
    )
    return gather_from(panel, paid, columns, metrics=metrics, kpis=[_PAYMENTS])


def traits_of(panel: StoredPanel) -> Traits:
    """Read what is known of every customer."""
    return Traits.of(arrow_of(panel.connect().table("customers").order_by("customer_id")))


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
    counted = {kpi.kpi: kpi for kpi in panel.kpis if kpi.counted}
    judged = _chosen("kpis", counted, kpis, others={kpi.kpi: _why_not(kpi) for kpi in panel.kpis})
    return gather_from(panel, panel.connect().table("periods"), panel.values, metrics=metrics, kpis=judged)


def gather_from(
    panel: StoredPanel,
    periods: Table,
    columns: Sequence[ValueColumn],
    *,
    metrics: Sequence[str] | None,
    kpis: Sequence[Kpi],
) -> Evidence:
    """Sum periods per customer and put the customers' traits beside.

    Parameters
    ----------
    periods
        Has `customer_id`, `period_start`, `months`, each metric's units and the money of `columns`.
    metrics
        Which ones to look at; all by default.
    kpis
        What `columns` belong to.
    """
    chosen = _chosen("metrics", {metric.metric: metric for metric in panel.metrics}, metrics)
    judged = list(kpis)
    connection = panel.connect()
    book = arrow_of(connection.table("customers").order_by("customer_id"))
    customers = book.column("customer_id").to_pylist()
    book_units = units_per_month(connection.table("months"), chosen, book)
    reporters, sums = sum_periods(periods, columns, chosen, judged, book=book)
    bills = floats_of(book, "mrr")[reporters]
    inside = worth_inside(connection, [customers[at] for at in reporters.tolist()])
    by_metric = {}
    kpi_value = {}
    for at, metric in enumerate(chosen):
        parts = _parts(sums, at, [part.judgement for part in parts_of(judged)])
        by_metric[metric.metric] = MetricEvidence(
            **{name: sums[f"{name}_{at}"] for name in PLAIN},
            **parts.sums(np.ones(len(parts.judgements))),
            parts=parts,
            bill=np.where(bills > 0, bills, np.nan),
            **inside.get(metric.metric, {}),
        )
        kpi_value[metric.metric] = np.array(
            [sums[f"kpi_{k}_{at}"] for k in range(len(judged))], dtype=np.float64
        ).reshape(len(judged), reporters.size)
    return Evidence(
        panel=panel, customers=customers, reporters=reporters, metrics=tuple(chosen), kpis=tuple(judged),
        by_metric=by_metric, kpi_value=kpi_value, traits=Traits.of(book), book_units=book_units,
        heard=sum(map(bool, book.column("reported").to_pylist())),
        reported_share=reported_shares(periods, columns, judged), periods=periods, columns=columns,
    )  # fmt: skip


_Named = TypeVar("_Named", Metric, Kpi)


def _chosen(
    option: str,
    known: Mapping[str, _Named],
    wanted: Sequence[str] | None,
    *,
    others: Mapping[str, str] | None = None,
) -> list[_Named]:
    """Return what an option names, all by default; `others` says why something known cannot be chosen."""
    if wanted is None:
        return list(known.values())
    for name in wanted:
        if name not in known:
            why = (others or {}).get(name, "is not in the data")
            raise InvalidInput(f"options.{option}: {name!r} {why}; there are {sorted(known)}")
    return [known[name] for name in dict.fromkeys(wanted)]


def _why_not(kpi: Kpi) -> str:
    if not kpi.monetised:
        return f"is not money: {kpi.why_not}"
    return f"is counted already through {kpi.drives!r}, which it drives"


def _parts(sums: Mapping[str, Floats], at: int, judgements: Sequence[Judgement]) -> ValueParts:
    """Read the money of the metric at place `at`, part by part."""
    count = len(judgements)
    money = {
        name: np.array([sums[f"{name}_{p}_{at}"] for p in range(count)], dtype=np.float64) for name in LINEAR
    }
    squares = [
        [sums[f"value_squares_{min(p, q)}_{max(p, q)}_{at}"] for q in range(count)] for p in range(count)
    ]
    return ValueParts(
        **money, value_squares=np.array(squares, dtype=np.float64), judgements=tuple(judgements)
    )
