"""A service whose database is gone or strange is not ready, and says that trying again may help."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
import sqlalchemy as sa

from api.problems import NotReady
from api.readiness import Drain, refuse_unless_ready
from pricing_service.config import Settings
from pricing_service.storage import Storage
from pricing_service.storage.migrations import downgrade, migrate
from pricing_service.storage.revisions import known
from tests.postgres import postgres_server, postgres_url

__all__ = ["postgres_server", "postgres_url"]


def test_a_service_with_its_schema_is_ready(tmp_path: Path) -> None:
    with Storage.open(Settings(data_folder=tmp_path, dev=True)) as storage:
        refuse_unless_ready(storage)


def test_a_new_service_on_postgresql_is_ready_though_nothing_made_its_folder(
    tmp_path: Path, postgres_url: str
) -> None:
    settings = Settings(data_folder=tmp_path / "not" / "there", database_url=postgres_url, dev=True)
    with Storage.open(settings) as storage:
        refuse_unless_ready(storage)


def test_a_service_without_its_schema_is_not(tmp_path: Path) -> None:
    settings = Settings(data_folder=tmp_path, dev=True)
    with Storage.open(settings, migrate=False) as storage, pytest.raises(NotReady) as refusal:
        refuse_unless_ready(storage)

    assert int(refusal.value.headers["Retry-After"]) > 0
    assert [fault["code"] for fault in refusal.value.errors] == ["schema"]


@pytest.mark.parametrize("revision", known()[:-1])
def test_a_service_on_an_older_schema_is_not(tmp_path: Path, revision: str) -> None:
    with Storage.open(Settings(data_folder=tmp_path, dev=True)) as storage:
        downgrade(storage.database, revision=revision)
        with pytest.raises(NotReady) as refusal:
            refuse_unless_ready(storage)

        assert [fault["code"] for fault in refusal.value.errors] == ["schema"]
        migrate(storage.database)
        refuse_unless_ready(storage)


def test_a_service_on_a_newer_schema_is_ready(tmp_path: Path) -> None:
    with Storage.open(Settings(data_folder=tmp_path, dev=True)) as storage:
        with storage.database.writing() as connection:
            connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))

        refuse_unless_ready(storage)


def test_a_service_whose_database_is_away_says_so_and_not_where_it_is(tmp_path: Path) -> None:
    with Storage.open(Settings(data_folder=tmp_path / "secret-place", dev=True)) as storage:
        storage.database.close()
        shutil.rmtree(tmp_path / "secret-place")
        with pytest.raises(NotReady) as refusal:
            refuse_unless_ready(storage)

    assert [fault["code"] for fault in refusal.value.errors] == ["database"]
    assert "secret-place" not in str(refusal.value)


def test_a_data_folder_that_cannot_be_written_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Storage.open(Settings(data_folder=tmp_path, dev=True)) as storage:
        monkeypatch.setattr(os, "access", lambda *_: False)
        with pytest.raises(NotReady) as refusal:
            refuse_unless_ready(storage)

    assert [fault["code"] for fault in refusal.value.errors] == ["files"]


def test_a_process_that_goes_down_wants_no_more_requests(tmp_path: Path) -> None:
    drain = Drain()
    with Storage.open(Settings(data_folder=tmp_path, dev=True)) as storage:
        refuse_unless_ready(storage, drain)
        drain.begin()
        with pytest.raises(NotReady) as refusal:
            refuse_unless_ready(storage, drain)

    assert [fault["code"] for fault in refusal.value.errors] == ["draining"]
