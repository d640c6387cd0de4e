"""On the command line an analysis is published; what is none, or did not succeed, is refused in words."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from api.command_line import app
from api.today import utc_today
from pricing_service.config import Settings
from pricing_service.storage import NewAnalysis, Storage, VersionContent


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PRICING_SERVICE_SECRET", "0123456789abcdef0123")
    return tmp_path / "data"


def analysis(folder: Path, *, ends: bool = True) -> tuple[str, str]:
    """A workspace and an analysis in it."""
    with Storage.open(Settings(data_folder=folder)) as storage:
        home = storage.workspaces.create("Acme").id
        staged = storage.blobs.staging(home)
        version = VersionContent("1" * 64, {"usage": 1}, {}, {}, staged)
        dataset = storage.datasets.save(home, version, name="Exports", currency="EUR")
        made = storage.analyses.create(home, NewAnalysis(dataset.id, "tiers", {}))
        made.folder.mkdir(parents=True)
        (made.folder / "result.json").write_text("{}")
        if ends:
            storage.analyses.finish(home, made.id, "succeeded", files={"result.json": ""})
        return home, made.id


def test_an_analysis_is_published_from_a_day_on(folder: Path) -> None:
    home, made = analysis(folder)

    ran = CliRunner().invoke(app, ["publish", made, "--workspace", "Acme", "--data-folder", str(folder)])

    assert ran.exit_code == 0, ran.output
    with Storage.open(Settings(data_folder=folder)) as storage:
        assert storage.publications.in_force(home, utc_today())["tiers"].analysis_id == made


@pytest.mark.parametrize(
    ("ends", "said"),
    [(False, []), (True, ["--effective", "soon"]), (True, ["--workspace", "Other"])],
)
def test_what_cannot_be_published_is_refused(folder: Path, ends: bool, said: list[str]) -> None:
    home, made = analysis(folder, ends=ends)

    ran = CliRunner().invoke(
        app, ["publish", made, "--workspace", "Acme", "--data-folder", str(folder), *said]
    )

    assert ran.exit_code != 0
    with Storage.open(Settings(data_folder=folder)) as storage:
        assert storage.publications.in_force(home, utc_today()) == {}
