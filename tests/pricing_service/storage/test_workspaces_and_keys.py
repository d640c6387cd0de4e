"""Keys open their own workspace, once made, until revoked, and leave no trace that opens it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from pricing_service.config import Settings
from pricing_service.storage import LastKey, NotFound, Storage, schema
from tests.pricing_service.storage.conftest import Clock


def test_a_key_is_found_by_its_token_until_it_is_revoked(storage: Storage, workspace: str) -> None:
    key, token = storage.keys.create(workspace, name="Ada", scopes=["data:write", "data:read"])

    assert storage.keys.find(token) == key
    assert key.workspace_id == workspace
    assert key.scopes == {"data:read", "data:write"}

    storage.keys.revoke(workspace, key.id)
    storage.keys.revoke(workspace, key.id)

    assert storage.keys.find(token) is None
    assert [known.revoked_at is None for known in storage.keys.list(workspace)] == [False]


def test_a_token_with_the_right_name_and_a_wrong_rest_opens_nothing(storage: Storage, workspace: str) -> None:
    from pricing_service.storage import key_tokens

    key, _ = storage.keys.create(workspace, name="Ada", scopes=[])
    body = key.token_name[3:] + "x" * 32

    assert storage.keys.find(f"ps_{body}{key_tokens._checksum(body)}") is None


def test_a_dump_of_the_database_holds_no_token(storage: Storage, workspace: str) -> None:
    _, token = storage.keys.create(workspace, name="Ada", scopes=[])

    with storage.database.reading() as connection:
        rows = [
            tuple(row)
            for table in schema.metadata.tables.values()
            for row in connection.execute(table.select())
        ]

    assert rows
    assert token[11:] not in repr(rows)


def test_a_key_is_worthless_under_another_secret(tmp_path: Path) -> None:
    with Storage.open(Settings(data_folder=tmp_path, secret="a" * 20)) as storage:
        workspace = storage.workspaces.create("Acme").id
        _, token = storage.keys.create(workspace, name="Ada", scopes=[])

    with Storage.open(Settings(data_folder=tmp_path, secret="b" * 20)) as storage:
        assert storage.keys.find(token) is None


def test_dev_tokens_open_only_a_dev_service(tmp_path: Path) -> None:
    with Storage.open(Settings(data_folder=tmp_path, dev=True)) as storage:
        workspace = storage.workspaces.create("Local", workspace_id="ws_local").id
        first, _ = storage.keys.create(workspace, name="dev", scopes=["admin"], dev_token="dev")
        again, _ = storage.keys.create(workspace, name="dev", scopes=["admin"], dev_token="dev")

        assert storage.keys.find("dev") == first == again

    # Even with the public dev secret set by hand.
    with Storage.open(Settings(data_folder=tmp_path, secret="pricing-service-dev")) as storage:
        assert storage.keys.find("dev") is None
        with pytest.raises(ValueError, match="for `dev` only"):
            storage.keys.create("ws_local", name="dev", scopes=[], dev_token="dev3")


def test_a_workspace_does_not_see_or_revoke_the_keys_of_another(storage: Storage, workspace: str) -> None:
    other = storage.workspaces.create("Other").id
    key, token = storage.keys.create(workspace, name="Ada", scopes=[])

    with pytest.raises(NotFound):
        storage.keys.revoke(other, key.id)

    assert storage.keys.list(other) == []
    assert storage.keys.find(token) == key


def test_a_workspace_with_a_given_id_is_made_once(storage: Storage) -> None:
    first = storage.workspaces.create("Local", workspace_id="ws_local")
    again = storage.workspaces.create("Another name", workspace_id="ws_local")

    assert first == again
    assert [workspace.id for workspace in storage.workspaces.list()] == ["ws_local"]
    with pytest.raises(NotFound):
        storage.workspaces.get("ws_none")


def test_a_key_needs_a_workspace_that_exists(storage: Storage) -> None:
    with pytest.raises(sa.exc.IntegrityError):
        storage.keys.create("ws_none", name="Ada", scopes=[])


def test_a_key_opens_nothing_from_the_moment_on_at_which_it_expires(
    storage: Storage, workspace: str, clock: Clock
) -> None:
    key, token = storage.keys.create(workspace, name="Ada", scopes=[], lasts=timedelta(days=90))
    assert key.expires_at == clock() + timedelta(days=90)

    clock.move(days=89, hours=23, minutes=59)
    assert storage.keys.find(token) == key
    clock.move(minutes=1)
    assert storage.keys.find(token) is None


def test_the_last_day_of_use_is_written_once_a_day(storage: Storage, workspace: str, clock: Clock) -> None:
    _, token = storage.keys.create(workspace, name="Ada", scopes=[])
    written: list[str] = []
    sa.event.listen(
        storage.database.engine, "before_cursor_execute", lambda *said: written.append(str(said[2]))
    )

    for _ in range(3):
        storage.keys.find(token)
    assert [key.last_used for key in storage.keys.list(workspace)] == [date(2026, 3, 1)]
    clock.move(days=1)
    storage.keys.find(token)

    assert [key.last_used for key in storage.keys.list(workspace)] == [date(2026, 3, 2)]
    assert sum(statement.startswith("UPDATE") for statement in written) == 2


def test_a_database_that_takes_no_writes_still_lets_people_in(
    storage: Storage, workspace: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    key, token = storage.keys.create(workspace, name="Ada", scopes=[])

    def full(*_: object) -> None:
        raise sa.exc.OperationalError("UPDATE", {}, Exception("database or disk is full"))

    monkeypatch.setattr(storage.database, "writing", full)

    assert storage.keys.find(token) == key


def test_the_last_valid_key_with_a_scope_can_be_kept(storage: Storage, workspace: str, clock: Clock) -> None:
    first, _ = storage.keys.create(workspace, name="Ada", scopes=["admin"])
    second, _ = storage.keys.create(workspace, name="Bob", scopes=["admin"], lasts=timedelta(days=1))
    reader, _ = storage.keys.create(workspace, name="Cy", scopes=["data:read"])
    clock.move(days=2)  # Bob's has expired, so it does not count

    with pytest.raises(LastKey):
        storage.keys.revoke(workspace, first.id, unless_last_with="admin")
    storage.keys.revoke(workspace, reader.id, unless_last_with="admin")
    storage.keys.revoke(workspace, second.id, unless_last_with="admin")
    assert [key.name for key in storage.keys.list(workspace) if key.revoked_at is None] == ["Ada"]

    storage.keys.revoke(workspace, first.id)
    assert all(key.revoked_at for key in storage.keys.list(workspace))


def test_people_who_close_each_others_keys_at_once_leave_one(storage: Storage, workspace: str) -> None:
    keys = [storage.keys.create(workspace, name=str(at), scopes=["admin"])[0] for at in range(6)]

    def close(key_id: str) -> bool:
        try:
            storage.keys.revoke(workspace, key_id, unless_last_with="admin")
        except LastKey:
            return False
        return True

    with ThreadPoolExecutor(6) as pool:
        closed = list(pool.map(close, [key.id for key in keys]))

    assert closed.count(False) == 1
    assert sum(key.revoked_at is None for key in storage.keys.list(workspace)) == 1


def test_keys_come_in_pages_newest_first(storage: Storage, workspace: str, clock: Clock) -> None:
    made = []
    for name in "abc":
        made.append(storage.keys.create(workspace, name=name, scopes=[])[0].id)
        clock.move(seconds=1)

    first = storage.keys.page(workspace, limit=2)
    rest = storage.keys.page(workspace, limit=2, cursor=first.next_cursor)

    assert [key.id for key in [*first.rows, *rest.rows]] == made[::-1]
    assert not rest.has_more


def test_while_a_key_is_being_closed_rows_of_its_workspace_may_come(storage: Storage, workspace: str) -> None:
    if storage.database.is_sqlite:
        pytest.skip("one writer at a time: nobody can wait for another in a circle")
    key, _ = storage.keys.create(workspace, name="Ada", scopes=["admin"])
    with ThreadPoolExecutor(1) as pool, storage.database.together() as joined:
        storage.keys.revoke(workspace, key.id)

        begun = pool.submit(storage.idempotency.begin, workspace, "k", fingerprint="f")

        assert begun.result(30) is not None
        joined.commit()


def test_a_closed_dev_key_is_made_anew(tmp_path: Path) -> None:
    with Storage.open(Settings(data_folder=tmp_path, dev=True)) as storage:
        workspace = storage.workspaces.create("Local", workspace_id="ws_local").id
        first, _ = storage.keys.create(workspace, name="dev", scopes=["admin"], dev_token="dev")
        storage.keys.revoke(workspace, first.id)

        storage.keys.create(workspace, name="dev", scopes=["admin"], dev_token="dev")

        assert storage.keys.find("dev") is not None


def test_making_and_closing_a_key_are_in_the_audit_once_and_without_the_token(
    storage: Storage, workspace: str
) -> None:
    before = storage.audit.head(workspace).number
    key, token = storage.keys.create(workspace, name="Ada", scopes=["admin"], by="Grace")
    storage.keys.revoke(workspace, key.id, by="Eve")
    storage.keys.revoke(workspace, key.id, by="Eve")

    entries = storage.audit.page(workspace).rows
    assert [(entry.action, entry.by, entry.subject) for entry in entries[: len(entries) - before]] == [
        ("key.closed", "Eve", key.id),
        ("key.made", "Grace", key.id),
    ]
    assert token[:11] not in repr(entries)
    assert storage.audit.verify(workspace) is None


def test_a_key_that_the_audit_does_not_take_is_not_made(
    storage: Storage, workspace: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("no audit")

    monkeypatch.setattr(storage.audit, "record", fail)

    with pytest.raises(RuntimeError):
        storage.keys.create(workspace, name="Ada", scopes=["admin"])
    assert storage.keys.list(workspace) == []
