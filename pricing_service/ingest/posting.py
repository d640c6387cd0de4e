"""Rows posted into a stored dataset: an upsert that makes a new version."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pricing_service.dataset import Dataset
from pricing_service.ingest.casting import quoted
from pricing_service.ingest.errors import DatasetRefused, TableRefused, fault
from pricing_service.ingest.intake import ingest
from pricing_service.ingest.marks import SOUND
from pricing_service.ingest.relations import TypedRelation
from pricing_service.ingest.sources import Contents
from pricing_service.ingest.staging import Staged, stage
from pricing_service.ingest.stored import contents_of, earlier_version, number_traits, stored_tables, traits
from pricing_service.ingest.tombstones import Guarded, Tombstones
from pricing_service.tables import TABLES, Table

_POSTED = "__posted"


def post_rows(
    dataset: Dataset,
    table: str,
    rows: Sequence[Mapping[str, Any]],
    *,
    folder: Path,
    tombstones: Tombstones | None = None,
) -> Dataset:
    """Upsert `rows` into one table and write the new version into `folder`.

    A row replaces the stored row with its key. Rows of an event table without `row_id` replace the stored rows of
    the same customer, date, metric (or KPI, or kind) and unit. The same rows again change nothing. Rows that
    break the contract go to the quarantine, and so do rows of customers under `tombstones`; their line is their
    place in `rows`, from 1.

    Raises
    ------
    DatasetRefused
        When the table cannot take the rows, with the reason.
    """
    changed = ingest(
        Guarded(_Posted(dataset, TABLES[table], rows), tombstones or Tombstones()),
        folder=folder,
        name=dataset.name,
        currency=dataset.currency,
    )
    if table in changed.refused and table not in dataset.refused:
        message = f"the rows cannot be stored: {changed.refused[table]}"
        raise DatasetRefused(message, [fault("table_refused", message, table=table)])
    return changed


@dataclass(frozen=True)
class _Posted:
    """A stored dataset together with rows that were posted into one of its tables."""

    dataset: Dataset
    table: Table
    rows: Sequence[Mapping[str, Any]]
    name: str = "dataset"

    def open(self, connection: Any, workspace: Path) -> Contents:
        """Put the posted rows in the place of those that they replace."""
        stored = stored_tables(self.dataset)
        name = self.table.name
        if self.rows:
            _register(connection, self._spelled())
            stored[name] = self._merged(connection, stored.get(name))
        contents = contents_of(connection, self.dataset, stored)
        contents.earlier = earlier_version(self.dataset, stored, posted={name: len(self.rows)})
        return contents

    def _merged(self, connection: Any, stored: str | None) -> str:
        if stored is None:
            return "posted_rows"
        staged = self._staged(connection)
        self._refuse_contradictions(connection, staged)
        kept = " AND ".join(
            f"NOT EXISTS (SELECT 1 FROM {_POSTED} AS p WHERE p.__fault = {SOUND} AND "
            + " AND ".join(f"p.{quoted(name)} IS NOT DISTINCT FROM s.{quoted(name)}" for name in columns)
            + f"{also})"
            for columns, also in self._identities(staged)
        )
        without = self._nowhere_told(connection, staged)
        posted = f"SELECT * EXCLUDE ({', '.join(map(quoted, without))})" if without else "SELECT *"
        return f"({posted} FROM posted_rows UNION ALL BY NAME SELECT s.* FROM {stored} AS s WHERE {kept})"

    def _spelled(self) -> list[dict[str, Any]]:
        """Spell the columns of the rows as they are stored, or as the first row that names one does."""
        stored = [column.name for column in self.table.columns]
        stored += [name for name in traits(self.dataset, self.table.name) if name.casefold() not in stored]
        spellings = {name.casefold(): name for name in stored}
        spelled = []
        for line, row in enumerate(self.rows, start=1):
            named = {name: spellings.setdefault(name.strip().casefold(), name.strip()) for name in row}
            if len(set(named.values())) < len(named):
                doubled = next(ours for ours in named.values() if list(named.values()).count(ours) > 1)
                message = f'two columns are called "{doubled}": rename one'
                told = fault("doubled_column", message, table=self.table.name, line=line, column=doubled)
                raise DatasetRefused(f"row {line} of the post: {message}", [told])
            spelled.append({ours: row[name] for name, ours in named.items()})
        return spelled

    def _nowhere_told(self, connection: Any, staged: Staged) -> list[str]:
        """Return new traits that no sound row tells: rows that are refused leave no column behind."""
        new = [name for name in staged.headers.extras if name not in traits(self.dataset, self.table.name)]
        if not new:
            return []
        counts = ", ".join(f"count({quoted(name)})" for name in new)
        told = connection.execute(f"SELECT {counts} FROM {_POSTED} WHERE __fault = {SOUND}").fetchone()
        return [name for name, count in zip(new, told, strict=True) if not count]

    def _staged(self, connection: Any) -> Staged:
        """Type the posted rows, under a name of their own, to see which they replace."""
        relation, name = TypedRelation(connection, "posted_rows"), self.table.name
        numbers = number_traits(self.dataset, name)
        try:
            staged = stage(
                connection, self.table, relation, mapping={}, currency=self.dataset.currency, numbers=numbers
            )
        except TableRefused as error:
            message = f"the rows cannot be stored: {error}"
            raise DatasetRefused(message, [fault(error.code, message, table=name)]) from error
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

    def _refuse_contradictions(self, connection: Any, staged: Staged) -> None:
        """Refuse two different rows with one key, since one cannot tell which is meant."""
        key = ("row_id",) if self.table.is_event else self.table.replaces or self.table.key
        named = "row_id IS NOT NULL" if self.table.is_event else "true"
        content = ", ".join(map(quoted, staged.columns))
        found = connection.execute(
            f"SELECT list(__line ORDER BY __line) FROM {_POSTED} WHERE __fault = {SOUND} AND {named} "
            f"GROUP BY {', '.join(map(quoted, key))} HAVING count(DISTINCT row({content})) > 1 ORDER BY ALL LIMIT 20"
        ).fetchall()
        if not found:
            return
        message = f"different rows have the same {' and '.join(key)}: post one of them"
        faults = [
            fault("doubled_key", message, table=self.table.name, line=line, column=key[0])
            for (lines,) in found
            for line in lines
        ]
        first = " and ".join(map(str, found[0][0]))
        raise DatasetRefused(f"rows {first} of the post contradict each other: {message}", faults)


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
