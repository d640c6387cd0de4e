"""Moments keep their meaning through both databases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
import sqlalchemy as sa

from pricing_service.storage import Storage
from pricing_service.storage.schema import workspaces


def test_a_moment_comes_back_in_utc_to_the_microsecond(storage: Storage) -> None:
    moment = datetime(2026, 3, 29, 2, 30, 0, 123456, tzinfo=timezone(timedelta(hours=9)))
    with storage.database.writing() as connection:
        connection.execute(workspaces.insert().values(workspace_id="ws_1", name="n", created_at=moment))
        back = connection.execute(sa.select(workspaces.c.created_at)).scalar_one()

    assert back == moment
    assert back.tzinfo is UTC


def test_a_moment_without_a_zone_is_refused(storage: Storage) -> None:
    row = {"workspace_id": "ws_1", "name": "n", "created_at": datetime(2026, 3, 29)}

    with pytest.raises(sa.exc.StatementError, match="time zone"), storage.database.writing() as connection:
        connection.execute(workspaces.insert().values(row))
