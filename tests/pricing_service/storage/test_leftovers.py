"""What a kill left between a row and its files goes away; nothing that is referred to does."""

from __future__ import annotations

import time
from collections.abc import Callable

from pricing_service.storage import Storage, StoredDataset, VersionContent
from pricing_service.storage.leftovers import sweep

HOUR = 3600.0


def test_files_without_a_row_go_once_they_are_old(
    storage: Storage, workspace: str, dataset: StoredDataset, content: Callable[[str], VersionContent]
) -> None:
    blobs = storage.blobs
    orphan = "ds_" + "0" * 26
    blobs.adopt(content("orphan").staged, blobs.tables(workspace, orphan, "1" * 64))
    blobs.adopt(content("half").staged, blobs.tables(workspace, dataset.id, "2" * 64))
    half_made = content("staged").staged

    assert sweep(storage.database, blobs, now=time.time() + 0.5 * HOUR) == []
    after_hours = sweep(storage.database, blobs, now=time.time() + 2 * HOUR)
    after_days = sweep(storage.database, blobs, now=time.time() + 25 * HOUR)

    assert sorted(after_hours) == sorted(
        [blobs.dataset(workspace, orphan), blobs.version(workspace, dataset.id, "2" * 64)]
    )
    assert after_days == [half_made]
    assert (dataset.folder / "usage.parquet").read_text() == "first"


def test_an_empty_service_has_no_leftovers(storage: Storage) -> None:
    assert sweep(storage.database, storage.blobs, now=time.time() + 1000 * HOUR) == []
