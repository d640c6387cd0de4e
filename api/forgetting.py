"""Forgetting a customer everywhere: a tombstone first, then every dataset, and all that was written of it."""

from __future__ import annotations

import shutil
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from pricing_service import ingest as data_in
from pricing_service.dataset import Dataset
from pricing_service.ingest import Tombstones
from pricing_service.storage import Storage

Change = Callable[[str, str, Callable[[Dataset, Path], Dataset]], object]
"""Gives a dataset, named by its workspace's id and its own, a new version."""


class Forgetting:
    """Forgets customers, whoever asks for it: a person, or a tombstone.

    Parameters
    ----------
    storage
        Where everything is.
    change
        Makes a dataset's next version.
    """

    def __init__(self, storage: Storage, change: Change) -> None:
        self._storage = storage
        self._change = change

    def forget(self, workspace_id: str, customer_id: str, *, by: str) -> None:
        """Forget a customer in the whole workspace, and take it in no more."""
        known = unicodedata.normalize("NFC", customer_id)
        stone = self._storage.tombstones.set(workspace_id, known, by=by)
        self._purge(workspace_id, [known])
        self._storage.tombstones.done(workspace_id, {stone.salt: frozenset([stone.digest])})

    def finish(self, workspace_id: str) -> None:
        """Forget whom tombstones name and something still tells of: after a kill, or in an older backup."""
        known = self._storage.tombstones.read(workspace_id)
        stones = Tombstones(known)
        told = set(filter(stones.hold, self._storage.feedback.customers(workspace_id)))
        with self._room(workspace_id) as room:
            for dataset_id in self._storage.datasets.ids(workspace_id):
                for version in self._versions(workspace_id, dataset_id):
                    told.update(data_in.forgotten_in(version, stones, workspace=room))
        self._purge(workspace_id, sorted(told))
        self._storage.tombstones.done(workspace_id, known)

    def finish_all(self) -> None:
        """Forget whom the file of tombstones names, in every workspace."""
        for workspace_id in self._storage.tombstones.take_from_file():
            self.finish(workspace_id)

    def _purge(self, workspace_id: str, customers: Iterable[str]) -> None:
        for customer_id in customers:
            names = self._names(workspace_id, customer_id)
            for dataset_id in self._storage.datasets.ids(workspace_id):
                self._forget_in(workspace_id, dataset_id, customer_id, names=names)
            self._storage.feedback.forget(workspace_id, customer_id)
            words = [customer_id, *names]
            self._storage.redaction.redact(workspace_id, words)
            self._storage.redaction.redact_files(workspace_id, words, self._texts(workspace_id))
        # What is deleted leaves SQLite's log only once it is committed.
        self._storage.database.afterwards(partial(self._storage.snapshots.forget, workspace_id))
        self._storage.database.afterwards(self._storage.database.settle)

    def _forget_in(self, workspace_id: str, dataset_id: str, customer_id: str, *, names: list[str]) -> None:
        """Forget a customer in one dataset; versions before one that told of it go, and their analyses too."""
        with self._room(workspace_id) as room:
            told = any(
                data_in.tells_of(version, customer_id, names=names, workspace=room)
                for version in self._versions(workspace_id, dataset_id)
            )
        if not told:
            return
        self._change(
            workspace_id,
            dataset_id,
            lambda dataset, folder: data_in.forget_customer(dataset, customer_id, folder=folder, names=names),
        )
        self._storage.datasets.forget_older_versions(workspace_id, dataset_id)

    def _names(self, workspace_id: str, customer_id: str) -> list[str]:
        found: set[str] = set()
        with self._room(workspace_id) as room:
            for dataset_id in self._storage.datasets.ids(workspace_id):
                for version in self._versions(workspace_id, dataset_id):
                    found.update(data_in.names_of(version, customer_id, workspace=room))
        return sorted(found)

    def _versions(self, workspace_id: str, dataset_id: str) -> Iterator[Dataset]:
        for manifest in sorted(self._storage.blobs.dataset(workspace_id, dataset_id).glob("*/tables/*.json")):
            yield Dataset.open(manifest.parent)

    def _texts(self, workspace_id: str) -> Iterator[Path]:
        """Find what datasets and reports are called by: a dataset may be named after a customer."""
        for dataset_id in self._storage.datasets.ids(workspace_id):
            folder = self._storage.blobs.dataset(workspace_id, dataset_id)
            yield from folder.glob("*/tables/*.json")
            yield from folder.glob("*/analyses/*/*.html")

    @contextmanager
    def _room(self, workspace_id: str) -> Iterator[Path]:
        room = self._storage.blobs.staging(workspace_id)
        try:
            yield room
        finally:
            shutil.rmtree(room, ignore_errors=True)
