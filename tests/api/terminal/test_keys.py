"""The operator makes, lists and revokes keys; a token is shown once."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from api.command_line import app
from pricing_service.config import Settings
from pricing_service.storage import Storage


@pytest.fixture(autouse=True)
def service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRICING_SERVICE_DATA_FOLDER", str(tmp_path))
    monkeypatch.setenv("PRICING_SERVICE_SECRET", "0123456789abcdef")


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["keys", *arguments])


def create() -> tuple[str, str]:
    answer = run(
        "create", "--workspace", "Acme", "--name", "Ada", "--scope", "data:read", "--scope", "analyses:run"
    )
    assert answer.exit_code == 0, answer.output
    key, token = re.search(r"key +(\S+)\ntoken +(\S+)", answer.output).groups()  # type: ignore[union-attr]
    return key, token


def test_a_made_key_opens_its_workspace_with_its_scopes() -> None:
    _, token = create()

    with Storage.open(Settings()) as storage:
        key = storage.keys.find(token)
        assert key is not None
        assert key.scopes == {"data:read", "analyses:run"}
        assert storage.workspaces.get(key.workspace_id).name == "Acme"


def test_a_second_key_joins_the_workspace_of_that_name() -> None:
    create()
    create()

    with Storage.open(Settings()) as storage:
        assert len(storage.workspaces.list()) == 1


def test_the_list_never_shows_a_token() -> None:
    key, token = create()

    listed = run("list", "--workspace", "Acme").output

    assert key in listed
    assert "Ada" in listed
    assert token not in listed


def test_a_revoked_key_opens_nothing() -> None:
    key, token = create()

    assert run("revoke", "--workspace", "Acme", key).exit_code == 0

    with Storage.open(Settings()) as storage:
        assert storage.keys.find(token) is None
    assert "revoked" in run("list", "--workspace", "Acme").output


def test_a_key_may_be_made_for_some_days() -> None:
    made = run("create", "--workspace", "Acme", "--name", "Ada", "--scope", "data:read", "--expires", "90d")
    assert made.exit_code == 0, made.output

    with Storage.open(Settings()) as storage:
        (home,) = storage.workspaces.list()
        (key,) = storage.keys.list(home.id)
    assert key.expires_at is not None
    assert (key.expires_at - key.created_at).days == 90
    listed = run("list", "--workspace", "Acme").output
    assert f"until {key.expires_at:%Y-%m-%d}" in listed
    assert "never used" in listed


@pytest.mark.parametrize(
    "arguments",
    [
        ["create", "--workspace", "Acme", "--name", "Ada", "--scope", "everything"],
        ["create", "--workspace", "Acme", "--name", "Ada", "--scope", "admin", "--expires", "soon"],
        ["create", "--workspace", "Acme", "--name", "Ada", "--scope", "admin", "--expires", "0d"],
        ["list", "--workspace", "Nobody"],
        ["revoke", "--workspace", "Nobody", "key_1"],
    ],
)
def test_what_is_not_there_is_refused_in_words(arguments: list[str]) -> None:
    answer = run(*arguments)

    assert answer.exit_code == 2
    assert "There is no" in answer.output


def test_every_command_takes_the_data_folder(tmp_path: Path) -> None:
    where = ("--data-folder", str(tmp_path / "elsewhere"))
    named = ("--workspace", "Acme")
    made = run("create", *named, "--name", "Ada", "--scope", "data:read", *where)
    assert made.exit_code == 0, made.output
    (key,) = re.findall(r"key_\w+", made.output)

    assert key in run("list", *named, *where).output
    assert run("revoke", *named, key, *where).exit_code == 0
    assert run("list", *named).exit_code == 2, "the folder of the environment has no such workspace"
