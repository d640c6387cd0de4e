"""Callers whose keys were found valid a moment ago, so that a read need not ask the database who asks.

A key that is revoked dies in every process within `REMEMBERED_SECONDS`; keys that are not valid are never remembered.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from starlette.concurrency import run_in_threadpool

from api.failed_keys import FailedKeys
from api.keys import Caller
from pricing_service.storage import Storage

REMEMBERED_SECONDS = 2.0
_MOST = 10_000


class Callers:
    """Valid keys of the last seconds.

    Parameters
    ----------
    storage
        Where keys are.
    clock
        Seconds that only rise.
    failed
        Of which addresses keys are not looked at for now.
    """

    def __init__(
        self,
        storage: Storage,
        *,
        clock: Callable[[], float] = time.monotonic,
        failed: FailedKeys | None = None,
    ) -> None:
        self._failed = failed or FailedKeys(None)
        self._storage = storage
        self._clock = clock
        self._known: dict[bytes, tuple[Caller, float]] = {}

    def known(self, authorization: bytes) -> Caller | None:
        """Return who sends this header, if that was found out a moment ago."""
        found = self._known.get(authorization)
        return found[0] if found is not None and self._clock() < found[1] else None

    async def find(self, authorization: bytes, address: str = "") -> Caller | None:
        """Find out who sends this header; None for no valid key, and for one that is not looked at for now."""
        known = self.known(authorization)
        if known is not None:
            return known
        kind, _, token = authorization.decode("latin-1").partition(" ")
        if kind.lower() != "bearer" or not token.strip():
            return None
        if self._failed.wait(address, authorization):
            return None
        until = self._clock() + REMEMBERED_SECONDS
        key = await run_in_threadpool(self._storage.keys.find, token.strip())
        if key is None:
            self._known.pop(authorization, None)
            return None
        self._failed.prove(authorization)
        if len(self._known) >= _MOST:
            self._known.clear()
        caller = Caller(
            workspace_id=key.workspace_id, name=key.name, scopes=frozenset(key.scopes), key_id=key.id
        )
        self._known[authorization] = (caller, until)
        return caller
