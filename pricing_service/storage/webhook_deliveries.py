"""Deliveries: one event on its way to one endpoint.

::

    waiting ──► delivered | failed
       ▲└── tried again later   │
       └──────── replayed ──────┘

A sender takes a delivery by a lease, so no two send the same at once. If it dies in between, the lease runs out and
another sends again: at least once, always under the event's id.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

import sqlalchemy as sa

from pricing_service.storage import schema
from pricing_service.storage.database import Database
from pricing_service.storage.errors import EndpointDisabled, NotFound
from pricing_service.storage.pages import Page, fetch_page
from pricing_service.storage.webhooks import Endpoint, Outbox, mine_of

LEASE = timedelta(minutes=2)
"""Longer than any attempt takes, the look-up of the name included."""
KEPT = timedelta(days=30)
AT_ONCE = 2
"""Deliveries to one endpoint at the same time: a dead one must not hold up the others."""
_SHOWN_ATTEMPTS = 20
_CANDIDATES = 8


@dataclass(frozen=True)
class Delivery:
    """What has become of an event at an endpoint; `id` is the event's. `attempts` are the latest ones."""

    id: str
    type: str
    status: Literal["waiting", "delivered", "failed"]
    attempts: list[dict[str, Any]]
    next_try: datetime | None
    created_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True)
class Due:
    """A delivery in the hand of one sender; `tried` counts the attempts before this one."""

    workspace_id: str
    endpoint: Endpoint
    event_id: str
    type: str
    data: dict[str, Any]
    happened_at: datetime
    tried: int
    lease: str


@dataclass(frozen=True)
class Settlement:
    """What came of an attempt: an end, or when to try again; `disable` says why the endpoint is given up."""

    status: Literal["waiting", "delivered", "failed"]
    attempt: Mapping[str, Any]
    next_try: datetime | None = None
    disable: Literal["gone", "failing"] | None = None


class Deliveries:
    """Take, settle, show and replay deliveries."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock
        self._outbox = Outbox(clock)

    def claim(self) -> Due | None:
        """Take the delivery of any workspace that has been due for longest; null if none is: for senders only."""
        now = self._clock()
        with self._database.reading() as connection:
            candidates = connection.execute(_due(now)).all()
        table = schema.webhook_deliveries
        for row in candidates:
            lease = secrets.token_hex(16)
            still_free = sa.and_(_mine(row.workspace_id, row.endpoint_id, row.event_id), *_free(now))
            with self._database.writing() as connection:
                taken = connection.execute(
                    table.update().where(still_free).values(lease=lease, leased_until=now + LEASE)
                )
            if taken.rowcount == 1:
                return self._in_hand(row, lease)
        return None

    def settle(self, workspace_id: str, due: Due, settlement: Settlement) -> bool:
        """Write what came of an attempt; false if the lease ran out and another sender has it."""
        now, table = self._clock(), schema.webhook_deliveries
        mine = sa.and_(_mine(workspace_id, due.endpoint.id, due.event_id), table.c.lease == due.lease)
        with self._database.writing() as connection:
            if settlement.disable is not None:
                # First the endpoint, then its deliveries, as a replay does: else the two could wait for each other.
                endpoint = schema.webhook_endpoints.select().where(mine_of(workspace_id, due.endpoint.id))
                connection.execute(endpoint.with_for_update(key_share=True))
            row = connection.execute(table.select().where(mine).with_for_update()).first()
            if row is None:
                return False
            values = {
                "status": settlement.status,
                "attempts": [*row.attempts, dict(settlement.attempt)][-_SHOWN_ATTEMPTS:],
                "tried": due.tried + 1,
                "next_try": settlement.next_try,
                "ended_at": None if settlement.status == "waiting" else now,
            }
            connection.execute(table.update().where(mine).values(lease=None, leased_until=None, **values))
            if settlement.disable == "gone" or (
                settlement.disable == "failing" and not _delivered_since(connection, due, row.created_at)
            ):
                self._disable(connection, due, settlement.disable)
        return True

    def page(
        self, workspace_id: str, endpoint_id: str, *, limit: int = 50, cursor: str | None = None
    ) -> Page[Delivery]:
        """Read the deliveries to an endpoint, newest event first."""
        query = _shown().where(_mine(workspace_id, endpoint_id))
        ids = schema.webhook_deliveries.c.event_id
        with self._database.reading() as connection:
            rows, following = fetch_page(connection, query, ids=ids, limit=limit, cursor=cursor)
        return Page([Delivery(**row._mapping) for row in rows], following)

    def get(self, workspace_id: str, endpoint_id: str, event_id: str) -> Delivery:
        """Read one delivery; `NotFound` also for another workspace's."""
        with self._database.reading() as connection:
            row = connection.execute(_shown().where(_mine(workspace_id, endpoint_id, event_id))).first()
        if row is None:
            raise NotFound("delivery", event_id)
        return Delivery(**row._mapping)

    def test(self, workspace_id: str, endpoint_id: str) -> Delivery:
        """Queue an event that only tries the endpoint out."""
        with self._database.writing() as connection:
            _hold_endpoint(connection, workspace_id, endpoint_id)
            event_id = self._outbox.add_test(connection, workspace_id, endpoint_id)
        return self.get(workspace_id, endpoint_id, event_id)

    def replay(self, workspace_id: str, endpoint_id: str, *, since: datetime) -> int:
        """Send every event since a moment again that the endpoint wants, also those that it never got; how many."""
        now, table, events = self._clock(), schema.webhook_deliveries, schema.outbox
        with self._database.writing() as connection:
            endpoint = _hold_endpoint(connection, workspace_id, endpoint_id)
            wanted = sa.and_(
                events.c.workspace_id == workspace_id,
                events.c.type.in_(endpoint.events),
                events.c.created_at >= min(max(since, now - KEPT), now),
            )
            chosen = sa.select(events.c.id).where(wanted)
            known = sa.and_(_mine(workspace_id, endpoint_id), table.c.event_id.in_(chosen))
            again = connection.execute(table.update().where(known).values(_anew(now))).rowcount
            missing = sa.and_(
                wanted,
                events.c.id.not_in(sa.select(table.c.event_id).where(table.c.endpoint_id == endpoint_id)),
            )
            fresh = {"attempts": [], "created_at": now, **_anew(now)}
            literals = [sa.literal(value, table.c[name].type) for name, value in fresh.items()]
            rows = sa.select(sa.literal(endpoint_id), events.c.id, events.c.workspace_id, *literals)
            names = ["endpoint_id", "event_id", "workspace_id", *fresh]
            insert = table.insert().from_select(names, rows.where(missing))
            added = connection.execute(insert, execution_options={"preserve_rowcount": True}).rowcount
        return again + added

    def replay_one(self, workspace_id: str, endpoint_id: str, event_id: str) -> Delivery:
        """Send one event again."""
        mine = _mine(workspace_id, endpoint_id, event_id)
        with self._database.writing() as connection:
            _hold_endpoint(connection, workspace_id, endpoint_id)
            change = schema.webhook_deliveries.update().where(mine).values(_anew(self._clock()))
            if connection.execute(change).rowcount != 1:
                raise NotFound("delivery", event_id)
        return self.get(workspace_id, endpoint_id, event_id)

    def forget_old(self) -> int:
        """Delete every workspace's events that nobody can replay any more; how many there were."""
        over = schema.outbox.c.created_at < self._clock() - KEPT - timedelta(days=1)
        with self._database.writing() as connection:
            return connection.execute(schema.outbox.delete().where(over)).rowcount

    def _in_hand(self, row: sa.Row[Any], lease: str) -> Due:
        values = row._mapping
        endpoint = Endpoint(**{name: values[f"endpoint_{name}"] for name in Endpoint.__dataclass_fields__})
        return Due(
            workspace_id=row.workspace_id,
            endpoint=endpoint,
            event_id=row.event_id,
            type=row.type,
            data=row.data,
            happened_at=row.happened_at,
            tried=row.tried,
            lease=lease,
        )

    def _disable(self, connection: sa.Connection, due: Due, reason: str) -> None:
        """Give an endpoint up, and with it what still waits for it; a replay brings all of it back."""
        now, table = self._clock(), schema.webhook_deliveries
        mine = mine_of(due.workspace_id, due.endpoint.id)
        change = {"disabled": reason, "disabled_at": now}
        connection.execute(schema.webhook_endpoints.update().where(mine).values(change))
        waiting = sa.and_(_mine(due.workspace_id, due.endpoint.id), table.c.status == "waiting")
        connection.execute(table.update().where(waiting).values(status="failed", next_try=None, ended_at=now))


def _mine(workspace_id: str, endpoint_id: str, event_id: str | None = None) -> sa.ColumnElement[bool]:
    table = schema.webhook_deliveries
    mine = sa.and_(table.c.workspace_id == workspace_id, table.c.endpoint_id == endpoint_id)
    return mine if event_id is None else sa.and_(mine, table.c.event_id == event_id)


def _free(now: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    table = schema.webhook_deliveries
    unleased = sa.or_(table.c.leased_until.is_(None), table.c.leased_until <= now)
    return table.c.status == "waiting", table.c.next_try <= now, unleased


def _due(now: datetime) -> sa.Select[Any]:
    """Find what may be taken, at most `AT_ONCE` of an endpoint with those that are in hand counted first."""
    table, events, endpoints = schema.webhook_deliveries, schema.outbox, schema.webhook_endpoints
    in_hand = sa.and_(table.c.leased_until.is_not(None), table.c.leased_until > now)
    order = (sa.case((in_hand, 0), else_=1), table.c.next_try, table.c.event_id)
    place = sa.func.row_number().over(partition_by=table.c.endpoint_id, order_by=order)
    open_ones = (
        sa.select(table, in_hand.label("in_hand"), place.label("place"))
        .where(table.c.status == "waiting", sa.or_(in_hand, table.c.next_try <= now))
        .subquery()
    )
    about_the_event = (events.c.type, events.c.data, events.c.created_at.label("happened_at"))
    about_the_endpoint = [column.label(f"endpoint_{column.name}") for column in endpoints.c]
    return (
        sa.select(
            open_ones.c.workspace_id,
            open_ones.c.event_id,
            open_ones.c.tried,
            *about_the_event,
            *about_the_endpoint,
        )
        .join(events, events.c.id == open_ones.c.event_id)
        .join(endpoints, endpoints.c.id == open_ones.c.endpoint_id)
        .where(~open_ones.c.in_hand, open_ones.c.place <= AT_ONCE, endpoints.c.disabled.is_(None))
        .order_by(open_ones.c.next_try, open_ones.c.event_id)
        .limit(_CANDIDATES)
    )


def _anew(now: datetime) -> dict[str, Any]:
    """Say that a delivery begins again."""
    return {"status": "waiting", "tried": 0, "next_try": now, "ended_at": None}


def _shown() -> sa.Select[Any]:
    table, events = schema.webhook_deliveries, schema.outbox
    kept = (table.c.status, table.c.attempts, table.c.next_try, table.c.created_at, table.c.ended_at)
    return sa.select(table.c.event_id.label("id"), events.c.type, *kept).join(
        events, events.c.id == table.c.event_id
    )


def _hold_endpoint(connection: sa.Connection, workspace_id: str, endpoint_id: str) -> sa.Row[Any]:
    """Read an endpoint that stays as it is until the transaction ends."""
    query = schema.webhook_endpoints.select().where(mine_of(workspace_id, endpoint_id))
    row = connection.execute(query.with_for_update(key_share=True)).first()  # events may come in meanwhile
    if row is None:
        raise NotFound("webhook endpoint", endpoint_id)
    if row.disabled is not None:
        raise EndpointDisabled(f"webhook endpoint {endpoint_id!r} is disabled ({row.disabled})")
    return row


def _delivered_since(connection: sa.Connection, due: Due, moment: datetime) -> bool:
    """Whether the endpoint took anything since then: one event that it cannot digest does not make it dead."""
    table = schema.webhook_deliveries
    taken = sa.and_(
        _mine(due.workspace_id, due.endpoint.id), table.c.status == "delivered", table.c.ended_at >= moment
    )
    return connection.execute(sa.select(table.c.event_id).where(taken).limit(1)).first() is not None
