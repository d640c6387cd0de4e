"""From checked tables to the panel: which expressions are made, in which order, from what."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

import ibis
from ibis.expr.types import Table

from pricing_service.panel import customers as people
from pricing_service.panel import mrr, units, value
from pricing_service.panel.calendar import month_after, month_of, shifted, spine
from pricing_service.panel.checked import Checked
from pricing_service.panel.currency import Rates
from pricing_service.panel.described import Kpi, Metric, ValueColumn
from pricing_service.panel.errors import MissingTables
from pricing_service.panel.facts import Facts
from pricing_service.panel.inside import no_units_inside, units_inside
from pricing_service.panel.kpis import describe_kpis, value_columns
from pricing_service.panel.metrics import describe_metrics
from pricing_service.panel.months import (
    Monthly,
    as_stored,
    filled,
    month_cells,
    nobody_seen,
    sighting,
    span,
    spending,
    with_value,
)
from pricing_service.panel.odd_periods import cut_at
from pricing_service.panel.periods import no_periods, periods
from pricing_service.panel.remarks import remarks

Stage = Callable[[str, Table], Table]
"""What becomes of an intermediate table: itself, or the same rows held by the engine under a name."""

ANY_OF = ("usage", "outcomes", *mrr.SOURCES)
"""Tables of which a panel needs one."""


@dataclass(frozen=True)
class Panel:
    """The customer panel as ibis expressions, on the engine of the tables that it was built from.

    Parameters
    ----------
    currency
        The ISO 4217 code of all money.
    as_of
        The last day that counts; the month that it cuts is partial.
    metrics, kpis, values
        What the columns mean.
    report
        Notes and warnings, JSON-ready.
    make
        Builds all tables; every intermediate one that is read twice passes through the given stage.
    engine
        The ibis backend of the tables.
    """

    currency: str
    as_of: date
    metrics: tuple[Metric, ...]
    kpis: tuple[Kpi, ...]
    values: tuple[ValueColumn, ...]
    report: Mapping[str, Any]
    make: Callable[[Stage], dict[str, Table]] = field(repr=False)
    engine: ibis.BaseBackend = field(repr=False)

    @cached_property
    def tables(self) -> dict[str, Table]:
        """`customers`, `months`, `periods` and `units_inside`, lazy: nothing is computed until asked for."""
        return self.make(lambda _name, table: table)

    @property
    def customers(self) -> Table:
        """One row per customer."""
        return self.tables["customers"]

    @property
    def months(self) -> Table:
        """One row per customer and month."""
        return self.tables["months"]

    @property
    def periods(self) -> Table:
        """One row per customer and complete outcome period."""
        return self.tables["periods"]

    @property
    def units_inside(self) -> Table:
        """One row per customer, metric and unit inside the customer."""
        return self.tables["units_inside"]


def build_panel(
    tables: Mapping[str, Table], *, currency: str, as_of: date | None = None, today: date | None = None
) -> Panel:
    """Describe the panel of checked tables; a few small queries are asked, the panel itself stays lazy.

    Parameters
    ----------
    tables
        ibis tables of one engine (DuckDB, PySpark) by contract name. Columns that are missing count as empty.
    currency
        The ISO 4217 code in which the dataset is analysed.
    as_of
        The last day that counts. Default: the last date of usage or outcomes, else of subscriptions.
    today
        `as_of` never lies after it, where given.

    Raises
    ------
    MissingTables
        When there is neither usage, nor outcomes, nor a table that tells MRR, and no day is given either.
    """
    checked = Checked(tables)
    facts = Facts.of(checked, currency)
    # Where nothing is dated (a survey alone) the panel has no month, and no number depends on the day.
    last = as_of or facts.last_day() or today
    if last is None:
        raise MissingTables(
            ANY_OF,
            "the panel needs usage, outcomes or subscriptions with at least one dated row; the cheapest is an export "
            "of subscriptions from the billing system: customer_id, start, end, plan, mrr",
        )
    if today is not None:
        last = min(last, today)
    return _Recipe(checked, facts, currency, last).panel()


class _Recipe:
    """The parts of one panel, and the order in which they are put together."""

    def __init__(self, checked: Checked, facts: Facts, home: str, as_of: date) -> None:
        self.checked, self.facts, self.as_of = checked, facts, as_of
        self.spine = spine(facts.first_day() or as_of, as_of)
        self.rates = Rates.of(checked, home, as_of)
        self.metrics = describe_metrics(checked, facts, self.rates)
        self.kpis = describe_kpis(checked, facts, self.rates)
        self.values = value_columns(self.kpis, facts)
        stocks = {metric.metric for metric in self.metrics if metric.kind == "stock"}
        self.by_unit = any(row["with_unit"] for row in facts.usage if row["metric"] in stocks)

    def panel(self) -> Panel:
        """Describe the panel; nothing of it is computed yet."""
        return Panel(
            currency=self.rates.home,
            as_of=self.as_of,
            metrics=self.metrics,
            kpis=self.kpis,
            values=self.values,
            report=remarks(self.checked, self.facts, self.rates),
            make=self.make,
            engine=self.checked.engine,
        )

    def make(self, stage: Stage) -> dict[str, Table]:
        """Build every table of the panel."""
        listed = people.roster(self.checked)
        achieved = self.achieved(stage)
        cells = stage("cells", self.cells(listed, achieved, stage))
        told = stage("periods", self.periods(achieved, cells))
        months = with_value(cells, told, self.kpis, self.values, single=self.facts.only_months)
        customers = people.customers(listed, cells, self.as_of, paid=self.facts.paid is not None)
        return {
            "customers": stage("customers", customers.order_by("customer_id")),
            "months": stage("months", as_stored(months, self.metrics).order_by("customer_id", "month")),
            "periods": told,
            "units_inside": stage("units_inside", self.inside(months)),
        }

    def achieved(self, stage: Stage) -> Table | None:
        """Money by customer and period of the outcomes, complete or not."""
        if not self.facts.outcomes:
            return None
        goals = self.checked.get("goals")
        return stage("achieved", value.achieved(self.outcomes(), self.kpis, self.values, goals))

    def outcomes(self) -> Table:
        """Outcome rows with their periods, `value` in the dataset's currency."""
        outcomes = value.dated_outcomes(self.checked, self.facts, self.as_of)
        if any(row["foreign"] for row in self.facts.outcomes):
            outcomes = self.rates.monthly(outcomes, self.spine, "value")
        return outcomes

    def usage(self) -> Table | None:
        """Usage rows that count, each with a date."""
        return (
            units.usage_until(self.checked["usage"], self.as_of, self.facts.usage)
            if self.facts.usage
            else None
        )

    def cells(self, listed: Table, achieved: Table | None, stage: Stage) -> Table:
        """Make the customer × month calendar with MRR, units and costs."""
        used, moved = self.used(stage)
        seen, paid = [], None
        if used is not None:
            seen.append(sighting(used, used.first_used, used.last_used, kind="usage"))
        if achieved is not None:
            last = ibis.least(shifted(month_after(achieved.last_date), -1), self.as_of)
            seen.append(sighting(achieved, month_of(achieved.first_date), last, kind="outcomes"))
        if self.facts.paid is not None:
            cut = stage("stretches", mrr.until(mrr.stretches(self.checked), self.as_of))
            seen.append(sighting(cut, cut.start, shifted(cut.stop, -1), kind="subscriptions"))
            foreign = self.facts.paid["foreign"] > 0
            parallel = foreign or self.facts.paid["parallel"] or bool(self.checked.survivors)
            by_month = mrr.by_month(cut, self.spine, self.rates, foreign=foreign, parallel=parallel)
            paid = stage("paid", by_month)
        told = Monthly(paid=paid, used=used, moved=moved, spent=self.spent(stage))
        return filled(span(seen or [nobody_seen()], listed), self.spine, self.metrics, told)

    def used(self, stage: Stage) -> tuple[Table | None, Table | None]:
        """Sum up what usage says of each customer's months: its rows, and how stocks moved."""
        usage = self.usage()
        if usage is None:
            return None, None
        moved = units.moved(usage, self.metrics, month_cells, by_unit=self.by_unit)
        used = stage("used", units.recorded(usage, self.metrics, month_cells))
        return used, None if moved is None else stage("moved", moved)

    def spent(self, stage: Stage) -> Table | None:
        """Costs by month, up to `as_of`, in the dataset's currency."""
        if "costs" not in self.checked:
            return None
        table = self.checked["costs"]
        table = table.filter(table.date <= self.as_of).mutate(month=month_of(table.date))
        return stage("spent", spending(self.rates.monthly(table, self.spine, "amount")))

    def periods(self, achieved: Table | None, cells: Table) -> Table:
        """Complete outcome periods with the units of the same days."""
        if achieved is None:
            return periods(no_periods(), cells, self.metrics, self.values, single=True)
        complete = value.until_complete(achieved, self.values, self.as_of)
        if not self.facts.only_months:
            complete = value.apart(complete, self.values)
        if self.facts.odd_periods:
            cells = cut_at(complete, cells, self.usage(), self.metrics, by_unit=self.by_unit)
        told = periods(complete, cells, self.metrics, self.values, single=self.facts.only_months)
        return told.order_by("customer_id", "period_start")

    def inside(self, months: Table) -> Table:
        """Value and units of each unit inside a customer, where both usage and outcomes name it."""
        usage = self.usage()
        if usage is None or not self.facts.inside:
            return no_units_inside()
        return units_inside(
            self.outcomes(), usage, months, metrics=self.metrics, kpis=self.kpis, as_of=self.as_of
        )
