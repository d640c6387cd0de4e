"""What the checks read of a table: names of its columns, and a SELECT of its fields as text."""

from __future__ import annotations

import re
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from pricing_service.exhausted import exhausted
from pricing_service.ingest.casting import quoted
from pricing_service.ingest.errors import TableRefused

_NESTED = re.compile(r"\]$|^(STRUCT|MAP|UNION|VARIANT|GEOMETRY)\b")


class Relation(Protocol):
    """A table of a source, whatever it is stored in."""

    columns: tuple[str, ...]
    nested: frozenset[int]
    """Places of columns that hold lists or records: the contract has none, and nothing reads them."""

    def relation(self) -> str:
        """Return the SELECT of ``__line`` and ``__c0``, ``__c1``, … as text, empty fields NULL."""

    def torn(self) -> str | None:
        """Return the SELECT of rows that could not be split into fields, once the relation has been read."""

    def true_lines(
        self, rows: NDArray[np.int64], torn: NDArray[np.int64], *, total: int | None
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the lines of rows, by their ``__line``, and of torn records."""


class TypedRelation:
    """A Parquet file or a table of a DuckDB database: rows have numbers, from 1, instead of lines.

    Raises
    ------
    TableRefused
        When it cannot be read.
    """

    def __init__(self, connection: Any, source: str) -> None:
        self._source = source
        import duckdb  # noqa: PLC0415  only a process that reads data pays for the engine

        try:
            described = connection.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()
        except duckdb.Error as error:
            if exhausted(error):
                raise
            raise TableRefused(f"the file cannot be read: {first_line(error)}", code="unreadable") from error
        self.typed = [(row[0], row[1]) for row in described]
        self._names = [name for name, _ in self.typed]
        self.columns = tuple(name.strip() for name in self._names)
        self.nested = frozenset(at for at, (_, kind) in enumerate(self.typed) if _NESTED.search(kind))

    def relation(self) -> str:
        """Return the SELECT of row numbers and fields as text."""
        fields = ", ".join(
            f"nullif(CAST({quoted(name)} AS VARCHAR), '') AS __c{i}" for i, name in enumerate(self._names)
        )
        return f"SELECT row_number() OVER () AS __line, {fields} FROM {self._source}"

    def torn(self) -> str | None:
        """Return None: typed rows are never torn."""
        return None

    def true_lines(
        self, rows: NDArray[np.int64], torn: NDArray[np.int64], *, total: int | None
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return row numbers as they are."""
        return rows, torn


def first_line(error: Exception) -> str:
    """Return the part of an engine's error that says what is wrong."""
    return str(error).splitlines()[0]
