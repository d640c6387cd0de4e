"""A checked dataset on disk: canonical Parquet tables, the quarantine and the data report."""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import ibis

MANIFEST = "manifest.json"


@dataclass(frozen=True)
class Dataset:
    """One version of one business's tables.

    Parameters
    ----------
    folder
        Holds ``<table>.parquet`` per surviving table, ``quarantine.parquet``, ``unmatched/<table>.parquet`` for
        rows that are set aside, and ``manifest.json``.
    currency
        The ISO 4217 code in which the dataset is analysed.
    version
        SHA-256, in hexadecimal, of the contract's version, the currency and the checked rows.
    tables
        Surviving rows per table.
    refused
        Why a table that was given cannot be used, in plain words.
    report
        The data report, JSON-ready.
    """

    folder: Path
    name: str
    currency: str
    version: str
    tables: Mapping[str, int]
    refused: Mapping[str, str]
    report: Mapping[str, Any]

    @classmethod
    def open(cls, folder: Path) -> Dataset:
        """Open the dataset that `ingest` wrote into `folder`.

        Raises
        ------
        FileNotFoundError
            When there is no dataset.
        """
        manifest = json.loads((Path(folder) / MANIFEST).read_text(encoding="utf-8"))
        return cls(
            folder=Path(folder),
            name=manifest["name"],
            currency=manifest["currency"],
            version=manifest["version"],
            tables=manifest["tables"],
            refused=manifest["refused"],
            report=manifest["report"],
        )

    def parquet(self, table: str) -> Path:
        """Return the file of a surviving table."""
        return self.folder / f"{table}.parquet"

    def connect(self, *, threads: int | None = None) -> ibis.BaseBackend:
        """Open DuckDB with one view per surviving table; nothing is read until asked for."""
        import duckdb  # noqa: PLC0415  a process that only lists datasets needs no engine
        import ibis  # noqa: PLC0415

        connection = duckdb.connect(config={} if threads is None else {"threads": threads})
        for table in self.tables:
            path = str(self.parquet(table)).replace("'", "''")
            connection.execute(f"CREATE VIEW \"{table}\" AS FROM read_parquet('{path}')")
        return ibis.duckdb.from_connection(connection)


def customer_digest(salt: str, customer_id: str) -> str:
    """Hash a customer's id as it is kept once the customer is forgotten: sha256 of salt and id, hexadecimal."""
    return hashlib.sha256((salt + unicodedata.normalize("NFC", customer_id)).encode()).hexdigest()
