"""A stored dataset, changed: rows posted into it, or a customer forgotten. Either makes a new version.

The stored tables pass all checks again together with what is new, so that a change cannot break what a whole
upload could not.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pricing_service.dataset import Dataset
from pricing_service.ingest.casting import literal, quoted
from pricing_service.ingest.errors import DatasetRefused, TableRefused, fault
from pricing_service.ingest.intake import ingest
from pricing_service.ingest.marks import SOUND
from pricing_service.ingest.relations import TypedRelation
from pricing_service.ingest.sources import Contents, Earlier
from pricing_service.ingest.staging import Staged, stage
from pricing_service.tables import TABLES, Table

_POSTED = "__posted"
_CUSTOMERS_ELSEWHERE = ("parent_id", "merged_into", "referred")
"""Columns that hold another customer's id."""


def post_rows(dataset: Dataset, table: str, rows: Sequence[Mapping[str, Any]], *, folder: Path) -> Dataset:
    """Upsert `rows` into one table and write the new version into `folder`.

    A row replaces the stored row with its key. Rows of an event table without `row_id` replace the stored rows of
    the same customer, date, metric (or KPI, or kind) and unit. The same rows again change nothing. Rows that
    break the contract go to the quarantine; their line is their place in `rows`, from 1.

    Raises
    ------
    DatasetRefused
        When the table cannot take the rows, with the reason.
    """
    changed = ingest(
        _Posted(dataset, TABLES[table], rows), folder=folder, name=dataset.name, currency=dataset.currency
    )
    if table in changed.refused and table not in dataset.refused:
        message = f"the rows cannot be stored: {changed.refused[table]}"
        raise DatasetRefused(message, [fault("table_refused", message, table=table)])
    return changed


def forget_customer(dataset: Dataset, customer_id: str, *, folder: Path) -> Dataset:
    """Write a version into `folder` in which nothing tells of a customer, the quarantine included.

    Its rows and its leads go; other customers that name it as parent or successor lose that name.
    """
    return ingest(
        _Without(dataset, customer_id),
        folder=folder,
        name=dataset.name,
        currency=dataset.currency,
        may_be_empty=True,
    )


@dataclass(frozen=True)
class _Posted:
    """A stored dataset together with rows that were posted into one of its tables."""

    dataset: Dataset
    table: Table
    rows: Sequence[Mapping[str, Any]]
    name: str = "dataset"

    def open(self, connection: Any, workspace: Path) -> Contents:
        """Put the posted rows in the place of those that they replace."""
        stored = _stored(self.dataset)
        name = self.table.name
        if self.rows:
            _register(connection, self.rows)
            stored[name] = self._merged(connection, stored.get(name))
        contents = _contents(connection, self.dataset, stored)
        contents.earlier = _earlier(self.dataset, stored, posted={name: len(self.rows)})
        return contents

    def _merged(self, connection: Any, stored: str | None) -> str:
        if stored is None:
            return "posted_rows"
        kept = "true"
        if (staged := self._staged(connection)) is not None:
            kept = " AND ".join(
                f"NOT EXISTS (SELECT 1 FROM ({self._replacing(staged, columns)}) AS p WHERE "
                + " AND ".join(f"p.{quoted(name)} IS NOT DISTINCT FROM s.{quoted(name)}" for name in columns)
                + f"{also})"
                for columns, also in self._identities(staged)
            )
        return f"(FROM posted_rows UNION ALL BY NAME SELECT s.* FROM {stored} AS s WHERE {kept})"

    def _staged(self, connection: Any) -> Staged | None:
        """Type the posted rows, under a name of their own, to see which they replace."""
        relation = TypedRelation(connection, "posted_rows")
        try:
            staged = stage(connection, self.table, relation, mapping={}, currency=self.dataset.currency)
        except TableRefused:
            return None
        connection.execute(f"ALTER TABLE {quoted(self.table.name)} RENAME TO {_POSTED}")
        return staged

    def _identities(self, staged: Staged) -> list[tuple[tuple[str, ...], str]]:
        """Return the columns on which a posted row replaces a stored one, and what else must hold."""
        columns = self.table.replaces or self.table.key
        if not self.table.is_event:
            return [(columns, "")]
        by_content = (columns, " AND s.row_id IS NULL AND p.row_id IS NULL")
        if "row_id" not in staged.headers.known:
            return [by_content]
        return [(("row_id",), " AND p.row_id IS NOT NULL"), by_content]

    def _replacing(self, staged: Staged, columns: tuple[str, ...]) -> str:
        """Select the sound posted rows; rows that contradict each other replace nothing."""
        select = f"SELECT * FROM {_POSTED} WHERE __fault = {SOUND}"
        if self.table.is_event and columns != ("row_id",):
            return select
        content = ", ".join(map(quoted, staged.columns))
        names = ", ".join(map(quoted, columns))
        return f"SELECT {names} FROM ({select}) GROUP BY ALL HAVING count(DISTINCT row({content})) = 1"


@dataclass(frozen=True)
class _Without:
    """A stored dataset without one customer."""

    dataset: Dataset
    customer_id: str
    name: str = "dataset"

    def open(self, connection: Any, workspace: Path) -> Contents:
        """Leave out whatever is the customer's."""
        who = f"nfc_normalize({literal(self.customer_id)})"
        stored = _stored(self.dataset)
        leads = stored.get("leads")
        left = {name: self._left(name, select, leads, who) for name, select in stored.items()}
        contents = _contents(connection, self.dataset, left)
        told = (
            f"coalesce(customer_id = {who}, false) OR coalesce(id = {who}, false) OR contains(value, {who})"
        )
        contents.earlier = _earlier(self.dataset, stored, keep=f"({told}) IS NOT TRUE")
        return contents

    def _left(self, name: str, select: str, leads: str | None, who: str) -> str:
        names = [column.name for column in TABLES[name].columns]
        elsewhere = [column for column in _CUSTOMERS_ELSEWHERE if column in names]
        renamed = ", ".join(f"nullif({column}, {who}) AS {column}" for column in elsewhere)
        kept = f"customer_id IS DISTINCT FROM {who}" if "customer_id" in names else "true"
        if "lead_id" in names and name != "leads" and leads:
            theirs = f"SELECT lead_id FROM {leads} WHERE customer_id = {who} AND lead_id IS NOT NULL"
            kept += f" AND (lead_id IS NULL OR lead_id NOT IN ({theirs}))"
        return f"(SELECT * {f'REPLACE ({renamed})' if renamed else ''} FROM {select} WHERE {kept})"


def _stored(dataset: Dataset) -> dict[str, str]:
    """Return what to select from for each table that was given; rows set aside may find their customer now."""
    derived = dataset.report["customers_from"] not in ([], ["customers"])
    found: dict[str, list[Path]] = {}
    for table in TABLES:
        if table == "customers" and derived:
            continue
        paths = (dataset.parquet(table), dataset.folder / "unmatched" / f"{table}.parquet")
        if there := [path for path in paths if path.exists()]:
            found[table] = there
    return {
        table: "(" + " UNION ALL BY NAME ".join(f"FROM read_parquet({literal(str(p))})" for p in paths) + ")"
        for table, paths in found.items()
    }


def _contents(connection: Any, dataset: Dataset, selects: Mapping[str, str]) -> Contents:
    tables = {table: TypedRelation(connection, select) for table, select in selects.items()}
    return Contents(tables=dict(tables), ignored=list(dataset.report["files_ignored"]))


def _earlier(
    dataset: Dataset,
    checked_again: Mapping[str, str],
    *,
    posted: Mapping[str, int] | None = None,
    keep: str = "true",
) -> Earlier:
    path = literal(str(dataset.folder / "quarantine.parquet"))
    return Earlier(
        quarantine=f"SELECT * FROM read_parquet({path}) WHERE {keep}",
        posted=posted or {},
        refused={table: why for table, why in dataset.refused.items() if table not in checked_again},
    )


def _register(connection: Any, rows: Sequence[Mapping[str, Any]]) -> None:
    import pyarrow as pa  # noqa: PLC0415  only a process that takes rows in pays for it

    names = list(dict.fromkeys(name for row in rows for name in row))
    columns = {name: pa.array([_text(row.get(name)) for row in rows], pa.string()) for name in names}
    connection.register("posted_rows", pa.table(columns))


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value or None
    if isinstance(value, bool):
        return "true" if value else "false"
    return json.dumps(value) if isinstance(value, list | dict) else str(value)
