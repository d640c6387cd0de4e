"""Forgotten customers who come in again: of them a salted hash is known, and their rows go to the quarantine bare."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pricing_service.dataset import Dataset, customer_digest
from pricing_service.ingest.casting import literal, quoted
from pricing_service.ingest.quarantine import Quarantine
from pricing_service.ingest.sources import Contents, Source
from pricing_service.ingest.staging import Staged
from pricing_service.ingest.stored import stored_tables
from pricing_service.tables import TABLES

ELSEWHERE = ("parent_id", "merged_into", "referred")
"""Columns that hold another customer's id."""
_CODE = "forgotten_customer"
_MESSAGE = "the customer was forgotten, and is not taken in again"


@dataclass(frozen=True)
class Tombstones:
    """Hashes of forgotten customers' ids by the salt that they were made with, hexadecimal."""

    by_salt: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return any(self.by_salt.values())

    def hold(self, customer_id: str) -> bool:
        """Whether a customer was forgotten.

        Examples
        --------
        >>> stones = Tombstones({"5a17": frozenset([customer_digest("5a17", "c07")])})
        >>> stones.hold("c07"), stones.hold("c08")
        (True, False)
        """
        return any(customer_digest(salt, customer_id) in digests for salt, digests in self.by_salt.items())

    def matches(self, column: str) -> str:
        """Return the condition that a column of the engine holds a forgotten customer's id."""
        arms = [
            f"sha256({literal(salt)} || {column}) IN ({', '.join(map(literal, sorted(digests)))})"
            for salt, digests in self.by_salt.items()
            if digests
        ]
        return f"coalesce({' OR '.join(arms)}, false)"


@dataclass(frozen=True)
class Guarded:
    """A source from which forgotten customers are not taken in."""

    source: Source
    tombstones: Tombstones

    @property
    def name(self) -> str:
        """The source's own."""
        return self.source.name

    def open(self, connection: Any, workspace: Path) -> Contents:
        """Open the source, with who is not to be taken in from it."""
        contents = self.source.open(connection, workspace)
        contents.refuse = lambda quarantine, staged: _refuse(connection, quarantine, staged, self.tombstones)
        return contents


def customers_told_of(connection: Any, dataset: Dataset) -> set[str]:
    """Return every customer's id that a dataset holds, the quarantine and rows set aside included."""
    columns = [
        (select, name)
        for table, select in stored_tables(dataset).items()
        for name in ("customer_id", *ELSEWHERE)
        if TABLES[table].column(name)
    ]
    quarantine = f"read_parquet({literal(str(dataset.folder / 'quarantine.parquet'))})"
    columns += [(quarantine, "customer_id"), (quarantine, "id")]
    found: set[str] = set()
    for select, name in columns:
        rows = connection.execute(f"SELECT DISTINCT {name} FROM {select} WHERE {name} IS NOT NULL").fetchall()
        found.update(str(row[0]) for row in rows)
    return found


def _refuse(
    connection: Any, quarantine: Quarantine, staged: Mapping[str, Staged], tombstones: Tombstones
) -> None:
    if not tombstones:
        return
    theirs = tombstones.matches("customer_id")
    leads = _leads(staged, theirs)
    for name, one in staged.items():
        if one.table.column("customer_id"):
            quarantine.add_bare(one.table, theirs, column="customer_id", code=_CODE, message=_MESSAGE)
        if leads and name != "leads" and one.table.column("lead_id"):
            quarantine.add_bare(one.table, leads, column="lead_id", code=_CODE, message=_MESSAGE)
        for column in _elsewhere(one):
            connection.execute(
                f"UPDATE {quoted(name)} SET {column} = NULL WHERE {tombstones.matches(column)}"
            )


def _leads(staged: Mapping[str, Staged], theirs: str) -> str | None:
    if "leads" not in staged:
        return None
    return f"lead_id IN (SELECT lead_id FROM leads WHERE {theirs} AND lead_id IS NOT NULL)"


def _elsewhere(staged: Staged) -> Iterable[str]:
    return [column for column in ELSEWHERE if staged.table.column(column)]
