"""How webhooks are doing, in numbers of all workspaces together: for the operator's meters."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from pricing_service.storage import schema
from pricing_service.storage.database import Database

STATUSES = ("waiting", "delivered", "failed")


@dataclass(frozen=True)
class Tally:
    """Deliveries that are kept, by what became of them; for how many seconds the oldest that waits has waited."""

    deliveries: dict[str, int]
    oldest_waiting: float


class WebhookTally:
    """Counts deliveries."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    def read(self) -> Tally:
        """Count the deliveries of every workspace: no ids, no addresses."""
        table = schema.webhook_deliveries
        query = sa.select(table.c.status, sa.func.count(), sa.func.min(table.c.created_at))
        with self._database.reading() as connection:
            rows = {row[0]: (row[1], row[2]) for row in connection.execute(query.group_by(table.c.status))}
        counts = {status: rows.get(status, (0, None))[0] for status in STATUSES}
        since = rows.get("waiting", (0, None))[1]
        waited = 0.0 if since is None else (self._clock() - since).total_seconds()
        return Tally(counts, max(waited, 0.0))
