"""Every migration runs there and back on both databases, only adds, and ends at what the code expects."""

from __future__ import annotations

import ast
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from pricing_service.config import Settings
from pricing_service.storage import Storage, StoredDataset, migrations, schema
from pricing_service.storage.migrations import downgrade, migrate, up_to_date
from pricing_service.storage.revisions import VERSIONS, known
from pricing_service.storage.schema import metadata

ADDS = {"create_table", "create_index", "add_column"}


def takes_away(source: str) -> Iterator[str]:
    """What an upgrade does that older code, which still runs, might not survive."""
    tree = ast.parse(source)
    done = [
        node for node in tree.body if not (isinstance(node, ast.FunctionDef) and node.name == "downgrade")
    ]
    for node in (inner for outer in done for inner in ast.walk(outer)):
        if not isinstance(node, ast.Call):
            continue
        called = ast.unparse(node.func)
        if called.startswith("op.") and called[3:] not in ADDS:
            yield ast.unparse(node)
        if (
            called == "op.add_column"
            and "nullable=False" in ast.unparse(node)
            and "server_default" not in ast.unparse(node)
        ):
            yield ast.unparse(node)


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


def test_the_revisions_are_one_line_and_their_files_in_its_order() -> None:
    script = migrations._script()

    line = [step.revision for step in script.walk_revisions()]
    assert len(script.get_heads()) == 1
    assert tuple(reversed(line)) == known()
    assert len(line) == len(list(VERSIONS.glob("*.py")))


def test_a_migration_only_adds_so_that_older_code_runs_on() -> None:
    found = [
        taken for path in VERSIONS.glob("*.py") for taken in takes_away(path.read_text(encoding="utf-8"))
    ]

    assert not found


@pytest.mark.parametrize(
    "step",
    [
        'op.drop_column("keys", "name")',
        'op.rename_table("keys", "locks")',
        'op.execute("DELETE FROM keys")',
        'op.add_column("keys", sa.Column("colour", sa.String(9), nullable=False))',
    ],
)
def test_a_migration_that_takes_away_is_found(step: str) -> None:
    assert list(takes_away(f"def upgrade():\n    {step}\n"))
    assert not list(takes_away(f"def downgrade():\n    {step}\n"))


@pytest.mark.parametrize("revision", known())
def test_from_every_older_schema_a_start_brings_what_is_stored_up_to_date(
    settings: Settings, revision: str, dataset: StoredDataset, storage: Storage
) -> None:
    workspace = dataset.workspace_id
    storage.keys.create(workspace, name="Ada", scopes=["admin"])
    downgrade(storage.database, revision=revision)

    with Storage.open(settings) as started:
        assert up_to_date(started.database)
        assert started.workspaces.get(workspace).name == "Acme"
        assert [key.name for key in started.keys.list(workspace)] == ["Ada"]
        assert started.datasets.get(workspace, dataset.id) == dataset


def test_a_schema_of_tomorrow_is_left_as_it_is(settings: Settings, storage: Storage) -> None:
    tomorrow = sa.text("UPDATE alembic_version SET version_num = '9999'")
    with storage.database.writing() as connection:
        connection.execute(tomorrow)

    with Storage.open(settings) as started:
        started.workspaces.create("On a newer schema")

    migrate(storage.database)
    assert not up_to_date(storage.database)


def test_behind_a_long_transaction_a_migration_lets_others_through_and_comes_back(
    postgres_url: str, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = settings.model_copy(update={"database_url": postgres_url})
    monkeypatch.setattr(migrations, "LOCK_TIMEOUT_S", 0.2)
    tried: list[float] = []
    run = migrations._run
    monkeypatch.setattr(migrations, "_run", lambda *steps: (tried.append(time.monotonic()), run(*steps)))
    with Storage.open(settings) as storage:
        downgrade(storage.database, revision="0006")
        tried.clear()
        with storage.database.writing() as long:
            long.execute(schema.keys.select())  # whoever reads a table keeps it from being altered
            long.execute(sa.text("LOCK TABLE votes IN ACCESS SHARE MODE"))
            migrating = threading.Thread(target=migrate, args=(storage.database,))
            migrating.start()
            while len(tried) < 2:
                time.sleep(0.05)
            with storage.database.reading() as other:
                other.execute(sa.text("SELECT count(*) FROM votes"))
        migrating.join()

        assert up_to_date(storage.database)


def test_a_migration_that_never_gets_its_table_ends_and_changed_nothing(
    postgres_url: str, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = settings.model_copy(update={"database_url": postgres_url})
    monkeypatch.setattr(migrations, "LOCK_TIMEOUT_S", 0.2)
    with Storage.open(settings) as storage:
        downgrade(storage.database, revision="0006")
        with storage.database.writing() as long:
            long.execute(sa.text("LOCK TABLE votes IN ACCESS SHARE MODE"))
            with pytest.raises(sa.exc.OperationalError, match="lock timeout"):
                migrate(storage.database, longest_wait_s=0.0)

        with storage.database.reading() as connection:
            assert not sa.inspect(connection).has_table("tombstones")
