"""A business's files on disk, checked in one call, and its rows read back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pricing_service.dataset import Dataset
from pricing_service.ingest import Folder, Source, ingest


@dataclass(frozen=True)
class Checked:
    """A checked dataset with its rows at hand."""

    dataset: Dataset

    def rows(self, table: str, *columns: str) -> list[tuple[Any, ...]]:
        """Rows of a surviving table."""
        return read(self.dataset.parquet(table), *columns)

    def quarantine(self, *columns: str) -> list[tuple[Any, ...]]:
        """Rows of the quarantine, in its own order."""
        return read(self.dataset.folder / "quarantine.parquet", *columns)

    def unmatched(self, table: str, *columns: str) -> list[tuple[Any, ...]]:
        """Rows that were set aside."""
        return read(self.dataset.folder / "unmatched" / f"{table}.parquet", *columns)


def read(path: Path, *columns: str) -> list[tuple[Any, ...]]:
    names = ", ".join(f'"{name}"' for name in columns) or "*"
    with duckdb.connect() as connection:
        return connection.execute(f"SELECT {names} FROM read_parquet('{path}')").fetchall()


@dataclass
class Shop:
    """Writes files and checks them; every call makes a folder of its own."""

    root: Path
    calls: int = 0

    def folder(self, files: Mapping[str, str | bytes]) -> Path:
        """Write files into a new folder."""
        self.calls += 1
        folder = self.root / f"source-{self.calls}"
        folder.mkdir()
        for name, content in files.items():
            data = content.encode() if isinstance(content, str) else content
            (folder / name).write_bytes(data)
        return folder

    def target(self) -> Path:
        """A folder that is not there yet."""
        self.calls += 1
        return self.root / f"dataset-{self.calls}"

    def check(self, files: Mapping[str, str | bytes], *, currency: str = "EUR") -> Checked:
        """Write files and check them."""
        return self.check_source(Folder(self.folder(files)), currency=currency)

    def check_source(self, source: Source, *, currency: str | None = "EUR") -> Checked:
        """Check a source."""
        return Checked(ingest(source, folder=self.target(), currency=currency))

    def of(self, dataset: Dataset) -> Checked:
        """Read a dataset that something else wrote."""
        return Checked(dataset)


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path)
