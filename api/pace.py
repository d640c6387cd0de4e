"""How fast one key may ask: a bucket of requests for each class of routes, filled again as time passes.

The API processes of one service share the buckets; services on several hosts each have their own, and one that starts
anew begins with full ones. Nothing is written for a request.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from api.buckets import Buckets

_MINUTE = 60.0


@dataclass(frozen=True)
class Allowance:
    """What is left of a bucket after a request.

    Parameters
    ----------
    limit
        Requests a minute, and the most that a rested key may send at once.
    remaining
        Requests that may follow at once.
    full_in, next_in
        Seconds until the bucket is full, and until the next request may come (0: now).
    granted
        Whether this request may go on.
    """

    limit: int
    remaining: int
    full_in: int
    next_in: int
    granted: bool

    @property
    def headers(self) -> dict[str, str]:
        """How an answer tells it."""
        told = {
            "RateLimit-Limit": str(self.limit),
            "RateLimit-Remaining": str(self.remaining),
            "RateLimit-Reset": str(self.full_in),
        }
        return told if self.granted else {**told, "Retry-After": str(self.next_in)}


class Pace:
    """The buckets of every key that asked.

    Parameters
    ----------
    per_minute
        Class of routes → requests a minute; a class that is not named has no limit.
    clock
        Seconds; a step back takes nothing from anybody.
    buckets
        Where what is left is kept.

    Examples
    --------
    >>> pace = Pace({"read": 2}, clock=lambda: 0.0)
    >>> [pace.take("key_1", "read").granted for _ in range(3)], pace.take("key_1", "crm")
    ([True, True, False], None)
    """

    def __init__(
        self,
        per_minute: Mapping[str, int],
        *,
        clock: Callable[[], float] = time.monotonic,
        buckets: Buckets | None = None,
    ) -> None:
        self._per_minute = per_minute
        self._clock = clock
        self._buckets = buckets or Buckets()

    def take(self, key_id: str, kind: str | None) -> Allowance | None:
        """Take one request out of a key's bucket; None where nothing limits it. Call it from one thread."""
        limit = self._per_minute.get(kind or "")
        if kind is None or limit is None:
            return None
        speed = limit / _MINUTE
        left, granted = self._buckets.take(f"{key_id} {kind}", limit, now=self._clock())
        return Allowance(
            limit=limit,
            remaining=int(left),
            full_in=math.ceil((limit - left) / speed),
            next_in=math.ceil(max(0.0, 1 - left) / speed),
            granted=granted,
        )
