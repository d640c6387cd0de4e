"""Tombstones: salted hashes of customers who were forgotten, so that they are not taken in again.

They stand in the database and, a line each, in a file. The file is what outlives the return to an older backup: what it
says and the database does not know is forgotten again.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from pricing_service.dataset import customer_digest
from pricing_service.storage import schema
from pricing_service.storage.audit import Audit
from pricing_service.storage.database import Database

_SALT_BYTES = 16
BySalt = Mapping[str, frozenset[str]]
"""Hashes of customers' ids by the salt that they were made with."""


@dataclass(frozen=True)
class Tombstone:
    """One forgotten customer: whose, and sha256 of salt and id, hexadecimal."""

    workspace_id: str
    digest: str
    salt: str


class StoredTombstones:
    """Set and read tombstones.

    Parameters
    ----------
    database, clock, audit
        Where they stand; what time it is; where it is written down who forgot.
    path
        Of the file.
    """

    def __init__(self, database: Database, clock: Callable[[], datetime], audit: Audit, path: Path) -> None:
        self._database = database
        self._clock = clock
        self._audit = audit
        self._path = path

    def read(self, workspace_id: str) -> BySalt:
        """Read all of a workspace."""
        table = schema.tombstones
        query = sa.select(table.c.salt, table.c.digest).where(table.c.workspace_id == workspace_id)
        found: dict[str, set[str]] = {}
        with self._database.reading() as connection:
            for row in connection.execute(query):
                found.setdefault(row.salt, set()).add(row.digest)
        return {salt: frozenset(digests) for salt, digests in found.items()}

    def set(self, workspace_id: str, customer_id: str, *, by: str) -> Tombstone:
        """Set a customer's, into the file first; one that is there stays, and is to be done once more."""
        known = self.read(workspace_id)
        salts = [salt for salt, digests in known.items() if customer_digest(salt, customer_id) in digests]
        salt = next(iter([*salts, *known]), None) or secrets.token_hex(_SALT_BYTES)
        stone = Tombstone(workspace_id, customer_digest(salt, customer_id), salt)
        if not salts:
            write_lines(self._path, [stone])
        with self._database.writing() as connection:
            self._put(connection, stone)
            self._audit.record(
                connection, workspace_id, by=by, action="customer.forgotten", subject=stone.digest, detail={}
            )
        return stone

    def done(self, workspace_id: str, tombstones: BySalt) -> None:
        """Note that nothing of these customers is stored any more."""
        table = schema.tombstones
        digests = [each for found in tombstones.values() for each in found]
        theirs = sa.and_(table.c.workspace_id == workspace_id, table.c.digest.in_(digests))
        with self._database.writing() as connection:
            connection.execute(table.update().where(theirs).values(done_at=self._clock()))

    def take_from_file(self) -> list[str]:
        """Take over what the file says of every workspace that is there; return those with something to forget."""
        table = schema.tombstones
        with self._database.writing() as connection:
            homes = set(connection.execute(sa.select(schema.workspaces.c.workspace_id)).scalars())
            known = {
                tuple(row) for row in connection.execute(sa.select(table.c.workspace_id, table.c.digest))
            }
            for stone in read_lines(self._path):
                if stone.workspace_id in homes and (stone.workspace_id, stone.digest) not in known:
                    self._put(connection, stone)
                    known.add((stone.workspace_id, stone.digest))
            undone = sa.select(table.c.workspace_id).where(table.c.done_at.is_(None)).distinct()
            return sorted(connection.execute(undone).scalars())

    def _put(self, connection: sa.Connection, stone: Tombstone) -> None:
        table = schema.tombstones
        mine = sa.and_(table.c.workspace_id == stone.workspace_id, table.c.digest == stone.digest)
        if connection.execute(table.update().where(mine).values(done_at=None)).rowcount == 0:
            insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
            new = insert(table).values({**vars(stone), "made_at": self._clock()})
            connection.execute(new.on_conflict_do_nothing())  # another process may set it at this moment


def read_lines(path: Path) -> list[Tombstone]:
    """Read a file of tombstones; a line that a power cut left half-written is passed over."""
    return [stone for line in _lines(path) if (stone := _parsed(line)) is not None]


def write_lines(path: Path, stones: Iterable[Tombstone]) -> None:
    """Append tombstones to a file, on the disk before this returns."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = "".join(json.dumps(vars(stone)) + "\n" for stone in stones)
    with path.open("a", encoding="utf-8") as file:
        file.write(text if _ends_whole(path) else "\n" + text)
        file.flush()
        os.fsync(file.fileno())


def _ends_whole(path: Path) -> bool:
    content = path.read_bytes()
    return not content or content.endswith(b"\n")


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines() if path.exists() else []


def _parsed(line: str) -> Tombstone | None:
    try:
        said: dict[str, Any] = json.loads(line)
        return Tombstone(said["workspace_id"], said["digest"], said["salt"])
    except (ValueError, KeyError, TypeError):
        return None
