"""A storage on each of the two databases, and what most of its tests begin with."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pricing_service.config import Settings
from pricing_service.storage import Storage, StoredDataset, VersionContent
from tests.postgres import postgres_server, postgres_url

__all__ = ["postgres_server", "postgres_url"]


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 1, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def move(self, **by: float) -> None:
        self.now += timedelta(**by)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=["sqlite", "postgresql"])
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    url = request.getfixturevalue("postgres_url") if request.param == "postgresql" else None
    return Settings(data_folder=tmp_path / "data", database_url=url, secret="0123456789abcdef0123")


@pytest.fixture
def storage(settings: Settings, clock: Clock) -> Iterator[Storage]:
    with Storage.open(settings, clock=clock) as storage:
        yield storage


@pytest.fixture
def workspace(storage: Storage) -> str:
    return storage.workspaces.create("Acme").id


@pytest.fixture
def content(storage: Storage, workspace: str) -> Callable[[str], VersionContent]:
    """Make a staged version of a dataset whose one file holds the given text."""

    def make(text: str) -> VersionContent:
        staged = storage.blobs.staging(workspace)
        (staged / "usage.parquet").write_text(text)
        version = text.encode().hex().zfill(64)
        return VersionContent(version, {"usage": 3}, {"events": "no rows"}, {"notes": [text]}, staged)

    return make


@pytest.fixture
def dataset(storage: Storage, workspace: str, content: Callable[[str], VersionContent]) -> StoredDataset:
    return storage.datasets.save(workspace, content("first"), name="Exports", currency="EUR")
