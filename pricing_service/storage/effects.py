"""Effects: one row for each (job, step) whose effect has taken place.

Steps run at least once: a worker may be killed after the effect and before anybody knows. The unique row,
written in the transaction of the effect where the effect is in the database, makes "at least once" look like
"once".
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from pricing_service.storage import schema
from pricing_service.storage.database import Database


def record_effect(
    connection: sa.Connection, workspace_id: str, job: str, step: str, *, now: datetime
) -> bool:
    """Write the row in the caller's transaction; false if it was there before."""
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    values = {"workspace_id": workspace_id, "job": job, "step": step, "done_at": now}
    new = insert(schema.effects).values(values).on_conflict_do_nothing().returning(schema.effects.c.job)
    return connection.execute(new).first() is not None


class Effects:
    """Record and ask whether a step of a job has had its effect."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    def record(self, workspace_id: str, job: str, step: str) -> bool:
        """Write that the step's effect (its files) is there; false if that was known."""
        with self._database.writing() as connection:
            return record_effect(connection, workspace_id, job, step, now=self._clock())

    def done(self, workspace_id: str, job: str) -> list[str]:
        """Read the steps of a job that have had their effect, in the order of their doing."""
        table = schema.effects
        query = sa.select(table.c.step).where(table.c.workspace_id == workspace_id, table.c.job == job)
        with self._database.reading() as connection:
            return [row.step for row in connection.execute(query.order_by(table.c.done_at, table.c.step))]
