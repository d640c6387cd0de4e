"""Small datasets in memory, and the panel that is built from them as plain rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import ibis
import pyarrow as pa
import pytest

from pricing_service.panel import StoredPanel, build_panel, store_panel
from pricing_service.tables import TABLES, Kind

ARROW = {
    Kind.DATE: pa.date32(),
    Kind.MONTH: pa.date32(),
    Kind.MONEY: pa.decimal128(18, 6),
    Kind.UNITS: pa.decimal128(18, 6),
    Kind.NUMBER: pa.float64(),
    Kind.COUNT: pa.int64(),
    Kind.FLAG: pa.bool_(),
}


def arrow(table, rows):
    """Rows of a contract table, given as dicts with ISO dates and plain numbers, in the checked types."""
    kinds = {column.name: column.kind for column in TABLES[table].columns}
    names = list(dict.fromkeys([*kinds, *(name for row in rows for name in row)]))
    columns = {}
    for name in names:
        kind = kinds.get(name)
        values = [_plain(row.get(name), kind) for row in rows]
        columns[name] = pa.array(values, ARROW.get(kind, pa.string()))
    return pa.table(columns)


def _plain(value, kind):
    if value is None:
        return None
    if kind in (Kind.DATE, Kind.MONTH):
        return value if isinstance(value, date) else date.fromisoformat(value)
    if kind in (Kind.MONEY, Kind.UNITS):
        return Decimal(str(value)).quantize(Decimal("0.000001"))
    return value


@dataclass
class Built:
    """A stored panel and its tables as lists of dicts."""

    stored: StoredPanel

    def __post_init__(self):
        backend = self.stored.connect()
        for name in ("customers", "months", "periods", "units_inside"):
            setattr(self, name, backend.table(name).to_pyarrow().to_pylist())
        backend.disconnect()

    def month(self, customer, month):
        (row,) = [
            r for r in self.months if r["customer_id"] == customer and r["month"] == date.fromisoformat(month)
        ]
        return row

    def customer(self, customer):
        (row,) = [r for r in self.customers if r["customer_id"] == customer]
        return row

    def metric(self, name):
        (metric,) = [m for m in self.stored.metrics if m.metric == name]
        return metric

    def kpi(self, name):
        (kpi,) = [k for k in self.stored.kpis if k.kpi == name]
        return kpi


@pytest.fixture
def build(tmp_path):
    """Return a function from rows per table to the built panel."""

    def built(currency="EUR", as_of=None, today=None, threads=2, **rows):
        backend = ibis.duckdb.connect(threads=threads)
        tables = {name: backend.create_table(name, arrow(name, given)) for name, given in rows.items()}
        day = date.fromisoformat(as_of) if isinstance(as_of, str) else as_of
        panel = build_panel(tables, currency=currency, as_of=day, today=today)
        stored = store_panel(panel, tmp_path / "panel")
        backend.disconnect()
        return Built(stored)

    return built


@pytest.fixture
def rows_to_arrow():
    """Return the function that types rows of a contract table."""
    return arrow
