"""The checked tables as the panel reads them: every contract column there, merged customers as one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import ibis
import pyarrow as pa
from ibis.expr.types import Table

from pricing_service.tables import TABLES, Kind

_TYPES = {
    Kind.DATE: "date",
    Kind.MONTH: "date",
    Kind.MONEY: "decimal(18, 6)",
    Kind.UNITS: "decimal(18, 6)",
    Kind.NUMBER: "float64",
    Kind.COUNT: "int64",
    Kind.FLAG: "boolean",
}


class Checked(Mapping[str, Table]):
    """Contract tables by name, completed and with the ids of the customers that survive mergers.

    A column that a table lacks is there as null; one of another type is cast (money and units become
    decimals, so that their sums are exact). Rows of a customer that was merged into another count for the
    survivor, for all time: a merger is then neither churn nor expansion.

    Parameters
    ----------
    tables
        ibis tables of one engine by contract name; tables that the contract does not know are left out.
    """

    def __init__(self, tables: Mapping[str, Table]) -> None:
        self._tables = {name: _completed(name, table) for name, table in tables.items() if name in TABLES}
        self.engine = next(iter(tables.values())).get_backend() if tables else ibis.get_backend()
        self.survivors, self.warnings = _survivors(self._tables)
        self._survivor_of: Table | None = None
        if self.survivors:
            pairs = {"merged_id": list(self.survivors), "survivor_id": list(self.survivors.values())}
            self._survivor_of = ibis.memtable(pa.table(pairs))

    def __getitem__(self, name: str) -> Table:
        """Return the table called `name`; KeyError where the dataset has none."""
        table = self._tables[name]
        if self._survivor_of is None or name == "customers" or "customer_id" not in table.columns:
            return table
        joined = table.left_join(self._survivor_of, table.customer_id == self._survivor_of.merged_id)
        return joined.mutate(customer_id=ibis.coalesce(joined.survivor_id, joined.customer_id)).drop(
            "merged_id", "survivor_id"
        )

    def __iter__(self) -> Iterator[str]:
        return iter(self._tables)

    def __len__(self) -> int:
        return len(self._tables)

    def rows(self, name: str) -> list[dict[str, Any]]:
        """Return all rows of a small table as plain values, money as floats; none where there is no such table."""
        if name not in self._tables:
            return []
        table = self[name]
        money = [column for column, kind in table.schema().items() if kind.is_decimal()]
        plain = table.mutate(**{column: table[column].cast("float64") for column in money})
        rows: list[dict[str, Any]] = plain.to_pyarrow().to_pylist()
        return rows

    def first_of(self, *names: str) -> str | None:
        """Return the first of `names` that the dataset has, else None."""
        return next((name for name in names if name in self._tables), None)


def _completed(name: str, table: Table) -> Table:
    """`table` with every column of its contract, in the contract's type."""
    have = table.schema()
    changes = {}
    for column in TABLES[name].columns:
        wanted = _TYPES.get(column.kind, "string")
        if column.name not in have:
            changes[column.name] = ibis.null(wanted)
        elif have[column.name].copy(nullable=True) != ibis.dtype(wanted):
            changes[column.name] = table[column.name].cast(wanted)
    return table.mutate(**changes) if changes else table


def _survivors(tables: Mapping[str, Table]) -> tuple[dict[str, str], list[str]]:
    """Map each merged customer to the customer that stands at the end of its chain of mergers."""
    if "customers" not in tables:
        return {}, []
    customers = tables["customers"]
    merged = customers.filter(customers.merged_into.notnull())
    known = customers.select(known_id="customer_id")
    known = merged.semi_join(known, merged.merged_into == known.known_id)
    pairs = known.select("customer_id", "merged_into").to_pyarrow().to_pylist()
    step = {pair["customer_id"]: pair["merged_into"] for pair in pairs}
    ends: dict[str, str] = {}
    circles = set()
    for start, following in step.items():
        seen, end = {start}, following
        while end in step and end not in seen:
            seen.add(end)
            end = step[end]
        if end in seen:
            circles.add(start)
        else:
            ends[start] = end
    if not circles:
        return ends, []
    return ends, [f"customers merged into each other in a circle were left as they are: {sorted(circles)}"]
