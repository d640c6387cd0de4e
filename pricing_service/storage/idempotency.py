"""Idempotency keys: the first answer is kept for a day and given again to whoever repeats the request.

The claim of a key is a transaction of its own, so that others see it; the answer is written in the transaction of the
effect (`Database.together`), so that after a kill either both are there or neither. A claim carries a token, and only
who holds it answers: a process that stood still until its claim was taken over does not take effect any more.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import sqlalchemy as sa

from pricing_service.storage import schema
from pricing_service.storage.claims import ClaimsInFlight, unrenewed
from pricing_service.storage.database import Database
from pricing_service.storage.errors import PayloadDiffers, StillRunning

KEPT = timedelta(hours=24)


@dataclass(frozen=True)
class Replay:
    """The answer that was given the first time."""

    status: int
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class Claim:
    """The right to answer a key, until somebody else has it."""

    key: str
    token: str


class Idempotency:
    """Begin, complete and abandon requests that carry a key."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock
        self.in_flight = ClaimsInFlight(database, clock)

    def begin(self, workspace_id: str, key: str, *, fingerprint: str) -> Replay | Claim:
        """Claim a key. With a claim the caller goes on, then calls `complete` or `abandon`.

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
        claim = Claim(key, secrets.token_hex(16))
        row = self._claim(workspace_id, claim, fingerprint)
        if row is None:
            return claim
        if row.fingerprint != fingerprint:
            raise PayloadDiffers("this Idempotency-Key was used with another request")
        if row.status is None:
            raise StillRunning("the first request with this Idempotency-Key is still running")
        return Replay(row.status, row.headers, row.body)

    def _claim(self, workspace_id: str, claim: Claim, fingerprint: str) -> sa.Row[Any] | None:
        """Claim a key that is free; else return who has it."""
        now, mine = self._clock(), _mine(workspace_id, claim.key)
        table = schema.idempotency
        values = {"workspace_id": workspace_id, "key": claim.key, "fingerprint": fingerprint,
                  "begun_at": now, "claim": claim.token}  # fmt: skip
        try:
            with self._database.writing() as connection:
                if connection.dialect.name == "postgresql":  # SQLite's writers queue up anyway
                    lock = sa.func.pg_advisory_xact_lock(sa.func.hashtext(workspace_id + claim.key))
                    connection.execute(sa.select(lock))
                # For update: who had it may be about to commit its answer, which is waited for.
                row = connection.execute(table.select().where(mine).with_for_update()).first()
                if row is not None and not self._free(row, now):
                    return row
                connection.execute(table.delete().where(mine))
                connection.execute(table.insert().values(values))
        except sa.exc.OperationalError:  # lost at its commit: it may be there, and nobody goes on with it
            self.in_flight.forsake(claim.token)
            raise
        self.in_flight.hold(claim.token)
        return None

    def _free(self, row: sa.Row[Any], now: datetime) -> bool:
        begun: datetime = row.begun_at
        if row.status is not None:
            return now - begun > KEPT
        return unrenewed(begun, now) or self.in_flight.is_forsaken(row.claim)

    def complete(
        self, workspace_id: str, claim: Claim, answer: Replay, *, instead_of: int | None = None
    ) -> None:
        """Keep the answer for whoever repeats the request, in the transaction of its effect.

        `instead_of` is the status of the answer that was kept before the caller waited for this one.

        Raises
        ------
        StillRunning
            The claim was taken for dead, and somebody else has it: the effect must not be twice.
        """
        values = {"status": answer.status, "headers": answer.headers, "body": answer.body}
        table = schema.idempotency
        mine = sa.and_(_held(workspace_id, claim), table.c.status.is_not_distinct_from(instead_of))
        with self._database.writing() as connection:
            if connection.execute(table.update().where(mine).values(values)).rowcount != 1:
                raise StillRunning("another request with this Idempotency-Key came first")
        self._database.afterwards(partial(self.in_flight.release, claim.token))

    def abandon(self, workspace_id: str, claim: Claim) -> None:
        """Forget a request that changed nothing, so that it can be tried again."""
        unanswered = sa.and_(_held(workspace_id, claim), schema.idempotency.c.status.is_(None))
        try:
            with self._database.writing() as connection:
                connection.execute(schema.idempotency.delete().where(unanswered))
        except sa.exc.OperationalError:  # what made the request fail: the database is away
            self.in_flight.forsake(claim.token)
        else:
            self.in_flight.release(claim.token)

    def forget_expired(self) -> int:
        """Delete every workspace's answers that are older than a day; how many there were."""
        table = schema.idempotency
        with self._database.writing() as connection:
            return connection.execute(table.delete().where(table.c.begun_at < self._clock() - KEPT)).rowcount


def _mine(workspace_id: str, key: str) -> sa.ColumnElement[bool]:
    table = schema.idempotency
    return sa.and_(table.c.workspace_id == workspace_id, table.c.key == key)


def _held(workspace_id: str, claim: Claim) -> sa.ColumnElement[bool]:
    return sa.and_(_mine(workspace_id, claim.key), schema.idempotency.c.claim == claim.token)
