"""A market is written as a dataset folder, in Parquet or CSV, with the same content."""

from __future__ import annotations

import tomllib

import pytest

from experiments.market import write_dataset
from pricing_service.ingest import Folder, ingest


def test_the_folder_says_its_name_and_currency(steady, tmp_path):
    folder = write_dataset(steady, tmp_path / "in")

    described = tomllib.loads((folder / "dataset.toml").read_text())
    assert described == {"name": steady.business.name, "currency": steady.business.currency}


@pytest.mark.parametrize("file_format", ["parquet", "csv"])
def test_there_is_one_file_per_table(steady, tmp_path, file_format):
    folder = write_dataset(steady, tmp_path, file_format=file_format)

    assert {path.stem for path in folder.glob(f"*.{file_format}")} == set(steady.tables)


def test_csv_and_parquet_are_one_version(steady, tmp_path):
    versions = {
        ingest(
            Folder(write_dataset(steady, tmp_path / kind, file_format=kind)), folder=tmp_path / f"{kind}-out"
        ).version
        for kind in ("parquet", "csv")
    }

    assert len(versions) == 1
