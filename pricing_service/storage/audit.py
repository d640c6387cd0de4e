"""The audit: who did what to prices, one entry after another, each bound to the one before by its hash.

An entry's hash is sha256 of the hash before and the canonical JSON of the entry, its number included. A changed entry
no longer has its hash, a deleted or moved one leaves a gap, and the head tells where the chain ends, so that a tail cut
off is missed too. Whoever can write the database can compute a whole new chain; against that, somebody notes down the
head elsewhere, and `verify` looks for it.

Entries hold ids, hashes and decisions, no customers: forgetting a customer leaves the chain as it is.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from pricing_service.storage import schema
from pricing_service.storage.database import Database
from pricing_service.storage.pages import Page

GENESIS = "0" * 64
"""The hash before the first entry."""
_BATCH = 1000


@dataclass(frozen=True)
class AuditEntry:
    """What one person did: `by` did `action` to `subject`; `number` counts from 1 within the workspace."""

    workspace_id: str
    number: int
    at: datetime
    by: str
    action: str
    subject: str
    detail: dict[str, Any]
    previous_hash: str
    hash: str

    def computed_hash(self) -> str:
        """Compute the hash that the entry has to have."""
        stated = {**asdict(self), "at": self.at.astimezone(UTC).isoformat(timespec="microseconds")}
        del stated["hash"]
        text = json.dumps(stated, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
        return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True)
class Head:
    """The end of a chain: the latest entry's number and hash; 0 and `GENESIS` of an empty one."""

    number: int
    hash: str


@dataclass(frozen=True)
class BrokenChain:
    """The first entry of a chain that is not what it was, and what is wrong with it."""

    number: int
    why: str


class Audit:
    """Write, read and verify the audit."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    def record(
        self,
        connection: sa.Connection,
        workspace_id: str,
        *,
        by: str,
        action: str,
        subject: str,
        detail: Mapping[str, Any],
    ) -> AuditEntry:
        """Write the next entry within the caller's transaction, which has to be a `writing()` one.

        Parameters
        ----------
        connection, workspace_id
            The transaction of what is recorded; whose chain.
        by, action, subject
            Who did what (`proposal.voted`) to which object (its id).
        detail
            What else is to be known, of texts, whole numbers and lists; never a customer's id or data.
        """
        head = _lock_head(connection, workspace_id)
        entry = AuditEntry(
            workspace_id, head.number + 1, self._clock(), by, action, subject, dict(detail), head.hash, ""
        )
        found = AuditEntry(**{**vars(entry), "hash": entry.computed_hash()})
        connection.execute(schema.audit.insert().values(_columns(found)))
        heads = schema.audit_heads
        moved = heads.update().where(heads.c.workspace_id == workspace_id)
        connection.execute(moved.values(number=found.number, entry_hash=found.hash))
        return found

    def page(self, workspace_id: str, *, limit: int = 50, cursor: str | None = None) -> Page[AuditEntry]:
        """Read the entries, newest first; a cursor is the number before which the page begins."""
        table = schema.audit
        query = table.select().where(table.c.workspace_id == workspace_id)
        if cursor is not None:
            query = query.where(table.c.number < int(cursor))
        with self._database.reading() as connection:
            rows = list(connection.execute(query.order_by(table.c.number.desc()).limit(limit + 1)))
        following = str(rows[limit - 1].number) if len(rows) > limit else None
        return Page([_entry(row) for row in rows[:limit]], following)

    def head(self, workspace_id: str) -> Head:
        """Read where the chain ends: note it down elsewhere, and a rewritten chain is found out."""
        with self._database.reading() as connection:
            return _head(connection, workspace_id)

    def verify(self, workspace_id: str, *, noted: str | None = None) -> BrokenChain | None:
        """Read the whole chain and return the first entry that is broken; None where all hold.

        Parameters
        ----------
        workspace_id
            Whose chain.
        noted
            A head's hash that somebody noted down; it has to be in the chain.
        """
        with self._database.reading() as connection:
            head = _head(connection, workspace_id)  # first: entries may be written meanwhile
            last, seen = Head(0, GENESIS), noted in (None, GENESIS)
            for entry in _all(connection, workspace_id):
                why = _wrong(entry, last, head)
                if why is not None:
                    return BrokenChain(last.number + 1, why)
                last = Head(entry.number, entry.hash)
                seen = seen or entry.hash == noted
        if last.number < head.number:
            why = f"it is missing: the chain once had {head.number} entries and ends with {last.number}"
            return BrokenChain(last.number + 1, why)
        return None if seen else BrokenChain(last.number, "the hash that was noted down is not in the chain")


def _wrong(entry: AuditEntry, last: Head, head: Head) -> str | None:
    if entry.number != last.number + 1:
        return f"it is missing: entry {entry.number} follows entry {last.number}"
    if entry.previous_hash != last.hash:
        return "it does not follow the entry before it"
    if entry.computed_hash() != entry.hash or (entry.number == head.number and entry.hash != head.hash):
        return "its content is not the one that was written"
    return None


def _all(connection: sa.Connection, workspace_id: str) -> Iterator[AuditEntry]:
    table = schema.audit
    mine = table.select().where(table.c.workspace_id == workspace_id).order_by(table.c.number).limit(_BATCH)
    after: int | None = None
    while rows := list(connection.execute(mine if after is None else mine.where(table.c.number > after))):
        yield from map(_entry, rows)
        after = rows[-1].number


def _lock_head(connection: sa.Connection, workspace_id: str) -> Head:
    """Read the head for a change; on PostgreSQL writers wait here for each other, on SQLite they did at BEGIN."""
    heads = schema.audit_heads
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    first = {"workspace_id": workspace_id, "number": 0, "entry_hash": GENESIS}
    connection.execute(insert(heads).values(first).on_conflict_do_nothing())
    query = heads.select().where(heads.c.workspace_id == workspace_id).with_for_update()
    row = connection.execute(query).one()
    return Head(row.number, row.entry_hash)


def _head(connection: sa.Connection, workspace_id: str) -> Head:
    heads = schema.audit_heads
    row = connection.execute(heads.select().where(heads.c.workspace_id == workspace_id)).first()
    return Head(0, GENESIS) if row is None else Head(row.number, row.entry_hash)


_NAMES = {"at": "made_at", "by": "made_by", "hash": "entry_hash"}


def _columns(entry: AuditEntry) -> dict[str, Any]:
    return {_NAMES.get(name, name): value for name, value in vars(entry).items()}


def _entry(row: sa.Row[Any]) -> AuditEntry:
    fields = AuditEntry.__dataclass_fields__
    return AuditEntry(**{name: row._mapping[_NAMES.get(name, name)] for name in fields})
