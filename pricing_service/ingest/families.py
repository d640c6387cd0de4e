"""Checks between tables: rows whose parent is in quarantine, rows of customers that nobody knows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pricing_service.ingest.casting import literal, quoted
from pricing_service.ingest.marks import SOUND, UNMATCHED
from pricing_service.ingest.quarantine import Quarantine
from pricing_service.ingest.staging import Staged
from pricing_service.tables import TABLES, Column

_TELL_CUSTOMERS = {
    "subscriptions": "start",
    "monthly_mrr": "month",
    "mrr_movements": "date",
    "invoices": "period_start",
}
"""Tables that tell who is a customer where `customers` is absent, and the date since when."""

DERIVED = "__customers"
"""What the engine calls the customers that are derived from other tables."""


class Families:
    """Who is the child of whom, once every table has been checked by itself.

    `customers_from` names the tables that the customers come from; empty where nothing tells who is one, and
    then no row is unmatched.
    """

    def __init__(self, connection: Any, quarantine: Quarantine, staged: Mapping[str, Staged]) -> None:
        self._connection = connection
        self._quarantine = quarantine
        self._staged = staged
        self._known = {name: quoted(name) for name in staged}
        self.customers_from = self._customers()

    def check(self) -> None:
        """Move orphans to the quarantine and set unmatched rows aside, parents first."""
        for name in sorted(self._staged, key=lambda table: (table != "leads", table)):
            staged = self._staged[name]
            for column in staged.table.columns:
                if column.parent and column.name in staged.headers.known:
                    self._check(staged, column, column.parent)

    def _customers(self) -> tuple[str, ...]:
        if "customers" in self._staged and self._has_rows("customers"):
            return ("customers",)
        tell = tuple(name for name in _TELL_CUSTOMERS if name in self._staged and self._has_rows(name))
        if tell:
            self._derive(tell)
        return tell

    def _has_rows(self, table: str) -> bool:
        statement = f"SELECT EXISTS (FROM {quoted(table)} WHERE __fault = {SOUND})"
        return bool(self._connection.execute(statement).fetchone()[0])

    def _derive(self, tell: tuple[str, ...]) -> None:
        seen = " UNION ALL ".join(
            f"SELECT customer_id, {quoted(_TELL_CUSTOMERS[name])} AS since FROM {quoted(name)} "
            f"WHERE __fault = {SOUND}"
            for name in tell
        )
        columns = ", ".join(
            f"CAST({'min(since)' if column.name == 'signed_up' else 'NULL'} AS {column.kind.sql_type}) "
            f"AS {quoted(column.name)}"
            for column in TABLES["customers"].columns[1:]
        )
        self._connection.execute(
            f"CREATE TEMP TABLE {DERIVED} AS SELECT {SOUND} AS __fault, customer_id, {columns} "
            f"FROM ({seen}) GROUP BY customer_id"
        )
        self._known["customers"] = DERIVED

    def _check(self, staged: Staged, column: Column, parent: str) -> None:
        parents = self.customers_from if parent == "customers" else (parent,)
        if not parents or parent not in self._known:
            return
        known = f"SELECT {quoted(TABLES[parent].key[0])} FROM {self._known[parent]} WHERE __fault = {SOUND}"
        lost = f"{quoted(column.name)} NOT IN ({known})"
        if quarantined := self._quarantine.ids(parents, of_customers=parent == "customers"):
            self._quarantine.add_rows(
                staged.table,
                f"SELECT __line FROM {quoted(staged.table.name)} "
                f"WHERE {lost} AND {quoted(column.name)} IN ({quarantined})",
                column=column.name,
                code="orphaned",
                message=literal(f"its row in {' or '.join(parents)} is in quarantine"),
            )
        if parent == "customers":
            self._connection.execute(
                f"UPDATE {quoted(staged.table.name)} SET __fault = {UNMATCHED} "
                f"WHERE __fault = {SOUND} AND {lost}"
            )
