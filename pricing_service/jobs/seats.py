"""Seats: a stable name for each living worker, and proof that a worker is dead.

dbos hands the unfinished work of an executor only to an executor of the same name, so a restarted worker must
be called what its predecessor was, and two living ones must never share a name. A worker therefore takes the
first free seat and holds a lock on it that the operating system (SQLite: one host, `flock`) or the database
server (PostgreSQL: advisory lock of a session) lets go when the process ends, however it ends. Whoever can
take another seat's lock knows that nobody sits there: no heartbeat, no timeout, no worker declared dead while
it only sleeps.
"""

from __future__ import annotations

import fcntl
import os
from contextlib import suppress
from pathlib import Path
from typing import Protocol

import sqlalchemy as sa

from pricing_service.storage import Storage

_SEATS = 64
_LOCK_CLASS = 7_301_115  # the first half of our advisory locks' names


class Seat(Protocol):
    """A lock that is held until `leave`, or until this process ends."""

    number: int

    def held(self) -> bool:
        """Whether the lock is still ours; a lost connection to the server loses it."""

    def leave(self) -> None:
        """Let the lock go."""


class AllSeatsTaken(RuntimeError):
    """More workers than seats."""


def take_free_seat(storage: Storage) -> Seat:
    """Sit down on the first free seat."""
    for number in range(_SEATS):
        seat = try_seat(storage, number)
        if seat is not None:
            return seat
    raise AllSeatsTaken(f"{_SEATS} workers are running already")


def try_seat(storage: Storage, number: int) -> Seat | None:
    """Take one seat, or null if a living worker has it."""
    if storage.database.is_sqlite:
        return _FileSeat.take(storage.settings.data_folder / "workers" / f"seat-{number}.lock", number)
    return _SessionSeat.take(storage.database.engine, number)


def seat_name(number: int) -> str:
    """Say what dbos calls the executor on a seat."""
    return f"seat-{number}"


def seat_number(name: str) -> int | None:
    """Tell which seat a dbos executor sat on; null for a name that is not ours."""
    number = name.removeprefix("seat-")
    return int(number) if name.startswith("seat-") and number.isdigit() else None


class _FileSeat:
    """A seat on this host."""

    def __init__(self, descriptor: int, number: int) -> None:
        self._descriptor = descriptor
        self.number = number

    @classmethod
    def take(cls, path: Path, number: int) -> _FileSeat | None:
        """Lock the file, or null if another process has it locked."""
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(
            path, os.O_RDWR | os.O_CREAT, 0o600
        )  # not inherited: dies with this process alone
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return None
        return cls(descriptor, number)

    def held(self) -> bool:
        """Nobody can take a file's lock away."""
        return True

    def leave(self) -> None:
        """Let the lock go."""
        os.close(self._descriptor)


class _SessionSeat:
    """A seat among all workers of one PostgreSQL."""

    def __init__(self, connection: sa.Connection, number: int) -> None:
        self._connection = connection
        self.number = number

    @classmethod
    def take(cls, engine: sa.Engine, number: int) -> _SessionSeat | None:
        """Take the lock in a session of its own, or null if another session has it."""
        connection = engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        connection.detach()  # the lock lives as long as this session, so the pool must not reuse it
        if connection.execute(sa.select(sa.func.pg_try_advisory_lock(_LOCK_CLASS, number))).scalar():
            return cls(connection, number)
        connection.close()
        return None

    def held(self) -> bool:
        """Ask the server: with the session the lock is gone."""
        try:
            self._connection.execute(sa.select(1))
        except sa.exc.DBAPIError:
            return False
        return True

    def leave(self) -> None:
        """End the session, and the lock with it."""
        with suppress(sa.exc.DBAPIError):
            self._connection.close()
