"""Tables from databases: a DuckDB file, a PostgreSQL schema. What is read is a snapshot."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import numpy as np
from numpy.typing import NDArray

from pricing_service.ingest.casting import literal, quoted
from pricing_service.ingest.csv_files import CsvFile, Dialect
from pricing_service.ingest.errors import DatasetRefused, TableRefused, fault
from pricing_service.ingest.relations import TypedRelation
from pricing_service.ingest.sources import Contents, Folder, Source, Zip
from pricing_service.tables import TABLES


@dataclass(frozen=True)
class DuckDBFile:
    """The tables and views of a DuckDB database file, opened read-only."""

    path: Path

    @property
    def name(self) -> str:
        """The file's name without its ending."""
        return self.path.stem

    def open(self, connection: Any, workspace: Path) -> Contents:
        """Match the database's tables with those of the contract."""
        import duckdb  # noqa: PLC0415  only a process that reads data pays for the engine

        if not self.path.is_file():
            raise _unreadable(f"{self.path} is not a file")
        try:
            connection.execute(f"ATTACH {literal(str(self.path))} AS source (READ_ONLY)")
        except duckdb.Error as error:
            raise _unreadable(f"DuckDB cannot open {self.path.name}: {str(error).splitlines()[0]}") from error
        found = connection.execute(
            "SELECT schema_name, table_name FROM (SELECT * FROM duckdb_tables() UNION ALL BY NAME "
            "SELECT view_name AS table_name, * FROM duckdb_views() WHERE NOT internal) "
            "WHERE database_name = 'source' ORDER BY schema_name <> 'main', schema_name, table_name"
        ).fetchall()
        contents = Contents()
        for schema, table in found:
            name = table.casefold()
            if name not in TABLES or name in contents.tables:
                contents.ignored.append(f"{schema}.{table}")
                continue
            try:
                relation = TypedRelation(connection, f"source.{quoted(schema)}.{quoted(table)}")
            except TableRefused as error:
                contents.refused[name] = error
            else:
                contents.tables[name] = relation
        return contents


@dataclass(frozen=True)
class PostgresSchema:
    """The tables and views of a PostgreSQL schema.

    The address may hold a password: it is used to connect and is neither kept nor shown.
    """

    url: str
    schema: str = "public"

    def __repr__(self) -> str:
        return f"PostgresSchema(schema={self.schema!r})"

    @property
    def name(self) -> str:
        """The schema's name."""
        return self.schema

    def open(self, connection: Any, workspace: Path) -> Contents:
        """Copy the schema's contract tables out, all as of one moment."""
        import psycopg  # noqa: PLC0415  only a process that reads PostgreSQL pays for its driver

        try:
            with psycopg.connect(self.url, connect_timeout=10) as database:
                return self._copy(database, workspace)
        except psycopg.Error as error:
            code = f" (SQLSTATE {error.sqlstate})" if error.sqlstate else ""
            raise _unreadable(
                f"PostgreSQL cannot be read{code}: check the address, the user, the password and the rights "
                f"on schema {self.schema}"
            ) from None

    def _copy(self, database: Any, workspace: Path) -> Contents:
        contents = Contents()
        database.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        database.execute("SET LOCAL TIME ZONE 'UTC'")
        database.execute("SET LOCAL DateStyle TO 'ISO'")
        found = database.execute(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = %s ORDER BY 1",
            [self.schema],
        ).fetchall()
        for (table,) in found:
            name = table.casefold()
            if name not in TABLES or name in contents.tables:
                contents.ignored.append(f"{self.schema}.{table}")
                continue
            path = workspace / f"postgres-{name}.csv"
            query = (
                f"COPY (SELECT * FROM {quoted(self.schema)}.{quoted(table)}) TO STDOUT (FORMAT csv, HEADER)"
            )
            with database.cursor().copy(query) as copy, path.open("wb") as target:
                for block in copy:
                    target.write(block)
            contents.tables[name] = CopiedTable(
                path, gzipped=False, dialect=Dialect(delimiter=","), name=name, workspace=workspace
            )
        return contents


class CopiedTable(CsvFile):
    """A table that a database wrote as CSV: its rows have numbers, from 1, instead of lines."""

    def true_lines(
        self,
        rows: NDArray[np.int64],
        torn: NDArray[np.int64],
        *,
        total: int | None,
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return row numbers: the header does not count."""
        return rows - 1, torn - 1


def open_source(where: str | Path) -> Source:
    """Return the source that a path or an address stands for.

    Parameters
    ----------
    where
        A folder, a ``.zip``, a DuckDB file (``.duckdb``, ``.ddb``, ``.db``), or an address such as
        ``postgresql://user@host/database?schema=analytics``.

    Raises
    ------
    DatasetRefused
        When it is none of them.

    Examples
    --------
    >>> open_source("postgresql://u:secret@host/db?schema=crm&sslmode=require")
    PostgresSchema(schema='crm')
    """
    address = str(where)
    if address.startswith(("postgresql://", "postgres://")):
        parts = urlsplit(address)
        query = dict(parse_qsl(parts.query))
        schema = query.pop("schema", "public")
        return PostgresSchema(urlunsplit(parts._replace(query=urlencode(query))), schema)
    path = Path(where)
    if path.is_dir():
        return Folder(path)
    if path.suffix.casefold() == ".zip":
        return Zip(path)
    if path.suffix.casefold() in (".duckdb", ".ddb", ".db"):
        return DuckDBFile(path)
    raise _unreadable(f"{where} is no folder, zip, DuckDB file or postgresql:// address")


def _unreadable(message: str) -> DatasetRefused:
    return DatasetRefused(message, [fault("unreadable", message)])
