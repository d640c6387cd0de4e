"""The engine, and the two ways into it: `reading()` and `writing()`.

On SQLite a transaction that first reads and then writes fails with "database is locked" whatever the busy
timeout, since its snapshot is stale (598 of 800 tries with four writers). `writing()` therefore begins with
BEGIN IMMEDIATE: it waits for its turn before it reads. `reading()` begins a plain transaction and never waits
(WAL).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import cast

import sqlalchemy as sa
from sqlalchemy.engine.interfaces import DBAPIConnection

_BUSY_TIMEOUT_MS = 15_000


class Database:
    """One pool of connections to the service's database.

    Parameters
    ----------
    url
        A SQLAlchemy address: `sqlite:////folder/service.sqlite` or `postgresql+psycopg://…`.
    """

    def __init__(self, url: str) -> None:
        self.url = sa.make_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        if self.is_sqlite and self.url.database:
            Path(self.url.database).parent.mkdir(parents=True, exist_ok=True)
        self.engine = sa.create_engine(self.url, pool_pre_ping=not self.is_sqlite)
        if self.is_sqlite:
            sa.event.listen(self.engine, "connect", _prepare_sqlite)
            sa.event.listen(self.engine, "begin", _begin_sqlite)
        self._writing = self.engine.execution_options(writing=True)

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """Open a transaction that sees one moment of the database and changes nothing."""
        with self.engine.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """Open a transaction that commits as a whole at the end, or not at all after an exception."""
        with self._writing.begin() as connection:
            yield connection

    def answer(self) -> None:
        """Ask something that needs no table; raises what the database raises."""
        with self.reading() as connection:
            connection.execute(sa.select(1))

    def settle(self) -> None:
        """Write SQLite's log into its file and empty it, where no reader holds it: what was deleted is in it."""
        if self.is_sqlite:
            raw = self.engine.raw_connection()
            try:
                cursor = raw.cursor()
                cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                cursor.fetchall()
            finally:
                raw.close()

    def close(self) -> None:
        """Give back every connection."""
        self.engine.dispose()


def _prepare_sqlite(connection: DBAPIConnection, record: object) -> None:
    """Set what SQLite forgets between connections."""
    raw = cast(sqlite3.Connection, connection)
    raw.isolation_level = None  # the driver begins nothing by itself: `_begin_sqlite` does
    raw.execute(f"PRAGMA busy_timeout = {_BUSY_TIMEOUT_MS}")
    raw.execute("PRAGMA journal_mode = WAL")
    raw.execute("PRAGMA foreign_keys = ON")
    # FULL: an answer that was given is on the disk, also after a power cut (NORMAL may lose a commit).
    raw.execute("PRAGMA synchronous = FULL")
    # What is deleted is overwritten: a forgotten customer is not left in pages that nothing uses.
    raw.execute("PRAGMA secure_delete = ON")


def _begin_sqlite(connection: sa.Connection) -> None:
    writing = connection.get_execution_options().get("writing", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")
