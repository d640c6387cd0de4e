"""How often an address may fail with keys: a bucket of failures each, so that guessing is slow and fills no memory.

Buckets are in this process's memory, as those of `pace` are, and of a bounded number of addresses: the one that failed
longest ago goes first. A key that opened a door goes on from an address whose bucket is empty, since many people may
stand behind one proxy; only keys that never opened one wait, before anybody looks whether they are right.
"""

from __future__ import annotations

import hashlib
import ipaddress
import math
import time
from collections import OrderedDict
from collections.abc import Callable

_MINUTE = 60.0
MOST = 10_000
"""Addresses, and keys that opened a door, that are remembered."""
_IPV6_NET = 64


class FailedKeys:
    """The buckets of every address that failed.

    Parameters
    ----------
    per_minute
        Failures a minute, and the most at once; None: no limit.
    clock
        Seconds that never run backwards.
    most
        How many addresses and how many keys are remembered.

    Examples
    --------
    >>> failed = FailedKeys(2, clock=lambda: 0.0)
    >>> failed.note("192.0.2.1", b"Bearer a"), failed.note("192.0.2.1", b"Bearer b")
    (None, None)
    >>> failed.wait("192.0.2.1", b"Bearer c"), failed.wait("192.0.2.2", b"Bearer c")
    (30, 0)
    """

    def __init__(
        self, per_minute: int | None, *, clock: Callable[[], float] = time.monotonic, most: int = MOST
    ) -> None:
        self._limit = per_minute
        self._clock = clock
        self._most = most
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()  # left, at which moment
        self._proven: OrderedDict[bytes, None] = OrderedDict()

    def wait(self, address: str, authorization: bytes) -> int:
        """Return for how many seconds a key from an address is not looked at; 0: it is."""
        if self._limit is None or (place := _place(address)) not in self._left:
            return 0
        left = self._now_left(place)
        if left >= 1 or _short(authorization) in self._proven:
            return 0
        return math.ceil((1 - left) * _MINUTE / self._limit)

    def note(self, address: str, authorization: bytes) -> None:
        """Note that a key from an address opened nothing."""
        if self._limit is None:
            return
        place = _place(address)
        left = self._now_left(place)
        self._left[place] = (max(left - 1, 0.0), self._clock())
        self._left.move_to_end(place)
        self._proven.pop(_short(authorization), None)
        _bound(self._left, self._most)

    def prove(self, authorization: bytes) -> None:
        """Note that a key opened a door."""
        if self._limit is not None:
            short = _short(authorization)
            self._proven[short] = None
            self._proven.move_to_end(short)
            _bound(self._proven, self._most)

    def _now_left(self, place: str) -> float:
        full = float(self._limit or 0)
        now = self._clock()
        left, before = self._left.get(place, (full, now))
        return min(full, left + full / _MINUTE * (now - before))


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


def _bound(table: OrderedDict[str, tuple[float, float]] | OrderedDict[bytes, None], most: int) -> None:
    if len(table) > most:
        table.popitem(last=False)
