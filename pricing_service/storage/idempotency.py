"""Idempotency keys: the first answer is kept for a day and given again to whoever repeats the request.

The claim of a key is a transaction of its own, so that others see it; the answer is written in the transaction of the
effect (`Database.together`), so that after a kill either both are there or neither. Only a claim without an answer
takes one: of two that hold the same key, since the first was taken for dead, one takes effect.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from pricing_service.storage import schema
from pricing_service.storage.database import Database
from pricing_service.storage.errors import PayloadDiffers, StillRunning

KEPT = timedelta(hours=24)
# A first request whose process was killed never completes. After this time, longer than any request may take,
# the key counts as new.
ABANDONED = timedelta(minutes=10)


@dataclass(frozen=True)
class Replay:
    """The answer that was given the first time."""

    status: int
    headers: dict[str, str]
    body: bytes


class Idempotency:
    """Begin, complete and abandon requests that carry a key."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock
        self._given_up: set[tuple[str, str]] = set()
        """Claims with which nobody goes on, and which may be there, for the database was away."""

    def begin(self, workspace_id: str, key: str, *, fingerprint: str) -> Replay | None:
        """Claim a key. Null: the caller goes on, then calls `complete` or `abandon`.

        Parameters
        ----------
        workspace_id
            Whose key it is; two workspaces never meet.
        key
            The header's value, at most 255 characters.
        fingerprint
            sha256 of method, path and payload, hexadecimal.

        Raises
        ------
        PayloadDiffers
            The key belongs to another request (422).
        StillRunning
            The first request has no answer yet (409).
        """
        row = self._claim(workspace_id, key, fingerprint)
        if row is None:
            return None
        if row.fingerprint != fingerprint:
            raise PayloadDiffers("this Idempotency-Key was used with another request")
        if row.status is None:
            raise StillRunning("the first request with this Idempotency-Key is still running")
        return Replay(row.status, row.headers, row.body)

    def _claim(self, workspace_id: str, key: str, fingerprint: str) -> sa.Row[Any] | None:
        """Claim a key that is free; else return who has it."""
        now, mine = self._clock(), _mine(workspace_id, key)
        table = schema.idempotency
        claim = {"workspace_id": workspace_id, "key": key, "fingerprint": fingerprint, "begun_at": now}
        try:
            with self._database.writing() as connection:
                if connection.dialect.name == "postgresql":  # SQLite's writers queue up anyway
                    lock = sa.func.pg_advisory_xact_lock(sa.func.hashtext(workspace_id + key))
                    connection.execute(sa.select(lock))
                row = connection.execute(table.select().where(mine)).first()
                given_up = row is not None and row.status is None and (workspace_id, key) in self._given_up
                if row is not None and not given_up and not _expired(row, now):
                    return row
                connection.execute(table.delete().where(mine))
                connection.execute(table.insert().values(claim))
        except sa.exc.OperationalError:  # lost at its commit: it may be there, and nobody goes on with it
            self._given_up.add((workspace_id, key))
            raise
        self._given_up.discard((workspace_id, key))
        return None

    def complete(
        self,
        workspace_id: str,
        key: str,
        *,
        status: int,
        headers: Mapping[str, str],
        body: bytes,
        instead_of: int | None = None,
    ) -> None:
        """Keep the answer for whoever repeats the request, in the transaction of its effect.

        `instead_of` is the status of the answer that was kept before the caller waited for this one.

        Raises
        ------
        StillRunning
            The claim was taken for dead, and whoever took it over has answered: the effect must not be twice.
        """
        values = {"status": status, "headers": dict(headers), "body": body}
        table = schema.idempotency
        mine = sa.and_(_mine(workspace_id, key), table.c.status.is_not_distinct_from(instead_of))
        with self._database.writing() as connection:
            if connection.execute(table.update().where(mine).values(values)).rowcount != 1:
                raise StillRunning("another request with this Idempotency-Key came first")

    def abandon(self, workspace_id: str, key: str) -> None:
        """Forget a request that changed nothing, so that it can be tried again."""
        unanswered = sa.and_(_mine(workspace_id, key), schema.idempotency.c.status.is_(None))
        try:
            with self._database.writing() as connection:
                connection.execute(schema.idempotency.delete().where(unanswered))
        except sa.exc.OperationalError:  # what made the request fail: the database is away
            self._given_up.add((workspace_id, key))

    def forget_expired(self) -> int:
        """Delete every workspace's answers that are older than a day; how many there were."""
        table = schema.idempotency
        with self._database.writing() as connection:
            return connection.execute(table.delete().where(table.c.begun_at < self._clock() - KEPT)).rowcount


def _mine(workspace_id: str, key: str) -> sa.ColumnElement[bool]:
    table = schema.idempotency
    return sa.and_(table.c.workspace_id == workspace_id, table.c.key == key)


def _expired(row: sa.Row[Any], now: datetime) -> bool:
    begun: datetime = row.begun_at
    return now - begun > (ABANDONED if row.status is None else KEPT)
