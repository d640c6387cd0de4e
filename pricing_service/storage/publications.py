"""Publications: which analysis of each kind is decided, and from which day on.

A publication never changes; it is withdrawn, or a later one takes its place. What recommendations say rests on these.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypedDict, Unpack

import sqlalchemy as sa

from pricing_service.storage import schema
from pricing_service.storage.database import Database
from pricing_service.storage.errors import NotFound
from pricing_service.storage.ids import new_id

PREFIX = "pub"


class Decided(TypedDict):
    """What is published: the analysis, since when it counts, and exactly which content."""

    kind: str
    analysis_id: str
    price_book_id: str | None
    proposal_id: str | None
    effective: date
    content_hash: str
    by: str


@dataclass(frozen=True)
class StoredPublication:
    """One analysis that was published."""

    id: str
    workspace_id: str
    proposal_id: str | None
    kind: str
    analysis_id: str
    price_book_id: str | None
    effective: date
    content_hash: str
    published_by: str
    published_at: datetime
    withdrawn_at: datetime | None


class Publications:
    """Record, withdraw and read publications."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    def record(
        self, connection: sa.Connection, workspace_id: str, **decided: Unpack[Decided]
    ) -> StoredPublication:
        """Write a publication in the caller's transaction, with whatever else is decided there.

        Parameters
        ----------
        connection
            Of `database.writing()`.
        workspace_id
            Whose.
        **decided
            The fields of `Decided`.
        """
        now = self._clock()
        by = decided["by"]
        values = {name: value for name, value in decided.items() if name != "by"}
        values |= {"id": new_id(PREFIX, now), "workspace_id": workspace_id, "published_by": by}
        table = schema.publications
        connection.execute(table.insert().values({**values, "published_at": now}))
        row = connection.execute(table.select().where(table.c.id == values["id"])).one()
        return _publication(row)

    def publish(self, workspace_id: str, **decided: Unpack[Decided]) -> StoredPublication:
        """Write a publication in a transaction of its own."""
        with self._database.writing() as connection:
            return self.record(connection, workspace_id, **decided)

    def withdraw(
        self, connection: sa.Connection, workspace_id: str, publication_id: str
    ) -> StoredPublication:
        """End a publication in the caller's transaction; what was in force before it is again. Twice changes nothing.

        Raises
        ------
        NotFound
            Also for another workspace's.
        """
        table = schema.publications
        mine = sa.and_(table.c.workspace_id == workspace_id, table.c.id == publication_id)
        change = table.update().where(mine, table.c.withdrawn_at.is_(None))
        connection.execute(change.values(withdrawn_at=self._clock()))
        row = connection.execute(table.select().where(mine)).first()
        if row is None:
            raise NotFound("publication", publication_id)
        return _publication(row)

    def withdraw_proposed(self, connection: sa.Connection, workspace_id: str, proposal_id: str) -> None:
        """End what a proposal published, in the caller's transaction."""
        table = schema.publications
        theirs = sa.and_(self._standing(workspace_id), table.c.proposal_id == proposal_id)
        connection.execute(table.update().where(theirs).values(withdrawn_at=self._clock()))

    def in_force(self, workspace_id: str, on: date) -> dict[str, StoredPublication]:
        """Read by kind what is in force on a day: of each kind the one that became effective last by then."""
        table = schema.publications
        begun = sa.and_(self._standing(workspace_id), table.c.effective <= on)
        oldest_first = (table.c.effective, table.c.published_at, table.c.id)
        with self._database.reading() as connection:
            rows = connection.execute(table.select().where(begun).order_by(*oldest_first))
            return {row.kind: _publication(row) for row in rows}

    def next_effective(self, workspace_id: str, after: date) -> date | None:
        """Read the first day after the given one on which something else comes into force."""
        table = schema.publications
        coming = sa.and_(self._standing(workspace_id), table.c.effective > after)
        with self._database.reading() as connection:
            found: date | None = connection.execute(
                sa.select(sa.func.min(table.c.effective)).where(coming)
            ).scalar()
        return found

    def sequence(self) -> int:
        """Count all that was ever published or withdrawn in any workspace: it rises whenever a reader's copy is old.

        The only read without a workspace: it tells nothing of any.
        """
        table = schema.publications
        both = sa.func.count() + sa.func.count(table.c.withdrawn_at)
        with self._database.reading() as connection:
            return connection.execute(sa.select(both).select_from(table)).scalar_one()

    def _standing(self, workspace_id: str) -> sa.ColumnElement[bool]:
        table = schema.publications
        return sa.and_(table.c.workspace_id == workspace_id, table.c.withdrawn_at.is_(None))


def _publication(row: sa.Row[Any]) -> StoredPublication:
    return StoredPublication(**row._mapping)
