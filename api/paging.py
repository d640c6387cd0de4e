"""Cursors: opaque tokens that say where the next page of one list begins."""

from __future__ import annotations

import base64
import binascii
import json
from typing import Annotated

from fastapi import Depends, Query

from api.problems import UnknownCursor

MOST = 1000
USUAL = 100


class Page:
    """What the caller asked for: at most `limit` items after a place that `after` reads.

    Parameters
    ----------
    limit
        Items on a page, 1 to 1,000.
    cursor
        `next_cursor` of the page before.
    """

    def __init__(
        self,
        limit: Annotated[int, Query(ge=1, le=MOST, description="items on a page")] = USUAL,
        cursor: Annotated[
            str | None,
            Query(
                min_length=1,
                max_length=512,
                pattern="^[A-Za-z0-9_-]+$",
                description="`next_cursor` of the page before",
            ),
        ] = None,
    ) -> None:
        self.limit = limit
        self.cursor = cursor

    def after(self, listing: str) -> str | None:
        """Return the place after which the page begins, or None for the first page.

        Raises
        ------
        UnknownCursor
            If the cursor is not one that `listing` gave out.
        """
        if self.cursor is None:
            return None
        try:
            padded = self.cursor + "=" * (-len(self.cursor) % 4)
            origin, place = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
            if origin == listing and isinstance(place, str):
                return place
        except (binascii.Error, ValueError, TypeError):
            pass
        raise UnknownCursor


PageQuery = Annotated[Page, Depends()]


def cursor(listing: str, place: str) -> str:
    """Write the cursor of the page after `place`.

    Examples
    --------
    >>> Page(limit=2, cursor=cursor("datasets", "ds_7")).after("datasets")
    'ds_7'
    """
    text = json.dumps([listing, place], separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")
