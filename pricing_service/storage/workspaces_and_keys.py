"""Workspaces and the keys that open them."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from pricing_service.storage import key_tokens, schema
from pricing_service.storage.database import Database
from pricing_service.storage.errors import NotFound
from pricing_service.storage.ids import new_id


@dataclass(frozen=True)
class Workspace:
    """Everything of one company; nothing crosses its border."""

    id: str
    name: str
    created_at: datetime


@dataclass(frozen=True)
class Key:
    """A key without its secret part. `name` is the person or system that holds it."""

    id: str
    workspace_id: str
    name: str
    token_name: str
    scopes: frozenset[str]
    created_at: datetime
    revoked_at: datetime | None


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
        """Every workspace, oldest first: for the operator's command line only."""
        with self._database.reading() as connection:
            rows = connection.execute(schema.workspaces.select().order_by(schema.workspaces.c.workspace_id))
            return [Workspace(row.workspace_id, row.name, row.created_at) for row in rows]


class Keys:
    """Make, find, list and revoke keys; only an HMAC of a key is kept."""

    def __init__(
        self, database: Database, clock: Callable[[], datetime], secret: Callable[[], bytes], *, dev: bool
    ) -> None:
        self._database = database
        self._clock = clock
        self._secret = secret  # a function, so that `check` and `analyze` run without a secret
        self._dev = dev

    def create(
        self, workspace_id: str, *, name: str, scopes: Sequence[str], dev_token: str | None = None
    ) -> tuple[Key, str]:
        """Make a key; the token, second in the answer, is shown this once.

        In `dev` a fixed `dev_token` may be given; an existing one is given back.
        """
        if dev_token is not None and not self._dev:
            raise ValueError("a fixed token is for `dev` only")
        token = dev_token or key_tokens.new_token()
        known = self.find(token) if dev_token else None
        if known is not None:
            return known, token
        now = self._clock()
        values = {
            "id": new_id("key", now),
            "workspace_id": workspace_id,
            "name": name,
            "token_name": key_tokens.token_name(token),
            "token_hash": key_tokens.token_hash(token, secret=self._secret()),
            "scopes": sorted(scopes),
            "created_at": now,
        }
        with self._database.writing() as connection:
            connection.execute(schema.keys.insert().values(values))
            row = connection.execute(schema.keys.select().where(schema.keys.c.id == values["id"])).one()
        return _key(row), token

    def find(self, token: str) -> Key | None:
        """Whose key this is; null for an unknown, revoked or malformed one.

        The only read without a workspace: it is what tells the workspace.
        """
        if not (self._dev or key_tokens.is_well_formed(token)):
            return None
        table = schema.keys
        query = table.select().where(
            table.c.token_name == key_tokens.token_name(token), table.c.revoked_at.is_(None)
        )
        with self._database.reading() as connection:
            row = connection.execute(query).first()
        wanted = key_tokens.token_hash(token, secret=self._secret())
        if row is None or not hmac.compare_digest(row.token_hash, wanted):
            return None
        return _key(row)

    def list(self, workspace_id: str) -> list[Key]:
        """Every key of a workspace, revoked ones included, oldest first."""
        table = schema.keys
        with self._database.reading() as connection:
            rows = connection.execute(
                table.select().where(table.c.workspace_id == workspace_id).order_by(table.c.id)
            )
            return [_key(row) for row in rows]

    def revoke(self, workspace_id: str, key_id: str) -> None:
        """Close a key from this moment on; again changes nothing."""
        table = schema.keys
        mine = sa.and_(table.c.workspace_id == workspace_id, table.c.id == key_id)
        with self._database.writing() as connection:
            if connection.execute(table.select().where(mine)).first() is None:
                raise NotFound("key", key_id)
            connection.execute(
                table.update().where(mine, table.c.revoked_at.is_(None)).values(revoked_at=self._clock())
            )


def _key(row: sa.Row[Any]) -> Key:
    return Key(
        id=row.id,
        workspace_id=row.workspace_id,
        name=row.name,
        token_name=row.token_name,
        scopes=frozenset(row.scopes),
        created_at=row.created_at,
        revoked_at=row.revoked_at,
    )
