"""Cursor paging: a page is the rows after an id; ids sort by time, so new rows never shift a page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import sqlalchemy as sa

Row = TypeVar("Row")


@dataclass(frozen=True)
class Page(Generic[Row]):
    """One page, newest first; `next_cursor` is null on the last."""

    rows: list[Row]
    next_cursor: str | None

    @property
    def has_more(self) -> bool:
        """Whether another page follows."""
        return self.next_cursor is not None


def fetch_page(
    connection: sa.Connection, query: sa.Select[Any], *, ids: sa.Column[str], limit: int, cursor: str | None
) -> tuple[list[sa.Row[Any]], str | None]:
    """Run a query for one page; one row more than asked for tells whether another page follows."""
    if cursor is not None:
        query = query.where(ids < cursor)
    rows = list(connection.execute(query.order_by(ids.desc()).limit(limit + 1)))
    if len(rows) <= limit:
        return rows, None
    return rows[:limit], str(rows[limit - 1].id)
