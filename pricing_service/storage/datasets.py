"""Datasets and their versions: rows here, files in `blobs`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from pricing_service.storage import schema
from pricing_service.storage.blobs import Blobs
from pricing_service.storage.database import Database
from pricing_service.storage.errors import NotFound, VersionMoved
from pricing_service.storage.ids import new_id
from pricing_service.storage.pages import Page, fetch_page


@dataclass(frozen=True)
class VersionContent:
    """What a checked dataset says about itself, JSON-ready, and the finished folder that it stands in.

    Parameters
    ----------
    version
        sha256 of the content, hexadecimal.
    tables, refused
        Table → surviving rows; table → reason in plain words.
    report
        The data report.
    staged
        Folder from `Blobs.staging`, moved to its final place by the call that stores this.
    """

    version: str
    tables: Mapping[str, int]
    refused: Mapping[str, str]
    report: Mapping[str, Any]
    staged: Path


@dataclass(frozen=True)
class StoredDataset:
    """A dataset at its current version; `folder` is what `Dataset.open` takes."""

    id: str
    workspace_id: str
    name: str
    currency: str
    version: str
    tables: dict[str, int]
    refused: dict[str, str]
    report: dict[str, Any]
    created_at: datetime
    folder: Path


class Datasets:
    """Store and read datasets."""

    def __init__(self, database: Database, clock: Callable[[], datetime], blobs: Blobs) -> None:
        self._database = database
        self._clock = clock
        self._blobs = blobs

    def save(self, workspace_id: str, content: VersionContent, *, name: str, currency: str) -> StoredDataset:
        """Store a new dataset with its first version: files first, then the rows that refer to them."""
        now = self._clock()
        dataset_id = new_id("ds", now)
        self._blobs.adopt(content.staged, self._blobs.tables(workspace_id, dataset_id, content.version))
        dataset = {
            "id": dataset_id,
            "workspace_id": workspace_id,
            "name": name,
            "currency": currency,
            "version": content.version,
            "created_at": now,
        }
        with self._database.writing() as connection:
            connection.execute(schema.datasets.insert().values(dataset))
            self._insert_version(connection, workspace_id, dataset_id, content)
        return self.get(workspace_id, dataset_id)

    def ids(self, workspace_id: str) -> list[str]:
        """Read the id of every dataset of a workspace, oldest first."""
        table = schema.datasets
        query = sa.select(table.c.id).where(table.c.workspace_id == workspace_id).order_by(table.c.id)
        with self._database.reading() as connection:
            return list(connection.execute(query).scalars())

    def get(self, workspace_id: str, dataset_id: str) -> StoredDataset:
        """Read one dataset at its current version; `NotFound` also for another workspace's."""
        with self._database.reading() as connection:
            row = connection.execute(_current(workspace_id).where(schema.datasets.c.id == dataset_id)).first()
        if row is None:
            raise NotFound("dataset", dataset_id)
        return self._dataset(row)

    def page(self, workspace_id: str, *, limit: int = 50, cursor: str | None = None) -> Page[StoredDataset]:
        """Read the datasets of a workspace, newest first."""
        with self._database.reading() as connection:
            rows, following = fetch_page(
                connection, _current(workspace_id), ids=schema.datasets.c.id, limit=limit, cursor=cursor
            )
        return Page([self._dataset(row) for row in rows], following)

    def new_version(
        self, workspace_id: str, dataset_id: str, content: VersionContent, *, expected: str
    ) -> StoredDataset:
        """Make another version the current one; the same content again changes what was refused alone.

        Raises
        ------
        VersionMoved
            The current version is no longer `expected`, the one that the content was made from.
        """
        final = self._blobs.tables(workspace_id, dataset_id, content.version)
        if content.version != expected:
            self._blobs.adopt(content.staged, final)
        table, versions = schema.datasets, schema.dataset_versions
        mine = sa.and_(table.c.workspace_id == workspace_id, table.c.id == dataset_id)
        with self._database.writing() as connection:
            row = connection.execute(sa.select(table.c.version).where(mine).with_for_update()).first()
            if row is None:
                raise NotFound("dataset", dataset_id)
            if row.version != expected:
                raise VersionMoved(f"dataset {dataset_id!r} is at version {row.version}, not {expected}")
            known = sa.and_(versions.c.dataset_id == dataset_id, versions.c.version == content.version)
            if content.version == expected and self._blobs.renew(content.staged, final):
                told = {"refused": dict(content.refused), "report": dict(content.report)}
                connection.execute(versions.update().where(known).values(told))
            if connection.execute(sa.select(versions.c.version).where(known)).first() is None:
                self._insert_version(connection, workspace_id, dataset_id, content)
            connection.execute(table.update().where(mine).values(version=content.version))
        return self.get(workspace_id, dataset_id)

    def forget_older_versions(self, workspace_id: str, dataset_id: str) -> None:
        """Delete every version but the current one, with its analyses and files: for a forgotten customer."""
        versions = schema.dataset_versions
        with self._database.writing() as connection:
            row = connection.execute(_current(workspace_id).where(schema.datasets.c.id == dataset_id)).first()
            if row is None:
                raise NotFound("dataset", dataset_id)
            old = sa.and_(versions.c.dataset_id == dataset_id, versions.c.version != row.version)
            gone = [r.version for r in connection.execute(sa.select(versions.c.version).where(old))]
            connection.execute(versions.delete().where(old))
        for version in gone:
            folder = self._blobs.version(workspace_id, dataset_id, version)
            self._database.afterwards(partial(self._blobs.remove, folder))

    def delete(self, workspace_id: str, dataset_id: str) -> None:
        """Forget a dataset: its rows first, so that nothing refers to files that are going."""
        table = schema.datasets
        mine = sa.and_(table.c.workspace_id == workspace_id, table.c.id == dataset_id)
        with self._database.writing() as connection:
            if connection.execute(table.delete().where(mine)).rowcount == 0:
                raise NotFound("dataset", dataset_id)
        self._database.afterwards(partial(self._blobs.remove, self._blobs.dataset(workspace_id, dataset_id)))

    def _insert_version(
        self, connection: sa.Connection, workspace_id: str, dataset_id: str, content: VersionContent
    ) -> None:
        connection.execute(
            schema.dataset_versions.insert().values(
                dataset_id=dataset_id,
                version=content.version,
                workspace_id=workspace_id,
                tables=dict(content.tables),
                refused=dict(content.refused),
                report=dict(content.report),
                created_at=self._clock(),
            )
        )

    def _dataset(self, row: sa.Row[Any]) -> StoredDataset:
        return StoredDataset(
            id=row.id,
            workspace_id=row.workspace_id,
            name=row.name,
            currency=row.currency,
            version=row.version,
            tables=row.tables,
            refused=row.refused,
            report=row.report,
            created_at=row.created_at,
            folder=self._blobs.tables(row.workspace_id, row.id, row.version),
        )


def _current(workspace_id: str) -> sa.Select[Any]:
    """Every dataset of the workspace beside its current version."""
    table, versions = schema.datasets, schema.dataset_versions
    same = sa.and_(versions.c.dataset_id == table.c.id, versions.c.version == table.c.version)
    columns = (versions.c.tables, versions.c.refused, versions.c.report)
    return sa.select(table, *columns).join(versions, same).where(table.c.workspace_id == workspace_id)
