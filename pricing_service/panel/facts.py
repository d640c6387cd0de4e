"""What the tables say of themselves, in a few small queries: dates, metrics, KPIs, foreign money."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import ibis
from ibis.expr.types import Table

from pricing_service.panel.calendar import shifted
from pricing_service.panel.checked import Checked
from pricing_service.panel.mrr import stretches


@dataclass(frozen=True)
class Facts:
    """Facts that decide how the panel is built.

    Parameters
    ----------
    usage
        Per metric: `metric`, `rows`, `first`, `last`, `dated` (the rows that are no snapshot), `with_unit`.
    outcomes
        Per KPI and metric: `kpi`, `metric`, `rows`, `first` (day covered), `last` (date), `valued`, `odd` (rows
        whose period is given by its own days), `long` (quarters and years), `with_unit`, `foreign`.
    paid
        Of the stretches of MRR: `rows`, `first`, `last`, `foreign`, `parallel`; None where no table tells MRR.
    billed
        The last day that an invoice of usage or one_off tells of.
    """

    usage: list[dict[str, Any]]
    outcomes: list[dict[str, Any]]
    paid: dict[str, Any] | None
    billed: date | None = None

    @classmethod
    def of(cls, checked: Checked, home: str) -> Facts:
        """Ask the tables."""
        return cls(
            _usage(checked), _outcomes(checked, home), _paid(stretches(checked), home), _billed(checked)
        )

    def last_day(self) -> date | None:
        """Return the last date of usage or outcomes, else of the MRR table or of single invoices, else None."""
        seen: list[date] = [row["last"] for row in [*self.usage, *self.outcomes] if row["last"]]
        if seen:
            return max(seen)
        told = [self.paid["last"] if self.paid else None, self.billed]
        return max((each for each in told if each), default=None)

    def first_day(self) -> date | None:
        """Return the earliest date of any of them, or None."""
        told = [*self.usage, *self.outcomes, *([self.paid] if self.paid else [])]
        first: date | None = min((row["first"] for row in told if row["first"]), default=None)
        if first is not None and any(row["long"] for row in self.outcomes):
            return first.replace(month=1, day=1)  # where the first quarter or year may begin
        return first

    @property
    def only_months(self) -> bool:
        """Whether every outcome covers a calendar month (or a day, which is read as part of its month)."""
        return not any(row["odd"] or row["long"] for row in self.outcomes)

    @property
    def odd_periods(self) -> bool:
        """Whether some outcome gives the days that it covers."""
        return any(row["odd"] for row in self.outcomes)

    @property
    def inside(self) -> bool:
        """Whether usage and outcomes both tell the units inside a customer apart."""
        return any(row["with_unit"] for row in self.usage) and any(
            row["with_unit"] and row["metric"] is not None for row in self.outcomes
        )


def _usage(checked: Checked) -> list[dict[str, Any]]:
    if "usage" not in checked:
        return []
    table = checked["usage"]
    return _rows(
        table.group_by("metric").agg(
            rows=table.count(),
            first=table.date.min(),
            last=table.date.max(),
            dated=table.date.count(),
            with_unit=table.unit_id.count(),
        ),
        "metric",
    )


def _outcomes(checked: Checked, home: str) -> list[dict[str, Any]]:
    if "outcomes" not in checked:
        return []
    table = checked["outcomes"]
    return _rows(
        table.group_by("kpi", "metric").agg(
            rows=table.count(),
            first=ibis.least(table.date.min(), ibis.coalesce(table.period_start.min(), table.date.min())),
            last=table.date.max(),
            valued=table.value.count(),
            odd=table.period_start.count(),
            long=(table.period_start.isnull() & table.period.isin(["quarter", "year"])).sum(),
            with_unit=table.unit_id.count(),
            foreign=(table.currency.notnull() & (table.currency != home) & table.value.notnull()).sum(),
        ),
        "kpi",
        "metric",
    )


def _paid(table: Table | None, home: str) -> dict[str, Any] | None:
    if table is None:
        return None
    (row,) = _rows(
        table.agg(
            rows=table.count(),
            first=table.start.min(),
            last=table.last_seen.max(),
            foreign=(table.currency.notnull() & (table.currency != home)).sum(),
            parallel=table.parallel.any(),
        )
    )
    return row if row["rows"] else None


def _billed(checked: Checked) -> date | None:
    """Return the last day that an invoice of usage or one_off tells of."""
    if "invoices" not in checked:
        return None
    table = checked["invoices"]
    whole = (table.kind == "usage").ifelse(shifted(table.period_end, -1), table.period_start)
    single = table.filter(table.kind.isin(["usage", "one_off"])).select(last=whole)
    found: date | None = single.agg(last=single["last"].max()).to_pyarrow()["last"][0].as_py()
    return found


def _rows(table: Table, *order: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = table.to_pyarrow().to_pylist()
    return sorted(rows, key=lambda row: tuple(row[name] or "" for name in order))
