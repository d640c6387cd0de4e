"""The engine, and the two ways into it: `reading()` and `writing()`.

On SQLite a transaction that first reads and then writes fails with "database is locked" whatever the busy
timeout, since its snapshot is stale (598 of 800 tries with four writers). `writing()` therefore begins with
BEGIN IMMEDIATE: it waits for its turn before it reads. `reading()` begins a plain transaction and never waits
(WAL). On PostgreSQL it is REPEATABLE READ: what is read by several statements is of one moment there too.

`together()` makes one transaction of all that is written within it, whoever writes: a request takes effect as a
whole, and with it the answer that is kept for its repetition. It begins with the first `writing()`, so that what comes
before holds nobody up; from then on `reading()` sees what was written. Each `writing()` in it is a savepoint.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import cast

import sqlalchemy as sa
from sqlalchemy.engine.interfaces import DBAPIConnection

from pricing_service.storage.network_folders import refuse_network_folder

_BUSY_TIMEOUT_MS = 15_000
_STATEMENT_TIMEOUT_MS = 20_000
_RETRY_SECONDS = 0.01
LONGEST_LOG = 16 << 20
"""Bytes: what SQLite's log keeps on the disk once it was written into the file."""


class Together:
    """What one caller writes as one transaction; ended by `commit` or `roll_back`, after which both change nothing.

    Parameters
    ----------
    connect
        Gives the connection that will write.
    """

    def __init__(self, connect: Callable[[], sa.Connection]) -> None:
        self._connect = connect
        self._transaction: sa.Transaction | None = None
        self._afterwards: list[Callable[[], None]] = []
        self.connection: sa.Connection | None = None
        self.before_waiting: Callable[[bytes, str], None] | None = None
        """Keeps an answer, and where its object is, before a caller waits for more than was done."""

    @contextmanager
    def part(self) -> Iterator[sa.Connection]:
        """Write a part; after an exception the part is undone, and the first one leaves no transaction open."""
        with ExitStack() as undo:
            if self.connection is None:
                undo.callback(self.roll_back)
                self.connection = self._connect()
                self._transaction = self.connection.begin()
            with self.connection.begin_nested():
                yield self.connection
            undo.pop_all()

    def afterwards(self, act: Callable[[], None]) -> None:
        """Do something after the commit, and not at all without one."""
        self._afterwards.append(act)

    def commit(self) -> None:
        """Write all parts, then do what waited for it."""
        if self.connection is not None and self._transaction is not None:
            with ExitStack() as undo:
                undo.callback(self._close)
                undo.callback(self.connection.invalidate)  # after a failed commit nobody knows its state
                self._transaction.commit()
                undo.pop_all()
            self._close()
        while self._afterwards:
            self._afterwards.pop(0)()

    def roll_back(self) -> None:
        """Undo all parts."""
        self._afterwards.clear()
        try:
            if self._transaction is not None:
                self._transaction.rollback()
        finally:
            self._close()

    def _close(self) -> None:
        connection, self.connection, self._transaction = self.connection, None, None
        if connection is not None:
            connection.close()


_together: ContextVar[Together | None] = ContextVar("together", default=None)


class Database:
    """One pool of connections to the service's database.

    Parameters
    ----------
    url
        A SQLAlchemy address: `sqlite:////folder/service.sqlite` or `postgresql+psycopg://…`.

    Raises
    ------
    UnsafeSettings
        For SQLite on a network file system.
    """

    def __init__(self, url: str) -> None:
        self.url = sa.make_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        if self.is_sqlite and self.url.database:
            folder = Path(self.url.database).parent
            refuse_network_folder(folder)
            folder.mkdir(parents=True, exist_ok=True)
        self.engine = sa.create_engine(self.url, pool_pre_ping=not self.is_sqlite)
        if self.is_sqlite:
            sa.event.listen(self.engine, "connect", _prepare_sqlite)
            sa.event.listen(self.engine, "begin", _begin_sqlite)
        else:
            sa.event.listen(self.engine, "connect", _prepare_postgres)
        self._writing = self.engine.execution_options(writing=True)
        self._reading = self.engine
        if not self.is_sqlite:  # by itself PostgreSQL shows each statement a moment of its own
            one_moment = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
            self._reading = self.engine.execution_options(**one_moment)

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """Open a transaction that sees one moment of the database and changes nothing."""
        joined = _together.get()
        if joined is not None and joined.connection is not None:
            yield joined.connection
            return
        with self._reading.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """Open a transaction that commits as a whole at the end, or not at all after an exception."""
        joined = _together.get()
        with self._writing.begin() if joined is None else joined.part() as connection:
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

    @contextmanager
    def together(self) -> Iterator[Together]:
        """Make one transaction of all that is written within; the caller commits, else nothing was written."""
        joined = Together(self._writing.connect)
        token = _together.set(joined)
        try:
            yield joined
        finally:
            _together.reset(token)
            joined.roll_back()

    def commit_and_wait(self, answer: bytes, place: str) -> None:
        """Let others see what was written together so far, for whoever waits for what they make of it.

        Parameters
        ----------
        answer, place
            The answer as it is now, and where the object is: what a repetition gets if nothing better comes.
        """
        joined = _together.get()
        if joined is not None:
            if joined.before_waiting is not None:
                joined.before_waiting(answer, place)
            joined.commit()

    @staticmethod
    @contextmanager
    def apart() -> Iterator[None]:
        """Keep what is written within out of what is written together around it: a request inside a request."""
        token = _together.set(None)
        try:
            yield
        finally:
            _together.reset(token)

    def afterwards(self, act: Callable[[], None]) -> None:
        """Do something after the commit of what is written together; at once where nothing is."""
        joined = _together.get()
        if joined is None:
            act()
        else:
            joined.afterwards(act)

    def close(self) -> None:
        """Give back every connection."""
        self.engine.dispose()


def _prepare_sqlite(connection: DBAPIConnection, record: object) -> None:
    """Set what SQLite forgets between connections."""
    raw = cast(sqlite3.Connection, connection)
    raw.isolation_level = None  # the driver begins nothing by itself: `_begin_sqlite` does
    raw.execute(f"PRAGMA busy_timeout = {_BUSY_TIMEOUT_MS}")
    _write_ahead(raw)
    raw.execute("PRAGMA foreign_keys = ON")
    # FULL: an answer that was given is on the disk, also after a power cut (NORMAL may lose a commit).
    raw.execute("PRAGMA synchronous = FULL")
    # While somebody reads, the log only grows: by what is written. The first write afterwards cuts it.
    raw.execute(f"PRAGMA journal_size_limit = {LONGEST_LOG}")
    # What is deleted is overwritten: a forgotten customer is not left in pages that nothing uses.
    raw.execute("PRAGMA secure_delete = ON")


def _prepare_postgres(connection: DBAPIConnection, record: object) -> None:
    """Let no statement wait without end: a request whose database is slow is told to come again."""
    cursor = connection.cursor()
    cursor.execute(f"SET lock_timeout = {_BUSY_TIMEOUT_MS}")
    cursor.execute(f"SET statement_timeout = {_STATEMENT_TIMEOUT_MS}")
    cursor.close()
    connection.commit()


def _write_ahead(raw: sqlite3.Connection) -> None:
    """Turn on WAL; while others turn it on in a new file SQLite fails at once, whatever the busy timeout."""
    deadline = time.monotonic() + _BUSY_TIMEOUT_MS / 1_000
    while True:
        try:
            raw.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(_RETRY_SECONDS)
        else:
            return


def _begin_sqlite(connection: sa.Connection) -> None:
    writing = connection.get_execution_options().get("writing", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")
