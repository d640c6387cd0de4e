"""Claims in flight of this process: renewed while their requests go on, freed where these gave up without a database.

A claim that nobody renewed for `UNRENEWED` is free for whoever asks: its process was killed, or stood still. One that
stood still and goes on finds its token gone, and takes no effect.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta

import structlog
from sqlalchemy.exc import SQLAlchemyError

from pricing_service.storage import schema
from pricing_service.storage.database import Database

RENEWED_EVERY_SECONDS = 5.0
UNRENEWED = timedelta(seconds=30)
# No request takes longer. What is still held then was left behind, and renewing it would close its key for ever.
_LONGEST_SECONDS = 600.0
_log = structlog.get_logger(__name__)


class ClaimsInFlight:
    """The tokens of this process's claims, and one thread for all of them from the first claim on.

    Parameters
    ----------
    database
        Where claims are.
    clock
        Gives the present moment.
    seconds
        Of this process, which only rise.
    """

    def __init__(
        self,
        database: Database,
        clock: Callable[[], datetime],
        *,
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database = database
        self._clock = clock
        self._seconds = seconds
        self._held: dict[str, float] = {}  # token → since when
        self._forsaken: dict[str, float] = {}
        self._thread: threading.Thread | None = None
        self._starting = threading.Lock()
        self._stop = threading.Event()

    def hold(self, token: str) -> None:
        """Renew a claim from now on."""
        self._held[token] = self._seconds()
        with self._starting:
            if self._thread is None:
                self._thread = threading.Thread(target=self._keep, name="claims", daemon=True)
                self._thread.start()

    def release(self, token: str) -> None:
        """Renew a claim no more: its answer is kept, or it is deleted."""
        self._held.pop(token, None)

    def forsake(self, token: str) -> None:
        """Delete a claim as soon as the database is back: nobody goes on with it, and it may be there."""
        self.release(token)
        self._forsaken[token] = self._seconds()

    def is_forsaken(self, token: str | None) -> bool:
        """Whether nobody goes on with a claim, as this process knows."""
        return token in self._forsaken

    def renew(self) -> None:
        """Write the present moment into the claims that are held for a while, and delete those that are forsaken."""
        now = self._seconds()
        for token in [token for token, since in self._held.items() if now - since > _LONGEST_SECONDS]:
            self.release(token)
        # By then they are free without being deleted, so that an outage fills no memory.
        for token in [
            token for token, since in self._forsaken.items() if now - since > UNRENEWED.total_seconds()
        ]:
            del self._forsaken[token]
        held = [token for token, since in self._held.items() if now - since >= RENEWED_EVERY_SECONDS]
        forsaken = list(self._forsaken)
        if not held and not forsaken:
            return
        table = schema.idempotency
        unanswered = table.c.status.is_(None)
        with self._database.writing() as connection:
            mine = table.update().where(table.c.claim.in_(held), unanswered)
            connection.execute(mine.values(begun_at=self._clock()))
            connection.execute(table.delete().where(table.c.claim.in_(forsaken), unanswered))
        for token in forsaken:
            self._forsaken.pop(token, None)

    def close(self) -> None:
        """Renew nothing any more."""
        self._stop.set()

    def _keep(self) -> None:
        while not self._stop.wait(RENEWED_EVERY_SECONDS):
            try:
                self.renew()
            except SQLAlchemyError as trouble:
                if (
                    not self._stop.is_set()
                ):  # what is closed meanwhile takes the database away from this thread
                    _log.warning("claims not renewed", trouble=type(trouble).__name__)


def unrenewed(begun_at: datetime, now: datetime) -> bool:
    """Whether nobody renews a claim any more; a moment ahead of the clock is no living process's either."""
    return abs(now - begun_at) > UNRENEWED
