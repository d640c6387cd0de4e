"""The steps write what the API shows, and build a panel once for all questions up to the same day."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from api.analysis_steps import RESULT, ROWS, Question, decide, make_panel, write_rows
from pricing_service.dataset import Dataset
from pricing_service.ingest import Folder, ingest
from tests.api import small_business

TODAY = date(2026, 6, 1)


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    exports = small_business.folder(tmp_path_factory.mktemp("exports"))
    return ingest(Folder(exports), folder=tmp_path_factory.mktemp("data") / "tables", currency="EUR")


def test_a_panel_is_built_once_and_opened_again(dataset: Dataset, tmp_path: Path) -> None:
    first = make_panel(dataset, tmp_path, as_of=None, today=TODAY)
    built = (first.folder / "panel.json").stat().st_mtime_ns

    again = make_panel(dataset, tmp_path, as_of=None, today=TODAY)

    assert again == first
    assert (again.folder / "panel.json").stat().st_mtime_ns == built


def test_another_day_is_another_panel(dataset: Dataset, tmp_path: Path) -> None:
    newest = make_panel(dataset, tmp_path, as_of=None, today=TODAY)
    earlier = make_panel(dataset, tmp_path, as_of=date(2025, 8, 31), today=TODAY)

    assert newest.as_of > earlier.as_of == date(2025, 8, 31)
    assert newest.folder != earlier.folder


def test_the_answer_and_its_rows_are_written(dataset: Dataset, tmp_path: Path) -> None:
    question = Question("unit_worth", {}, seed=0)
    panel = make_panel(dataset, tmp_path / "panel", as_of=None, today=TODAY)

    decide(panel, question, tmp_path, progress=lambda *_: None)

    assert json.loads((tmp_path / RESULT).read_bytes())["metric"] == "postings"
    assert pq.read_table(tmp_path / ROWS).num_rows == small_business.CUSTOMERS


def test_equal_rows_are_equal_bytes(tmp_path: Path) -> None:
    rows = {"customer_id": ["a", "b"], "worth": [1.5, None]}

    for name in ("first", "again"):
        write_rows(rows, tmp_path / name)

    assert (tmp_path / "first").read_bytes() == (tmp_path / "again").read_bytes()
