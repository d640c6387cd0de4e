"""How often an address may fail with keys: a bucket of failures each, so that guessing is slow and fills no memory.

Buckets are shared as those of `pace` are, and of a bounded number of addresses: one that failed longest ago goes
first. A key that opened a door of this process goes on from an address whose bucket is empty, since many people may
stand behind one proxy; only keys that never opened one wait, before anybody looks whether they are right.
"""

from __future__ import annotations

import hashlib
import ipaddress
import math
import time
from collections import OrderedDict
from collections.abc import Callable

from api.buckets import Buckets

_MINUTE = 60.0
MOST = 10_000
"""Keys that opened a door and are remembered."""
_IPV6_NET = 64


class FailedKeys:
    """The buckets of every address that failed.

    Parameters
    ----------
    per_minute
        Failures a minute, and the most at once; None: no limit.
    clock
        Seconds; a step back takes nothing from anybody.
    most
        How many keys that opened a door are remembered.
    buckets
        Where failures are kept.

    Examples
    --------
    >>> failed = FailedKeys(2, clock=lambda: 0.0)
    >>> failed.note("192.0.2.1", b"Bearer a"), failed.note("192.0.2.1", b"Bearer b")
    (None, None)
    >>> failed.wait("192.0.2.1", b"Bearer c"), failed.wait("192.0.2.2", b"Bearer c")
    (30, 0)
    """

    def __init__(
        self,
        per_minute: int | None,
        *,
        clock: Callable[[], float] = time.monotonic,
        most: int = MOST,
        buckets: Buckets | None = None,
    ) -> None:
        self._limit = per_minute
        self._clock = clock
        self._most = most
        self._buckets = buckets or Buckets()
        self._proven: OrderedDict[bytes, None] = OrderedDict()

    def wait(self, address: str, authorization: bytes) -> int:
        """Return for how many seconds a key from an address is not looked at; 0: it is."""
        if self._limit is None:
            return 0
        left = self._buckets.left(_place(address), self._limit, now=self._clock())
        if left >= 1 or _short(authorization) in self._proven:
            return 0
        return math.ceil((1 - left) * _MINUTE / self._limit)

    def note(self, address: str, authorization: bytes) -> None:
        """Note that a key from an address opened nothing."""
        if self._limit is None:
            return
        self._buckets.take(_place(address), self._limit, now=self._clock(), at_least=0.0)
        self._proven.pop(_short(authorization), None)

    def prove(self, authorization: bytes) -> None:
        """Note that a key opened a door."""
        if self._limit is not None:
            short = _short(authorization)
            self._proven[short] = None
            self._proven.move_to_end(short)
            if len(self._proven) > self._most:
                self._proven.popitem(last=False)


def _place(address: str) -> str:
    """Return the address, of IPv6 the network that one subscriber has."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if parsed.version == 4:
        return address
    return str(ipaddress.ip_network((parsed, _IPV6_NET), strict=False))


def _short(authorization: bytes) -> bytes:
    return hashlib.sha256(authorization).digest()
