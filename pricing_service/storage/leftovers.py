"""Leftovers: files that no row refers to, because a kill fell between a row and its files."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import sqlalchemy as sa

from pricing_service.storage import schema
from pricing_service.storage.blobs import Blobs
from pricing_service.storage.database import Database
from pricing_service.storage.ids import is_id

# Files come before their row, by milliseconds; a large upload may stand half-made for long.
_YOUNG = timedelta(hours=1)
_UPLOADING = timedelta(days=1)


def sweep(database: Database, blobs: Blobs, *, now: float | None = None) -> list[Path]:
    """Remove leftovers of every workspace and say which.

    Parameters
    ----------
    database, blobs
        Whose.
    now
        Seconds since 1970; leftovers must be an hour old by then, staging folders a day. Default: the clock,
        since the age of files is told by the clock that wrote it.
    """
    moment = time.time() if now is None else now
    candidates = [folder for folder in _staged(blobs) if _age(folder, moment) > _UPLOADING]
    candidates += [folder for folder in _unknown(database, blobs) if _age(folder, moment) > _YOUNG]
    for folder in candidates:
        blobs.remove(folder)
    return candidates


def _staged(blobs: Blobs) -> Iterator[Path]:
    for workspace in _folders(blobs.root):
        yield from _folders(workspace / ".staging")


def _unknown(database: Database, blobs: Blobs) -> Iterator[Path]:
    """Folders of datasets and of versions that have no row."""
    versions = schema.dataset_versions.c
    with database.reading() as connection:
        rows = connection.execute(sa.select(versions.workspace_id, versions.dataset_id, versions.version))
        known = {blobs.version(*row) for row in rows}
    datasets = {version.parent for version in known}
    for workspace in _folders(blobs.root):
        for dataset in _folders(workspace):
            if not is_id(dataset.name):
                continue
            if dataset not in datasets:
                yield dataset
            else:
                yield from (version for version in _folders(dataset) if version not in known)


def _folders(parent: Path) -> list[Path]:
    return [path for path in parent.iterdir() if path.is_dir()] if parent.is_dir() else []


def _age(folder: Path, now: float) -> timedelta:
    return timedelta(seconds=now - folder.stat().st_mtime)
