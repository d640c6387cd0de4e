"""Every migration runs there and back on both databases, and ends at what the code expects."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from pricing_service.config import Settings
from pricing_service.storage import Storage
from pricing_service.storage.migrations import downgrade, migrate, up_to_date
from pricing_service.storage.schema import metadata


def test_the_migrated_schema_is_the_one_that_the_code_knows(storage: Storage) -> None:
    with storage.database.reading() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), metadata)

    assert differences == []
    assert up_to_date(storage.database)


def test_there_and_back_leaves_no_table(settings: Settings) -> None:
    with Storage.open(settings) as storage:
        downgrade(storage.database)
        assert sa.inspect(storage.database.engine).get_table_names() == ["alembic_version"]
        assert not up_to_date(storage.database)

        migrate(storage.database)
        assert up_to_date(storage.database)


def test_processes_that_start_at_once_migrate_once(settings: Settings) -> None:
    with ThreadPoolExecutor(4) as pool:
        storages = list(pool.map(lambda _: Storage.open(settings), range(4)))

    assert all(up_to_date(storage.database) for storage in storages)
    for storage in storages:
        storage.close()


def test_migrating_again_keeps_what_is_stored(settings: Settings) -> None:
    with Storage.open(settings) as storage:
        stored = storage.workspaces.create("Acme")
    with Storage.open(settings) as storage:
        assert storage.workspaces.get(stored.id) == stored
