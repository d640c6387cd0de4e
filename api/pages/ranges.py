"""Where values and intervals of one table lie on their common scale, as percentages for its small bars."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from api.pages.figures import Shown, estimate


class Bar(NamedTuple):
    """A dot and its whisker, in percent of the scale's width."""

    start: float
    width: float
    dot: float


class Row(NamedTuple):
    """One line of a table of estimates; `bar` is None where the estimate has no value."""

    label: str
    shown: Shown
    bar: Bar | None


def rows_on_one_scale(labelled: Sequence[tuple[str, Any]]) -> list[Row]:
    """Place estimates on the scale that holds all of them; logarithmic where all of them are above zero.

    >>> rows = rows_on_one_scale([("a", {"value": 2, "low": 1, "high": 4}), ("b", {"value": None})])
    >>> rows[0].bar, rows[1].bar
    (Bar(start=0.0, width=100.0, dot=50.0), None)
    """
    known = [found for _, found in labelled if _complete(found)]
    ends = [end for found in known for end in (found["low"], found["high"])]
    scale = math.log if ends and min(ends) > 0 else float
    low, high = (scale(min(ends)), scale(max(ends))) if ends else (0.0, 0.0)
    reach = high - low

    def place(value: float) -> float:
        return round(100 * (scale(value) - low) / reach, 1) if reach > 0 else 50.0

    rows = []
    for label, found in labelled:
        bar = None
        if _complete(found):
            start, end = place(found["low"]), place(found["high"])
            bar = Bar(start, round(end - start, 1), place(found["value"]))
        rows.append(Row(label, estimate(found), bar))
    return rows


def _complete(found: object) -> bool:
    return isinstance(found, Mapping) and all(
        isinstance(found.get(key), int | float) for key in ("value", "low", "high")
    )
