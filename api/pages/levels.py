"""Levels of a trait in the order in which people think of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import TypeVar

Row = TypeVar("Row")

_NAMED = {name: place for place, name in enumerate(("small", "middle", "large"))}


def in_order(rows: Iterable[Row], *, level: Callable[[Row], str]) -> list[Row]:
    """Sort rows by their level: bands from ``≤ 10`` to ``> 50`` by their numbers, sizes by size, others by name.

    >>> in_order(["10 – 50", "> 50", "≤ 10"], level=str)
    ['≤ 10', '10 – 50', '> 50']
    >>> in_order(["large", "middle", "small"], level=str)
    ['small', 'middle', 'large']
    """
    return sorted(rows, key=lambda row: _place(level(row)))


def _place(level: str) -> tuple[float, int, str]:
    if level in _NAMED:
        return (_NAMED[level], 0, level)
    if band := re.match(r"([≤<>≥]?)\s*(-?\d+(?:\.\d+)?)", level):
        return (float(band[2]), {"≤": 0, "<": 0, "": 1}.get(band[1], 2), level)
    return (float("inf"), 0, level)
