"""How much a packed file may hold beside its own size: a few MB of gzip or zip can become tens of GB."""

from __future__ import annotations

MAX_INFLATED = 16 << 30
"""Bytes that a packed file may grow to, whatever its size."""
_SLACK = 128 << 20
_RATIO = 100
"""Tables packed by gzip shrink to a tenth or so; 949 kB that are made for it become 1 GB."""


def most_unpacked(packed: int) -> int:
    """Return how many bytes may come out of so many packed ones.

    Examples
    --------
    >>> most_unpacked(0) >> 20, most_unpacked(1 << 20) >> 20, most_unpacked(1 << 40) >> 30
    (128, 228, 16)
    """
    return min(MAX_INFLATED, _SLACK + _RATIO * packed)


def told(limit: int) -> str:
    """Say what is too much."""
    return f"more than {limit >> 20:,} MB, which is too much for its size: send it unpacked, or in parts"
