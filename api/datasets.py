"""The datasets' desk: checks what came in, stores it, and shows it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from api import rows
from api.forgetting import Forgetting
from api.paging import Page, cursor
from api.problems import Missing
from api.uploads import Upload
from pricing_service import ingest as data_in
from pricing_service.dataset import Dataset
from pricing_service.ingest import Guarded, Tombstones
from pricing_service.storage import Storage, StoredDataset, VersionContent, VersionMoved
from pricing_service.tables import TABLES

_LISTING = "datasets"
# Whoever posts beside us makes our copy stale; each further try begins from the newest version.
_TRIES = 5

Change = Callable[[Dataset, Path], Dataset]


class DatasetDesk:
    """Everything that the doors do with datasets.

    Parameters
    ----------
    storage
        Where they live.
    """

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        self._forgetting = Forgetting(storage, self._change)

    def register(self, workspace_id: str, upload: Upload) -> dict[str, Any]:
        """Check and store a new dataset."""
        with self._staging(workspace_id) as folder:
            stones = self._tombstones(workspace_id)
            dataset = data_in.ingest(
                Guarded(upload.source, stones), folder=folder, name=upload.name, currency=upload.currency
            )
            content = _content(dataset, folder)
            stored = self._storage.datasets.save(
                workspace_id, content, name=dataset.name, currency=dataset.currency
            )
        self._forget_anew(workspace_id, stones)
        return self.read(workspace_id, stored.id)

    def read(self, workspace_id: str, dataset_id: str) -> dict[str, Any]:
        """Show one dataset."""
        return shown(self._storage.datasets.get(workspace_id, dataset_id))

    def page(self, workspace_id: str, page: Page) -> dict[str, Any]:
        """Show a page of datasets, newest first."""
        found = self._storage.datasets.page(workspace_id, limit=page.limit, cursor=page.after(_LISTING))
        following = found.next_cursor and cursor(_LISTING, found.next_cursor)
        data = [shown(dataset) for dataset in found.rows]
        return {"data": data, "next_cursor": following, "has_more": found.has_more}

    def quarantine(self, workspace_id: str, dataset_id: str, page: Page) -> dict[str, Any]:
        """Show a page of the rows that were refused."""
        stored = self._storage.datasets.get(workspace_id, dataset_id)
        listing = f"quarantine of {stored.id} {stored.version}"
        return rows.page_of(stored.folder / "quarantine.parquet", listing=listing, page=page)

    def post_rows(
        self, workspace_id: str, dataset_id: str, table: str, posted: Sequence[Mapping[str, Any]]
    ) -> dict[str, Any]:
        """Upsert rows into one table; the same rows again change nothing."""
        if table not in TABLES:
            raise Missing("The data contract has no such table.")
        if not posted:
            return self.read(workspace_id, dataset_id)
        stones = self._tombstones(workspace_id)
        self._change(
            workspace_id,
            dataset_id,
            lambda dataset, folder: data_in.post_rows(
                dataset, table, posted, folder=folder, tombstones=stones
            ),
        )
        self._forget_anew(workspace_id, stones)
        return self.read(workspace_id, dataset_id)

    def forget_customer(
        self, workspace_id: str, dataset_id: str, customer_id: str, *, by: str
    ) -> dict[str, Any]:
        """Forget one customer in the whole workspace: versions that told of it and analyses made of them go too."""
        self.read(workspace_id, dataset_id)
        self._forgetting.forget(workspace_id, customer_id, by=by)
        return self.read(workspace_id, dataset_id)

    def finish_forgetting(self) -> None:
        """Forget whom tombstones name and something still tells of, as after the return to an older backup."""
        self._forgetting.finish_all()

    def delete(self, workspace_id: str, dataset_id: str) -> None:
        """Forget a dataset with everything made of it."""
        self._storage.datasets.delete(workspace_id, dataset_id)
        self._storage.database.afterwards(partial(self._storage.snapshots.forget, workspace_id))

    def _tombstones(self, workspace_id: str) -> Tombstones:
        return Tombstones(self._storage.tombstones.read(workspace_id))

    def _forget_anew(self, workspace_id: str, refused: Tombstones) -> None:
        """Forget whoever was forgotten while we took data in; those under `refused` were not taken in."""
        if self._tombstones(workspace_id) != refused:
            self._forgetting.finish(workspace_id)

    def _change(self, workspace_id: str, dataset_id: str, change: Change) -> dict[str, Any]:
        for tries_left in reversed(range(_TRIES)):
            stored = self._storage.datasets.get(workspace_id, dataset_id)
            try:
                with self._staging(workspace_id) as folder:
                    changed = change(Dataset.open(stored.folder), folder)
                    content = _content(changed, folder)
                    return shown(
                        self._storage.datasets.new_version(
                            workspace_id, dataset_id, content, expected=stored.version
                        )
                    )
            except VersionMoved:
                if not tries_left:
                    raise
        raise AssertionError("the last try returns or raises")

    @contextmanager
    def _staging(self, workspace_id: str) -> Iterator[Path]:
        folder = self._storage.blobs.staging(workspace_id)
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def shown(stored: StoredDataset) -> dict[str, Any]:
    """Show a stored dataset as the API does."""
    names = ("id", "name", "version", "currency", "tables", "refused", "report", "created_at")
    return {name: getattr(stored, name) for name in names}


def _content(dataset: Dataset, folder: Path) -> VersionContent:
    return VersionContent(
        version=dataset.version,
        tables=dataset.tables,
        refused=dataset.refused,
        report=dataset.report,
        staged=folder,
    )
