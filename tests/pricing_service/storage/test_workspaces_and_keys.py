"""Keys open their own workspace, once made, until revoked, and leave no trace that opens it."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from pricing_service.config import Settings
from pricing_service.storage import NotFound, Storage, schema


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
