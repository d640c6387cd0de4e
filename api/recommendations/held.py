"""The snapshots that this process holds, and when each was last compared with what is published.

::

    looked at less than a second ago     given out as it is
    less than two seconds                given out, and looked at meanwhile
    longer ago, or never                 looked at first; while a new one is being made, the old one is given out
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from starlette.concurrency import run_in_threadpool

from api.recommendations.gathering import content_of, sources_of
from api.today import utc_today
from pricing_service.storage import NotFound, Snapshot, Storage

LOOK_AFTER_SECONDS = 1.0
STALE_AFTER_SECONDS = 2.0
_PATIENCE_SECONDS = 0.25
_TRIES = 3


@dataclass
class _Held:
    """One workspace's snapshot; `looked` is when it was last right."""

    snapshot: Snapshot | None = None
    looked: float = float("-inf")
    lock: threading.Lock = field(default_factory=threading.Lock)
    looking: asyncio.Future[None] | None = None


class HeldSnapshots:
    """Snapshots by workspace.

    Parameters
    ----------
    storage
        What they are made from and kept in.
    today
        Gives the date: publications come into force on a day.
    clock
        Seconds that only rise.
    """

    def __init__(
        self,
        storage: Storage,
        *,
        today: Callable[[], date] = utc_today,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._storage = storage
        self._today = today
        self._clock = clock
        self._held: dict[str, _Held] = {}

    def at_hand(self, workspace_id: str) -> Snapshot | None:
        """Return the snapshot if it is new enough, without waiting; from the event loop only."""
        held = self._held.get(workspace_id)
        if held is None or held.snapshot is None:
            return None
        age = self._clock() - held.looked
        if age < LOOK_AFTER_SECONDS:
            return held.snapshot
        if age < STALE_AFTER_SECONDS:
            self._begin(workspace_id, held)
            return held.snapshot
        return None

    async def look(self, workspace_id: str) -> Snapshot | None:
        """Return the snapshot after a look at what is published; None where there is nothing to recommend from."""
        held = self._held.setdefault(workspace_id, _Held())
        looking = self._begin(workspace_id, held)
        if held.snapshot is None:
            await asyncio.shield(looking)
        else:
            await asyncio.wait([looking], timeout=_PATIENCE_SECONDS)
            if looking.done():
                looking.result()
        return held.snapshot

    def now(self, workspace_id: str) -> Snapshot | None:
        """Return the snapshot from another thread than the event loop's, made first where it is not right any more."""
        held = self._held.setdefault(workspace_id, _Held())
        if self._clock() - held.looked >= LOOK_AFTER_SECONDS:
            self._refresh(workspace_id, held)
        return held.snapshot

    def _begin(self, workspace_id: str, held: _Held) -> asyncio.Future[None]:
        """Begin to look, or join who looks already."""
        if held.looking is None or held.looking.done():
            held.looking = asyncio.ensure_future(run_in_threadpool(self._refresh, workspace_id, held))
        return held.looking

    def _refresh(self, workspace_id: str, held: _Held) -> None:
        """Compare what is held with what is published, and take or make the right one."""
        with held.lock:
            for tries_left in reversed(range(_TRIES)):
                try:
                    self._take(workspace_id, held)
                except (NotFound, FileNotFoundError):  # what it rests on was deleted while it was read
                    if not tries_left:
                        raise
                else:
                    return

    def _take(self, workspace_id: str, held: _Held) -> None:
        moment = self._clock()
        sources = sources_of(self._storage, workspace_id, self._today())
        if sources is None:
            held.snapshot = None
        elif held.snapshot is None or held.snapshot.stamp != sources.stamp:
            held.snapshot = self._storage.snapshots.make(
                workspace_id, sources.stamp, lambda: content_of(self._storage, sources)
            )
        held.looked = moment
