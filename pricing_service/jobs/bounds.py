"""How long an analysis may take in a worker, and how much memory one of its steps may hold; beyond, it fails alone."""

from __future__ import annotations

import mmap
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from pricing_service.config import Settings
from pricing_service.jobs.handlers import Refused

_MB = 1024 * 1024
_PAGE = mmap.PAGESIZE


@dataclass(frozen=True)
class Bounds:
    """What one run of an analysis may use.

    Parameters
    ----------
    minutes
        How long it may take, all steps together; a worker that takes over begins to count anew.
    megabytes
        How much memory a step's process may hold.
    ends
        The moment at which the time is over, of `clock`.
    clock
        Seconds that only rise.
    """

    minutes: float
    megabytes: int
    ends: float
    clock: Callable[[], float] = time.monotonic

    @classmethod
    def from_now(cls, settings: Settings) -> Bounds:
        """Begin to count."""
        minutes = settings.job_minutes
        return cls(minutes, settings.job_megabytes, time.monotonic() + 60 * minutes)

    def refuse_beyond(self, pid: int | None) -> None:
        """Look at the clock and at a process.

        Raises
        ------
        Refused
            With the code `time_limit` or `memory_limit`.
        """
        if self.clock() >= self.ends:
            message = f"it took longer than the {self.minutes:g} minutes that an analysis may take here"
            raise Refused("time_limit", f"{message}; ask for less, or raise PRICING_SERVICE_JOB_MINUTES")
        held = 0 if pid is None else held_bytes(pid)
        if held > self.megabytes * _MB:
            message = f"a step held more than the {self.megabytes} MB of memory that it may hold here"
            raise Refused("memory_limit", f"{message}; ask for less, or raise PRICING_SERVICE_JOB_MEGABYTES")


def held_bytes(pid: int) -> int:
    """Return how much memory a process holds, without what it shares; 0 where the system does not tell."""
    try:
        fields = Path(f"/proc/{pid}/statm").read_text().split()
    except OSError:
        return 0
    return (int(fields[1]) - int(fields[2])) * _PAGE
