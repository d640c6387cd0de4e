"""Tombstones stand in the database and in a file, and the file tells what an older database does not know."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from pricing_service.dataset import customer_digest
from pricing_service.storage import Storage, schema
from pricing_service.storage.tombstones import read_lines, write_lines


def test_a_tombstone_holds_a_salted_hash_and_no_id(storage: Storage, workspace: str) -> None:
    first = storage.tombstones.set(workspace, "canary-7", by="Ada")
    again = storage.tombstones.set(workspace, "canary-7", by="Ada")
    second = storage.tombstones.set(workspace, "canary-8", by="Ada")

    assert first == again
    assert first.salt == second.salt, "one salt a workspace, so that a look-up hashes an id once"
    assert first.digest == customer_digest(first.salt, "canary-7")
    assert storage.tombstones.read(workspace) == {first.salt: {first.digest, second.digest}}
    assert read_lines(storage.settings.forgotten_path) == [first, second]
    assert b"canary" not in storage.settings.forgotten_path.read_bytes()
    entries = storage.audit.page(workspace).rows
    assert [entry.subject for entry in entries] == [second.digest, first.digest, first.digest]
    assert storage.audit.verify(workspace) is None


def test_a_service_that_starts_while_another_one_sets_a_tombstone_takes_it_over(
    storage: Storage, workspace: str
) -> None:
    with ThreadPoolExecutor(1) as pool, storage.database.together() as joined:
        storage.tombstones.set(workspace, "c1", by="Ada")
        starting = pool.submit(storage.tombstones.take_from_file)
        with pytest.raises(TimeoutError):
            starting.result(0.3)
        joined.commit()

        assert starting.result(30) == [workspace]


def test_two_workspaces_have_two_salts(storage: Storage, workspace: str) -> None:
    other = storage.workspaces.create("Other").id

    here, there = (storage.tombstones.set(home, "c1", by="Ada") for home in (workspace, other))

    assert here.salt != there.salt
    assert storage.tombstones.read(other) == {there.salt: {there.digest}}


def test_what_the_file_says_and_the_database_does_not_know_is_to_be_done(
    storage: Storage, workspace: str
) -> None:
    stone = storage.tombstones.set(workspace, "c1", by="Ada")
    storage.tombstones.done(workspace, storage.tombstones.read(workspace))
    assert storage.tombstones.take_from_file() == []
    with storage.database.writing() as connection:  # as an older backup is
        connection.execute(schema.tombstones.delete())

    assert storage.tombstones.take_from_file() == [workspace]
    assert storage.tombstones.read(workspace) == {stone.salt: {stone.digest}}
    storage.tombstones.done(workspace, storage.tombstones.read(workspace))
    assert storage.tombstones.take_from_file() == []


def test_a_line_that_was_cut_off_hides_no_other(storage: Storage, workspace: str) -> None:
    path = storage.settings.forgotten_path
    first = storage.tombstones.set(workspace, "c1", by="Ada")
    with path.open("a") as file:
        file.write('{"workspace_id": "ws_')
    second = storage.tombstones.set(workspace, "c2", by="Ada")

    assert read_lines(path) == [first, second]


def test_a_workspace_that_is_not_there_is_passed_over(storage: Storage, workspace: str) -> None:
    stone = storage.tombstones.set(workspace, "c1", by="Ada")
    storage.tombstones.done(workspace, storage.tombstones.read(workspace))
    write_lines(storage.settings.forgotten_path, [type(stone)("ws_gone", stone.digest, stone.salt)])

    assert storage.tombstones.take_from_file() == []
