"""Workspaces and the keys that open them; making and closing a key is written into the audit, its token never."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from pricing_service.storage import key_tokens, schema
from pricing_service.storage.audit import Audit
from pricing_service.storage.database import Database
from pricing_service.storage.errors import LastKey, NotFound
from pricing_service.storage.ids import new_id
from pricing_service.storage.pages import Page, fetch_page

OPERATOR = "operator"
"""Who works on the machine of the service, without a key."""


@dataclass(frozen=True)
class Workspace:
    """Everything of one company; nothing crosses its border."""

    id: str
    name: str
    created_at: datetime


@dataclass(frozen=True)
class Key:
    """A key without its secret part. `name` is the person or system that holds it.

    It is valid until it is revoked or expires; `last_used` is a day in UTC, null before the first.
    """

    id: str
    workspace_id: str
    name: str
    token_name: str
    scopes: frozenset[str]
    created_at: datetime
    revoked_at: datetime | None
    expires_at: datetime | None
    last_used: date | None = field(compare=False)

    def is_valid(self, at: datetime) -> bool:
        """Whether it opens anything at a moment."""
        return self.revoked_at is None and (self.expires_at is None or at < self.expires_at)


class Workspaces:
    """Make and read workspaces."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    def create(self, name: str, *, workspace_id: str | None = None) -> Workspace:
        """Make a workspace. A given id that exists already is given back as it is (the dev workspace)."""
        now = self._clock()
        values = {"workspace_id": workspace_id or new_id("ws", now), "name": name, "created_at": now}
        table = schema.workspaces
        with self._database.writing() as connection:
            known = connection.execute(
                table.select().where(table.c.workspace_id == values["workspace_id"])
            ).first()
            if known is None:
                connection.execute(table.insert().values(values))
        return self.get(str(values["workspace_id"]))

    def get(self, workspace_id: str) -> Workspace:
        """Read one workspace; `NotFound` if there is none."""
        table = schema.workspaces
        with self._database.reading() as connection:
            row = connection.execute(table.select().where(table.c.workspace_id == workspace_id)).first()
        if row is None:
            raise NotFound("workspace", workspace_id)
        return Workspace(row.workspace_id, row.name, row.created_at)

    def list(self) -> list[Workspace]:
        """Every workspace, oldest first: for the operator's settings and command line only."""
        with self._database.reading() as connection:
            rows = connection.execute(schema.workspaces.select().order_by(schema.workspaces.c.workspace_id))
            return [Workspace(row.workspace_id, row.name, row.created_at) for row in rows]


class Keys:
    """Make, find, list and revoke keys; only an HMAC of a key is kept."""

    def __init__(
        self,
        database: Database,
        clock: Callable[[], datetime],
        secret: Callable[[], bytes],
        audit: Audit,
        *,
        dev: bool,
    ) -> None:
        self._database = database
        self._clock = clock
        self._audit = audit
        self._secret = secret  # a function, so that `check` and `analyze` run without a secret
        self._dev = dev

    def create(
        self,
        workspace_id: str,
        *,
        name: str,
        scopes: Sequence[str],
        lasts: timedelta | None = None,
        dev_token: str | None = None,
        by: str = OPERATOR,
    ) -> tuple[Key, str]:
        """Make a key, by default one without an end; the token, second in the answer, is shown this once.

        In `dev` a fixed `dev_token` may be given; an existing one is given back, and a closed one made anew.
        """
        if dev_token is not None and not self._dev:
            raise ValueError("a fixed token is for `dev` only")
        token = dev_token or key_tokens.new_token()
        known = self.find(token) if dev_token else None
        if known is not None:
            return known, token
        now, table = self._clock(), schema.keys
        values = {
            "id": new_id("key", now),
            "workspace_id": workspace_id,
            "name": name,
            "token_name": key_tokens.token_name(token),
            "token_hash": key_tokens.token_hash(token, secret=self._secret()),
            "scopes": sorted(scopes),
            "created_at": now,
            "expires_at": None if lasts is None else now + lasts,
        }
        with self._database.writing() as connection:
            if dev_token is not None:
                connection.execute(table.delete().where(table.c.token_name == dev_token))
            connection.execute(table.insert().values(values))
            key = _key(connection.execute(table.select().where(table.c.id == values["id"])).one())
            self._audit.record(
                connection, workspace_id, by=by, action="key.made", subject=key.id, detail=_told(key)
            )
        return key, token

    def find(self, token: str) -> Key | None:
        """Whose key this is; null for an unknown, revoked, expired or malformed one.

        The only read without a workspace: it is what tells the workspace. The first time on a day it writes
        that day down, if the database takes it at once.
        """
        if not (self._dev or key_tokens.is_well_formed(token)):
            return None
        query = schema.keys.select().where(schema.keys.c.token_name == key_tokens.token_name(token))
        with self._database.reading() as connection:
            row = connection.execute(query).first()
        wanted = key_tokens.token_hash(token, secret=self._secret())
        if row is None or not hmac.compare_digest(row.token_hash, wanted):
            return None
        key, now = _key(row), self._clock()
        if not key.is_valid(now):
            return None
        if key.last_used != now.date():
            self._note_use(key.id, now.date())
        return key

    def valid(self, workspace_id: str) -> Sequence[Key]:
        """Every key of a workspace that opens a door now, oldest first."""
        now = self._clock()
        return [key for key in self.list(workspace_id) if key.is_valid(now)]

    def list(self, workspace_id: str) -> list[Key]:
        """Every key of a workspace, revoked ones included, oldest first."""
        with self._database.reading() as connection:
            return _of(connection, workspace_id)

    def page(self, workspace_id: str, *, limit: int = 50, cursor: str | None = None) -> Page[Key]:
        """Read the keys of a workspace, revoked ones too, newest first."""
        table = schema.keys
        query = table.select().where(table.c.workspace_id == workspace_id)
        with self._database.reading() as connection:
            rows, following = fetch_page(connection, query, ids=table.c.id, limit=limit, cursor=cursor)
        return Page([_key(row) for row in rows], following)

    def revoke(
        self, workspace_id: str, key_id: str, *, unless_last_with: str | None = None, by: str = OPERATOR
    ) -> Key:
        """Close a key from this moment on; again changes nothing.

        Raises
        ------
        NotFound
            If the workspace has no such key.
        LastKey
            If no other valid key would be left with the scope `unless_last_with`.
        """
        table, now = schema.keys, self._clock()
        with self._database.writing() as connection:
            # Two who close each other's keys take turns: both hold the same row. Rows that refer to it may come
            # meanwhile: whoever writes one holds the head of the audit, which the closing will wait for.
            connection.execute(
                schema.workspaces.select()
                .where(schema.workspaces.c.workspace_id == workspace_id)
                .with_for_update(key_share=True)
            )
            keys = {key.id: key for key in _of(connection, workspace_id)}
            if key_id not in keys:
                raise NotFound("key", key_id)
            left = [key for key in keys.values() if key.id != key_id and key.is_valid(now)]
            if (
                keys[key_id].is_valid(now)
                and unless_last_with in keys[key_id].scopes
                and not any(unless_last_with in key.scopes for key in left)
            ):
                raise LastKey(f"no other key with the scope {unless_last_with} would be left")
            if keys[key_id].revoked_at is None:
                connection.execute(table.update().where(table.c.id == key_id).values(revoked_at=now))
                detail = {"name": keys[key_id].name}
                self._audit.record(
                    connection, workspace_id, by=by, action="key.closed", subject=key_id, detail=detail
                )
            return _key(connection.execute(table.select().where(table.c.id == key_id)).one())

    def _note_use(self, key_id: str, day: date) -> None:
        table = schema.keys
        # A day more or less is no reason to turn a request away: a full disk and a busy writer pass.
        with suppress(sa.exc.OperationalError), self._database.writing() as connection:
            connection.execute(table.update().where(table.c.id == key_id).values(last_used=day))


def _told(key: Key) -> dict[str, Any]:
    ends = key.expires_at and key.expires_at.isoformat()
    return {"name": key.name, "scopes": sorted(key.scopes), "expires_at": ends}


def _of(connection: sa.Connection, workspace_id: str) -> list[Key]:
    table = schema.keys
    query = table.select().where(table.c.workspace_id == workspace_id).order_by(table.c.id)
    return [_key(row) for row in connection.execute(query)]


def _key(row: sa.Row[Any]) -> Key:
    return Key(
        id=row.id,
        workspace_id=row.workspace_id,
        name=row.name,
        token_name=row.token_name,
        scopes=frozenset(row.scopes),
        created_at=row.created_at,
        revoked_at=row.revoked_at,
        expires_at=row.expires_at,
        last_used=row.last_used,
    )
