"""Transactions: all or nothing, writers wait for their turn, readers do not wait."""

from __future__ import annotations

import multiprocessing
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa

from pricing_service.storage import Storage, schema
from pricing_service.storage.database import LONGEST_LOG, Database

_COUNTS = sa.Table("counts", sa.MetaData(), sa.Column("n", sa.Integer))


def _add_up(url: str, times: int) -> None:
    database = Database(url)
    for _ in range(times):
        with database.writing() as connection:
            n = connection.execute(sa.select(_COUNTS.c.n)).scalar_one()
            connection.execute(_COUNTS.update().values(n=n + 1))
    database.close()


@pytest.fixture
def sqlite(tmp_path: Path) -> Iterator[Database]:
    database = Database(f"sqlite:///{tmp_path}/new/folder/test.sqlite")
    with database.writing() as connection:
        _COUNTS.create(connection)
        connection.execute(_COUNTS.insert().values(n=0))
    yield database
    database.close()


def test_four_processes_that_read_and_then_write_lose_no_update(sqlite: Database) -> None:
    url = sqlite.url.render_as_string(hide_password=False)
    context = multiprocessing.get_context("spawn")
    processes = [context.Process(target=_add_up, args=(url, 50)) for _ in range(4)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()

    with sqlite.reading() as connection:
        assert connection.execute(sa.select(_COUNTS.c.n)).scalar_one() == 200
    assert [process.exitcode for process in processes] == [0, 0, 0, 0]


def test_the_log_grows_by_what_is_written_while_somebody_reads_and_is_cut_afterwards(
    sqlite: Database,
) -> None:
    log = Path(f"{sqlite.url.database}-wal")
    written = 0

    def write(bytes_each: int) -> None:
        nonlocal written
        with sqlite.writing() as connection:
            connection.exec_driver_sql("CREATE TABLE IF NOT EXISTS many (b BLOB)")
            connection.exec_driver_sql("INSERT INTO many VALUES (randomblob(?))", (bytes_each,))
        written += bytes_each

    with sqlite.reading() as reader:
        assert reader.execute(sa.select(_COUNTS.c.n)).scalar_one() == 0
        for _ in range(40):
            write(1 << 20)
        assert log.stat().st_size > LONGEST_LOG
        assert log.stat().st_size < 1.1 * written + (1 << 20)
        assert reader.execute(sa.select(_COUNTS.c.n)).scalar_one() == 0
    write(1)  # puts the log into the file
    write(1)  # begins the log anew
    assert log.stat().st_size <= LONGEST_LOG

    for _ in range(60):
        write(1 << 20)
    assert log.stat().st_size <= LONGEST_LOG


def test_connections_that_open_a_new_file_at_once_wait_for_each_other(tmp_path: Path) -> None:
    def answer(database: Database) -> None:
        at_once.wait()
        database.answer()

    for n in range(40):
        at_once = threading.Barrier(8)
        databases = [Database(f"sqlite:///{tmp_path}/{n}.sqlite") for _ in range(8)]
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(answer, databases))
        for database in databases:
            database.close()


def test_every_connection_of_the_pool_keeps_what_we_rely_on(sqlite: Database) -> None:
    def pragma(connection: sa.Connection, name: str) -> object:
        return connection.exec_driver_sql(f"PRAGMA {name}").scalar()

    with sqlite.reading() as first, sqlite.reading() as second:
        for connection in (first, second):
            assert pragma(connection, "journal_mode") == "wal"
            assert pragma(connection, "foreign_keys") == 1
            assert pragma(connection, "synchronous") == 2  # FULL
            assert pragma(connection, "busy_timeout") == 15_000


def test_a_reader_sees_one_moment_while_a_writer_goes_on(sqlite: Database) -> None:
    with sqlite.reading() as reader:
        before = reader.execute(sa.select(_COUNTS.c.n)).scalar_one()
        with sqlite.writing() as writer:
            writer.execute(_COUNTS.update().values(n=7))
        assert reader.execute(sa.select(_COUNTS.c.n)).scalar_one() == before == 0
    with sqlite.reading() as reader:
        assert reader.execute(sa.select(_COUNTS.c.n)).scalar_one() == 7


def test_what_is_read_by_several_statements_is_of_one_moment(storage: Storage, workspace: str) -> None:
    names = sa.select(schema.workspaces.c.name)
    with storage.database.reading() as reader:
        before = reader.execute(names).scalars().all()
        with storage.database.writing() as writer:
            writer.execute(schema.workspaces.update().values(name="renamed in between"))
        assert reader.execute(names).scalars().all() == before

    assert storage.workspaces.get(workspace).name == "renamed in between"


def test_after_an_exception_nothing_was_written(storage: Storage, workspace: str) -> None:
    def fail_halfway() -> None:
        with storage.database.writing() as connection:
            connection.execute(schema.workspaces.delete())
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_halfway()

    assert storage.workspaces.get(workspace).id == workspace


def test_what_is_written_together_is_there_at_the_commit_and_not_before(storage: Storage) -> None:
    done: list[str] = []
    with storage.database.together() as joined:
        storage.workspaces.create("One", workspace_id="ws_one")
        storage.workspaces.create("Two", workspace_id="ws_two")
        storage.database.afterwards(lambda: done.append("after"))
        assert not done
        assert "ws_one" not in _seen_elsewhere(storage)
        joined.commit()

    assert {"ws_one", "ws_two"} <= _seen_elsewhere(storage)
    assert done == ["after"]


def test_what_is_written_apart_is_there_at_once_and_no_part_of_what_is_around_it(storage: Storage) -> None:
    with storage.database.together():
        with storage.database.apart():
            storage.workspaces.create("Apart", workspace_id="ws_apart")
        assert "ws_apart" in _seen_elsewhere(storage)
        storage.workspaces.create("Together", workspace_id="ws_together")

    seen = _seen_elsewhere(storage)
    assert "ws_apart" in seen
    assert "ws_together" not in seen


def test_without_a_commit_nothing_of_what_was_written_together_is_there(storage: Storage) -> None:
    done: list[str] = []
    with storage.database.together():
        storage.workspaces.create("One", workspace_id="ws_one")
        storage.database.afterwards(lambda: done.append("after"))

    assert "ws_one" not in _seen_elsewhere(storage)
    assert not done


def test_a_part_that_fails_takes_no_other_part_with_it(storage: Storage) -> None:
    with storage.database.together() as joined:
        storage.workspaces.create("One", workspace_id="ws_one")
        with pytest.raises(ZeroDivisionError):
            _delete_all_and_fail(storage)
        joined.commit()

    assert "ws_one" in _seen_elsewhere(storage)


def test_a_first_part_that_fails_leaves_nobody_waiting(storage: Storage) -> None:
    with storage.database.together():
        with pytest.raises(ZeroDivisionError):
            _delete_all_and_fail(storage)
        with ThreadPoolExecutor(1) as pool:
            pool.submit(storage.workspaces.create, "One", workspace_id="ws_one").result(timeout=10)


def _seen_elsewhere(storage: Storage) -> set[str]:
    """What another caller sees: a thread of its own is in no transaction of ours."""
    with ThreadPoolExecutor(1) as pool:
        return {each.id for each in pool.submit(storage.workspaces.list).result(timeout=10)}


def _delete_all_and_fail(storage: Storage) -> None:
    with storage.database.writing() as connection:
        connection.execute(schema.workspaces.delete())
        raise ZeroDivisionError
