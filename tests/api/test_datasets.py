"""Whoever posts at the same time loses nothing: each change is made to the newest version."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from api.datasets import DatasetDesk
from api.uploads import Upload
from pricing_service.config import Settings
from pricing_service.ingest import Folder
from pricing_service.storage import Storage
from tests.api import small_business

WORKSPACE = "ws_ours"


@pytest.fixture
def storage(tmp_path: Path) -> Iterator[Storage]:
    with Storage.open(Settings(data_folder=tmp_path / "data", dev=True)) as opened:
        opened.workspaces.create("ours", workspace_id=WORKSPACE)
        yield opened


@pytest.fixture
def desk(storage: Storage) -> DatasetDesk:
    return DatasetDesk(storage)


@pytest.fixture
def dataset(desk: DatasetDesk, tmp_path: Path) -> str:
    exports = tmp_path / "exports"
    exports.mkdir()
    source = Folder(small_business.folder(exports))
    return str(desk.register(WORKSPACE, Upload(source, "Jobs", "EUR"))["id"])


def test_rows_that_are_posted_together_all_arrive(desk: DatasetDesk, dataset: str) -> None:
    before = desk.read(WORKSPACE, dataset)["tables"]["usage"]

    def post(number: int) -> None:
        row = {"customer_id": f"c{number:02d}", "date": "2025-12-20", "metric": "postings", "units": 1}
        desk.post_rows(WORKSPACE, dataset, "usage", [row])

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(post, range(3)))

    assert desk.read(WORKSPACE, dataset)["tables"]["usage"] == before + 3


def test_no_rows_change_nothing(desk: DatasetDesk, dataset: str) -> None:
    assert desk.post_rows(WORKSPACE, dataset, "usage", []) == desk.read(WORKSPACE, dataset)


def test_nothing_half_made_is_left_behind(desk: DatasetDesk, dataset: str, storage: Storage) -> None:
    desk.forget_customer(WORKSPACE, dataset, "c01", by="Ada")

    staging = storage.blobs.root / WORKSPACE / ".staging"
    assert not staging.exists() or not list(staging.iterdir())


def test_a_forgotten_customer_is_in_no_file_of_the_workspace(
    desk: DatasetDesk, dataset: str, storage: Storage
) -> None:
    row = {"customer_id": "canary-customer", "date": "2025-12-20", "metric": "postings", "units": 1}
    desk.post_rows(WORKSPACE, dataset, "customers", [{"customer_id": "canary-customer"}])
    desk.post_rows(WORKSPACE, dataset, "usage", [row])

    desk.forget_customer(WORKSPACE, dataset, "canary-customer", by="Ada")

    files = [path for path in storage.blobs.root.rglob("*") if path.is_file()]
    assert [path for path in files if b"canary-customer" in path.read_bytes()] == []
