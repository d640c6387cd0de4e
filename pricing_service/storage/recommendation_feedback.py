"""What people did with a recommendation: each answer beside exactly what was recommended. Overrides are evidence."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from pricing_service.storage import schema
from pricing_service.storage.database import Database
from pricing_service.storage.ids import new_id

PREFIX = "fb"


@dataclass(frozen=True)
class Feedback:
    """What somebody did: took the recommendation, or overrode it with a price (money a month) and a reason."""

    recommendation_id: str
    customer_id: str
    etag: str
    accepted: bool
    price: float | None
    reason: str | None
    recommendation: dict[str, Any]
    given_by: str

    @property
    def fingerprint(self) -> str:
        """Sha256 of all of it."""
        said = [self.recommendation_id, self.etag, self.accepted, self.price, self.reason, self.given_by]
        return hashlib.sha256(json.dumps(said).encode()).hexdigest()


@dataclass(frozen=True)
class StoredFeedback(Feedback):
    """Feedback as it is kept."""

    id: str
    workspace_id: str
    given_at: datetime


class RecommendationFeedback:
    """Keep and read feedback."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    def keep(self, workspace_id: str, said: Feedback) -> StoredFeedback:
        """Keep it; the same said twice is kept once, since CRMs repeat a call whose answer was lost."""
        table, now = schema.recommendation_feedback, self._clock()
        same = sa.and_(table.c.workspace_id == workspace_id, table.c.fingerprint == said.fingerprint)
        values = {**vars(said), "id": new_id(PREFIX, now), "workspace_id": workspace_id, "given_at": now}
        with self._database.writing() as connection:
            if connection.dialect.name == "postgresql":  # SQLite's writers queue up anyway
                lock = sa.func.pg_advisory_xact_lock(sa.func.hashtext(workspace_id + said.fingerprint))
                connection.execute(sa.select(lock))
            if connection.execute(table.select().where(same)).first() is None:
                connection.execute(table.insert().values({**values, "fingerprint": said.fingerprint}))
            row = connection.execute(table.select().where(same)).one()
        return _feedback(row)

    def of_customer(self, workspace_id: str, customer_id: str) -> list[StoredFeedback]:
        """Read what was said of one customer's recommendations, oldest first."""
        table = schema.recommendation_feedback
        mine = sa.and_(table.c.workspace_id == workspace_id, table.c.customer_id == customer_id)
        with self._database.reading() as connection:
            rows = connection.execute(table.select().where(mine).order_by(table.c.given_at, table.c.id))
            return [_feedback(row) for row in rows]

    def customers(self, workspace_id: str) -> list[str]:
        """Read of whose recommendations anything was said."""
        table = schema.recommendation_feedback
        query = sa.select(table.c.customer_id).where(table.c.workspace_id == workspace_id).distinct()
        with self._database.reading() as connection:
            return sorted(connection.execute(query).scalars())

    def forget(self, workspace_id: str, customer_id: str) -> None:
        """Remove all that was said of one customer's recommendations."""
        table = schema.recommendation_feedback
        mine = sa.and_(table.c.workspace_id == workspace_id, table.c.customer_id == customer_id)
        with self._database.writing() as connection:
            connection.execute(table.delete().where(mine))


def _feedback(row: sa.Row[Any]) -> StoredFeedback:
    return StoredFeedback(**{name: value for name, value in row._mapping.items() if name != "fingerprint"})
