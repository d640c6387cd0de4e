"""The worker's steps say what they refuse, and made twice they write the same bytes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from api import analysis_steps
from api.analysis_steps import REPORT, RESULT, ROWS
from api.worker import HANDLERS, STEPS
from pricing_service.config import Settings
from pricing_service.decisions import DECISIONS
from pricing_service.ingest import Folder, ingest
from pricing_service.jobs import Refused, StepContext
from pricing_service.storage.analyses import SIMULATION
from pricing_service.storage.blobs import Blobs
from pricing_service.storage.kept_files import KeptFiles
from tests.api import small_business


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return Settings(data_folder=tmp_path_factory.mktemp("worker") / "data", dev=True)


@pytest.fixture(scope="module")
def tables(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = Blobs(settings.data_folder).tables("ws_ours", "ds_1", "v1")
    exports = small_business.folder(tmp_path_factory.mktemp("exports"))
    return ingest(Folder(exports), folder=place, currency="EUR").folder


def context(settings: Settings, folder: Path, **options: Any) -> StepContext:
    return StepContext(
        settings=settings,
        workspace_id="ws_ours",
        job="an_1",
        kind="unit_worth",
        dataset_id="ds_1",
        dataset_version="v1",
        options=options,
        seed=0,
        folder=folder,
        progress=lambda *_: None,
    )


@pytest.mark.usefixtures("tables")
def test_steps_that_run_again_write_the_same_bytes(settings: Settings, tmp_path: Path) -> None:
    written = []
    for name in ("first", "again"):
        (tmp_path / name).mkdir()
        for step in STEPS + STEPS[1:]:
            step.run(context(settings, tmp_path / name))
        written.append([(tmp_path / name / file).read_bytes() for file in (RESULT, ROWS, REPORT)])

    assert written[0] == written[1]


@pytest.mark.usefixtures("tables")
def test_an_option_that_the_data_cannot_serve_is_refused_in_words(settings: Settings, tmp_path: Path) -> None:
    asked = context(settings, tmp_path, metric="horoscopes")

    with pytest.raises(Refused) as refusal:
        STEPS[1].run(asked)

    assert "horoscopes" in refusal.value.message


@pytest.mark.usefixtures("tables")
def test_kept_work_lies_with_the_version_of_the_dataset_and_not_with_the_analysis(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    places = []

    def keeping(*_: Any, kept: KeptFiles, **__: Any) -> None:
        kept.write("search", b"so far")
        places.append(kept.folder)

    monkeypatch.setattr(analysis_steps, "decide", keeping)

    STEPS[1].run(context(settings, tmp_path))

    assert places == [Blobs(settings.data_folder).version("ws_ours", "ds_1", "v1") / "kept"]
    assert [path.name for path in places[0].iterdir()] == ["search.kept"]


def test_every_kind_has_its_handler() -> None:
    assert HANDLERS.keys() == {*DECISIONS, SIMULATION}
