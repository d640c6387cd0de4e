"""Calendar months along a picture: one place each, and as many names as the width carries."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from api.pages.charts._base import altair

ROOM = 78
"""Pixels that a month's name needs with the gap to its neighbour."""


def months_along(names: Sequence[str], *, width: int, labels: bool = True) -> Any:
    """Return the axis of `name`, oldest first; the last month is always named.

    Parameters
    ----------
    names
        Months as they are written, oldest first, each once.
    width
        Of the picture's inside, in CSS pixels.
    labels
        Whether months are named; a panel above another one needs no names.
    """
    alt = altair()
    every = math.ceil(len(names) / max(width // ROOM, 1))
    axis = alt.Axis(
        values=list(names[::-1][::every][::-1]), grid=False, labelAngle=0, labelOverlap=False, labels=labels
    )
    return alt.X("name:N", sort=None, title=None, axis=axis, scale=alt.Scale(domain=list(names)))
