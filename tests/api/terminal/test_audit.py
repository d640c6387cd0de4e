"""The operator verifies the audit: the first broken entry is named, and the exit code says so."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from api.command_line import app
from pricing_service.config import Settings
from pricing_service.storage import Storage
from pricing_service.storage.schema import audit


@pytest.fixture
def storage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Storage]:
    monkeypatch.setenv("PRICING_SERVICE_DATA_FOLDER", str(tmp_path))
    monkeypatch.setenv("PRICING_SERVICE_SECRET", "0123456789abcdef")
    with Storage.open(Settings()) as opened:
        for name in ("Acme", "Beta"):
            home = opened.workspaces.create(name)
            with opened.database.writing() as connection:
                for number in range(3):
                    opened.audit.record(
                        connection, home.id, by="Ada", action="done", subject=f"t{number}", detail={}
                    )
        yield opened


def verify(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["audit", "verify", *arguments])


def test_whole_chains_hold_and_their_heads_are_told(storage: Storage) -> None:
    answer = verify()

    assert answer.exit_code == 0, answer.output
    for home in storage.workspaces.list():
        assert storage.audit.head(home.id).hash in answer.output
    assert answer.output.count("3 entries hold") == 2


def test_the_first_broken_entry_is_named_and_the_others_are_still_read(storage: Storage) -> None:
    acme, beta = storage.workspaces.list()
    with storage.database.writing() as connection:
        connection.execute(
            audit.update().where(audit.c.workspace_id == acme.id, audit.c.number == 2).values(made_by="Eve")
        )

    answer = verify()

    assert answer.exit_code == 1
    assert f"{acme.id}  Acme  broken at entry 2" in answer.output
    assert f"{beta.id}  Beta  3 entries hold" in answer.output
    assert verify("--workspace", "Beta").exit_code == 0


def test_a_head_that_was_noted_down_is_looked_for(storage: Storage) -> None:
    acme = storage.workspaces.list()[0]
    noted = storage.audit.head(acme.id).hash

    assert verify("--workspace", "Acme", "--head", noted).exit_code == 0
    assert verify("--workspace", "Acme", "--head", "f" * 64).exit_code == 1
    assert verify("--head", noted).exit_code == 2
    assert verify("--workspace", "Nobody").exit_code == 2


def test_the_data_folder_may_be_said(
    storage: Storage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PRICING_SERVICE_DATA_FOLDER")
    monkeypatch.chdir(tmp_path)

    answer = verify("--data-folder", str(tmp_path))

    assert answer.output.count("3 entries hold") == 2
    assert not (tmp_path / "pricing-service-data").exists(), "the default is not touched"
