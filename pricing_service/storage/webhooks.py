"""Webhooks: who wants to be told (endpoints), and what has happened (the outbox).

An event is written in the transaction of what it tells, together with one delivery for each endpoint that wants it:
whatever is committed will be told, and nothing else will. `webhook_deliveries.py` has what becomes of deliveries.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

import sqlalchemy as sa

from pricing_service.storage import schema
from pricing_service.storage.database import Database
from pricing_service.storage.errors import NotFound, TooManyEndpoints
from pricing_service.storage.ids import new_id
from pricing_service.storage.pages import Page, fetch_page

EventType = Literal[
    "analysis.succeeded",
    "proposal.approved",
    "price_book.published",
    "recommendation.changed",
    "experiment.stopped",
]
TEST = "webhook.test"
"""The type of the event that tests an endpoint; nobody subscribes to it."""
MOST_ENDPOINTS = 20
BOTH_SECRETS = timedelta(hours=24)
"""How long the secret before a rotation signs beside the new one."""


@dataclass(frozen=True)
class Endpoint:
    """Where events of some types are sent. `disabled` says why nothing is sent any more."""

    id: str
    workspace_id: str
    url: str
    events: list[str]
    secret_version: int
    previous_until: datetime | None
    disabled: Literal["gone", "failing"] | None
    disabled_at: datetime | None
    created_by: str
    created_at: datetime
    changed_at: datetime


class Outbox:
    """Write down what has happened, in the transaction in which it happens."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock

    def add(
        self,
        connection: sa.Connection,
        workspace_id: str,
        *,
        type: EventType,  # noqa: A002  the standard's own word
        data: Mapping[str, Any],
    ) -> str:
        """Write an event and a delivery for each endpoint that wants its type; answers the event's id.

        Parameters
        ----------
        connection
            The transaction, made by `Database.writing()`.
        workspace_id
            Where it happened.
        type
            What happened.
        data
            Ids of what it happened to; no customer's values, since they leave the house.
        """
        table = schema.webhook_endpoints
        wanted = sa.select(table.c.id, table.c.events).where(
            table.c.workspace_id == workspace_id, table.c.disabled.is_(None)
        )
        # An endpoint that is deleted at this moment must not take what happens down with it.
        rows = connection.execute(wanted.with_for_update(read=True, key_share=True))
        endpoints = [row.id for row in rows if type in row.events]
        return self._write(connection, workspace_id, type, (data, endpoints))

    def happened(
        self,
        workspace_id: str,
        database: Database,
        *,
        type: EventType,  # noqa: A002  as above
        data: Mapping[str, Any],
    ) -> None:
        """Write an event in a transaction of its own: of what happens outside the database."""
        with database.writing() as connection:
            self.add(connection, workspace_id, type=type, data=data)

    def add_test(self, connection: sa.Connection, workspace_id: str, endpoint_id: str) -> str:
        """Write an event for one endpoint alone; answers the event's id."""
        return self._write(connection, workspace_id, TEST, ({"endpoint": endpoint_id}, [endpoint_id]))

    def _write(
        self,
        connection: sa.Connection,
        workspace_id: str,
        kind: str,
        told: tuple[Mapping[str, Any], Sequence[str]],
    ) -> str:
        data, endpoints = told
        now = self._clock()
        event = {"id": new_id("evt", now), "workspace_id": workspace_id, "created_at": now}
        connection.execute(schema.outbox.insert().values(**event, type=kind, data=dict(data)))
        fresh = {"status": "waiting", "attempts": [], "tried": 0, "next_try": now, "created_at": now}
        deliveries = [
            {"endpoint_id": endpoint, "event_id": event["id"], "workspace_id": workspace_id, **fresh}
            for endpoint in endpoints
        ]
        if deliveries:
            connection.execute(schema.webhook_deliveries.insert(), deliveries)
        return str(event["id"])


class Endpoints:
    """Store and read endpoints."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    def wanting(self, type: EventType) -> list[str]:  # noqa: A002  as above
        """Read the workspaces in which an endpoint wants events of a type, of all: for the worker."""
        table = schema.webhook_endpoints
        query = sa.select(table.c.workspace_id, table.c.events).where(table.c.disabled.is_(None))
        with self._database.reading() as connection:
            return sorted({row.workspace_id for row in connection.execute(query) if type in row.events})

    def create(self, workspace_id: str, *, url: str, events: Sequence[str], by: str) -> Endpoint:
        """Store an endpoint.

        Raises
        ------
        TooManyEndpoints
            The workspace has `MOST_ENDPOINTS` already.
        """
        now, table = self._clock(), schema.webhook_endpoints
        values = {
            "id": new_id("we", now),
            "workspace_id": workspace_id,
            "url": url,
            "events": sorted(set(events)),
            "secret_version": 1,
            "created_by": by,
            "created_at": now,
            "changed_at": now,
        }
        with self._database.writing() as connection:
            # Two at once count one after the other.
            mine = schema.workspaces.select().where(schema.workspaces.c.workspace_id == workspace_id)
            connection.execute(mine.with_for_update(key_share=True))
            counted = sa.select(sa.func.count()).where(table.c.workspace_id == workspace_id)
            if connection.execute(counted).scalar_one() >= MOST_ENDPOINTS:
                raise TooManyEndpoints(f"a workspace has at most {MOST_ENDPOINTS} webhook endpoints")
            connection.execute(table.insert().values(values))
        return self.get(workspace_id, str(values["id"]))

    def replace(self, workspace_id: str, endpoint_id: str, *, url: str, events: Sequence[str]) -> Endpoint:
        """Give an endpoint another address and other types; a disabled one is enabled again."""
        change = {"url": url, "events": sorted(set(events)), "disabled": None, "disabled_at": None}
        return self._change(workspace_id, endpoint_id, change)

    def rotate(self, workspace_id: str, endpoint_id: str) -> Endpoint:
        """Begin a new secret; the one before signs beside it for `BOTH_SECRETS`."""
        following = schema.webhook_endpoints.c.secret_version + 1
        until = self._clock() + BOTH_SECRETS
        return self._change(workspace_id, endpoint_id, {"secret_version": following, "previous_until": until})

    def delete(self, workspace_id: str, endpoint_id: str) -> None:
        """Forget an endpoint and its deliveries."""
        with self._database.writing() as connection:
            gone = connection.execute(
                schema.webhook_endpoints.delete().where(mine_of(workspace_id, endpoint_id))
            )
            if gone.rowcount != 1:
                raise NotFound("webhook endpoint", endpoint_id)

    def get(self, workspace_id: str, endpoint_id: str) -> Endpoint:
        """Read one endpoint; `NotFound` also for another workspace's."""
        query = schema.webhook_endpoints.select().where(mine_of(workspace_id, endpoint_id))
        with self._database.reading() as connection:
            row = connection.execute(query).first()
        if row is None:
            raise NotFound("webhook endpoint", endpoint_id)
        return Endpoint(**row._mapping)

    def page(self, workspace_id: str, *, limit: int = 50, cursor: str | None = None) -> Page[Endpoint]:
        """Read the endpoints of a workspace, newest first."""
        table = schema.webhook_endpoints
        query = table.select().where(table.c.workspace_id == workspace_id)
        with self._database.reading() as connection:
            rows, following = fetch_page(connection, query, ids=table.c.id, limit=limit, cursor=cursor)
        return Page([Endpoint(**row._mapping) for row in rows], following)

    def _change(self, workspace_id: str, endpoint_id: str, change: Mapping[str, Any]) -> Endpoint:
        update = schema.webhook_endpoints.update().where(mine_of(workspace_id, endpoint_id))
        with self._database.writing() as connection:
            if connection.execute(update.values(changed_at=self._clock(), **change)).rowcount != 1:
                raise NotFound("webhook endpoint", endpoint_id)
        return self.get(workspace_id, endpoint_id)


def mine_of(workspace_id: str, endpoint_id: str) -> sa.ColumnElement[bool]:
    """Say which endpoint is meant, in its own workspace alone."""
    table = schema.webhook_endpoints
    return sa.and_(table.c.workspace_id == workspace_id, table.c.id == endpoint_id)
