"""Buckets that fill again as time passes, in a table of fixed size that processes of one machine may share.

A bucket holds a minute's worth, so one that nobody touched for a minute is full, as one that is not there. It lies in
one of eight slots; where all are taken, the one that was touched longest ago is forgotten.
"""

from __future__ import annotations

import fcntl
import mmap
import os
import struct
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import blake2b

_MINUTE = 60.0
_SLOT = struct.Struct("<16sdd")  # whose, how much is left, at which moment
_WAYS = 8
_SET = _WAYS * _SLOT.size
_SETS = 2048
_TABLE = _SETS * _SET
_TABLES = 2
_TRIES, _YIELDS, _PAUSE_SECONDS = 50, 10, 0.0005
_NAMES = 10_000


class Buckets:
    """A table of buckets.

    Parameters
    ----------
    shared
        The file of `shared_file`, where other processes have the same buckets; None: this process alone has them.
    table
        Which table of the file.

    Examples
    --------
    >>> buckets = Buckets()
    >>> [buckets.take("key_1", 2, now=0.0) for _ in range(3)]
    [(1.0, True), (0.0, True), (0.0, False)]
    >>> buckets.take("key_1", 2, now=30.0)
    (0.0, True)
    """

    def __init__(self, shared: int | None = None, *, table: int = 0) -> None:
        self._shared = shared
        self._first = table * _TABLE
        if shared is None:
            self._memory = mmap.mmap(-1, _TABLE)
        else:
            self._memory = mmap.mmap(shared, _TABLE, offset=self._first)
        self._known: dict[str, tuple[bytes, int]] = {}

    def take(self, name: str, limit: int, *, now: float, at_least: float = 1.0) -> tuple[float, bool]:
        """Take one out of a bucket that holds `limit` if there is so much in it. Call it from one thread.

        Returns
        -------
        What is left, and whether one was taken.
        """
        whose, begin = self._place(name)
        locked = self._lock(begin)
        try:
            at, left = self._find(whose, begin, limit, now)
            granted = left >= at_least
            if granted:
                left = max(left - 1, 0.0)
            _SLOT.pack_into(self._memory, at, whose, left, now)
        finally:
            if locked is not None:
                fcntl.lockf(locked, fcntl.LOCK_UN, 1, self._first + begin)
        return left, granted

    def left(self, name: str, limit: int, *, now: float) -> float:
        """Look how much is in a bucket."""
        whose, begin = self._place(name)
        return self._find(whose, begin, limit, now)[1]

    def _place(self, name: str) -> tuple[bytes, int]:
        found = self._known.get(name)
        if found is None:
            if len(self._known) >= _NAMES:
                self._known.clear()
            whose = blake2b(name.encode(), digest_size=16).digest()
            found = self._known[name] = (whose, int.from_bytes(whose[:8], "little") % _SETS * _SET)
        return found

    def _find(self, whose: bytes, begin: int, limit: int, now: float) -> tuple[int, float]:
        """Return where a bucket is or shall be, and what is in it."""
        at = self._memory.find(whose, begin, begin + _SET)
        if at >= 0:
            _, left, before = _SLOT.unpack_from(self._memory, at)
            return at, min(float(limit), left + limit / _MINUTE * max(now - before, 0.0))
        slots = range(begin, begin + _SET, _SLOT.size)
        return min(slots, key=lambda slot: _SLOT.unpack_from(self._memory, slot)[2]), float(limit)

    def _lock(self, begin: int) -> int | None:
        """Keep others out; the kernel lets go for one that is killed, and one that stands still stops nobody."""
        file = self._shared
        if file is None:
            return None
        for tried in range(_TRIES):
            try:
                fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, self._first + begin)
            except OSError:
                os.sched_yield() if tried < _YIELDS else time.sleep(_PAUSE_SECONDS)
            else:
                return file
        return None


@contextmanager
def shared_file() -> Iterator[int]:
    """Give a file descriptor for buckets that processes share; it has no name, and ends with the last of them."""
    with tempfile.TemporaryFile() as file:
        os.truncate(file.fileno(), _TABLES * _TABLE)
        yield file.fileno()
