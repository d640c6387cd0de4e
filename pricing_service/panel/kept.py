"""What a long analysis keeps of its work beside its answer, so that another run can go on from there."""

from __future__ import annotations

from typing import Protocol


class Kept(Protocol):
    """A place for such work, under names that say all that it depends on; what is there may be gone next time."""

    def read(self, name: str) -> bytes | None:
        """Return what was last written under a name; None where nothing is."""

    def write(self, name: str, content: bytes) -> None:
        """Write it, whole or not at all, in place of what was there."""
