"""Paging gives every row once, whatever the size of a page."""

from __future__ import annotations

import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from pricing_service.storage.pages import Page, fetch_page

ROWS = sa.Table("rows", sa.MetaData(), sa.Column("id", sa.String, primary_key=True))


@given(st.sets(st.text("abc", min_size=1, max_size=3), max_size=12), st.integers(1, 5))
def test_pages_in_a_row_give_every_row_once_newest_first(ids: set[str], limit: int) -> None:
    engine = sa.create_engine("sqlite://")
    with engine.begin() as connection:
        ROWS.create(connection)
        if ids:
            connection.execute(ROWS.insert(), [{"id": one} for one in ids])
        seen: list[str] = []
        cursor: str | None = None
        while True:
            rows, cursor = fetch_page(connection, ROWS.select(), ids=ROWS.c.id, limit=limit, cursor=cursor)
            seen += [row.id for row in rows]
            if cursor is None:
                break
    engine.dispose()

    assert seen == sorted(ids, reverse=True)


def test_a_page_says_whether_another_follows() -> None:
    assert Page([1], "x").has_more
    assert not Page([1], None).has_more
