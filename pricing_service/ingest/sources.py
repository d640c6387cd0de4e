"""Where tables come from: a folder, a zip, files by name; databases are in `databases`."""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any, Protocol

from pricing_service.exhausted import exhausted
from pricing_service.ingest.csv_files import CsvFile, Dialect
from pricing_service.ingest.errors import DatasetRefused, TableRefused, fault
from pricing_service.ingest.packing import most_unpacked, told
from pricing_service.ingest.parquet_files import parquet_file
from pricing_service.ingest.relations import Relation
from pricing_service.ingest.settings import Settings
from pricing_service.tables import TABLES

_ENDINGS = (".csv.gz", ".csv", ".parquet")
_CHUNK = 1 << 20


@dataclass(frozen=True)
class Earlier:
    """What a changed dataset takes over from the version before.

    Parameters
    ----------
    quarantine
        SELECT of the rows that stay in quarantine.
    posted
        How many rows of a table are new: only these have line numbers, from 1.
    refused
        As in the earlier version, for tables that are not checked again.
    numbers
        Traits of a table that were numbers: what is none goes to the quarantine.
    """

    quarantine: str
    posted: Mapping[str, int] = field(default_factory=dict)
    refused: Mapping[str, str] = field(default_factory=dict)
    numbers: Mapping[str, Collection[str]] = field(default_factory=dict)


@dataclass
class Contents:
    """A source, opened.

    Parameters
    ----------
    settings
        Its `dataset.toml`, or the defaults.
    tables
        Relation per table of the contract.
    refused
        Tables that are there and cannot be read, with the reason.
    ignored
        Names that stand for no table of the contract.
    earlier
        The version that this one changes, if it does.
    refuse
        Puts rows that may not be taken in into the quarantine, before any other check.
    """

    settings: Settings = field(default_factory=Settings)
    tables: dict[str, Relation] = field(default_factory=dict)
    refused: dict[str, TableRefused] = field(default_factory=dict)
    ignored: list[str] = field(default_factory=list)
    earlier: Earlier | None = None
    refuse: Callable[[Any, Any], None] | None = None


class Source(Protocol):
    """Anything that tables can come from."""

    @property
    def name(self) -> str:
        """What the dataset is called where nobody says."""

    def open(self, connection: Any, workspace: Path) -> Contents:
        """Look at what is there; temporary files go to `workspace`."""


@dataclass(frozen=True)
class Uploads:
    """Files by the name under which they were uploaded; only the last part of a path counts."""

    files: Mapping[str, Path]
    name: str = "dataset"

    def open(self, connection: Any, workspace: Path) -> Contents:
        """Match the files with the tables of the contract by their names."""
        toml = [path for name, path in self.files.items() if _last_part(name) == "dataset.toml"]
        contents = Contents(Settings.read(toml[0] if toml else None))
        for name, path in sorted(self.files.items()):
            if _last_part(name) == "dataset.toml":
                continue
            table, ending = table_of(name)
            if table is None:
                contents.ignored.append(name)
            elif table in contents.tables or table in contents.refused:
                contents.tables.pop(table, None)
                contents.refused[table] = TableRefused(
                    f"two files hold {table}: keep one", code="doubled_table"
                )
            else:
                try:
                    contents.tables[table] = file_relation(
                        connection,
                        path,
                        table=table,
                        ending=ending,
                        dialect=contents.settings.dialect,
                        workspace=workspace,
                    )
                except TableRefused as error:
                    contents.refused[table] = error
        return contents


def file_relation(
    connection: Any, path: Path, *, table: str, ending: str, dialect: Dialect, workspace: Path
) -> Relation:
    """Return the relation that a file of a table holds; `ending` says what kind it is."""
    if ending == ".parquet":
        return parquet_file(connection, path)
    gzipped = ending == ".csv.gz"
    return CsvFile(path, gzipped=gzipped, dialect=dialect, name=table, workspace=workspace)


@dataclass(frozen=True)
class Folder:
    """A folder with one file per table."""

    path: Path

    @property
    def name(self) -> str:
        """The folder's name."""
        return self.path.resolve().name

    def open(self, connection: Any, workspace: Path) -> Contents:
        """Match the folder's files with the tables of the contract."""
        if not self.path.is_dir():
            message = f"{self.path} is not a folder"
            raise DatasetRefused(message, [fault("not_found", message)])
        files = {path.name: path for path in self.path.iterdir() if path.is_file() and path.name[0] != "."}
        return Uploads(files).open(connection, workspace)


@dataclass(frozen=True)
class Zip:
    """A zip of such a folder, with or without the folder itself."""

    path: Path

    @property
    def name(self) -> str:
        """The file's name without its ending."""
        return self.path.stem

    def open(self, connection: Any, workspace: Path) -> Contents:
        """Unpack what is a table, under names of our own, and match it."""
        try:
            with zipfile.ZipFile(self.path) as archive:
                most = most_unpacked(self.path.stat().st_size)
                files, ignored = _unpack(archive, workspace, most=most)
        except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, OSError) as error:
            if exhausted(error):
                raise
            message = f"the zip cannot be unpacked: {error}"
            raise DatasetRefused(message, [fault("unreadable", message)]) from error
        contents = Uploads(files).open(connection, workspace)
        contents.ignored += ignored
        return contents


def _unpack(archive: zipfile.ZipFile, workspace: Path, *, most: int) -> tuple[dict[str, Path], list[str]]:
    files: dict[str, Path] = {}
    ignored = []
    left = most
    for number, member in enumerate(archive.infolist()):
        name = _last_part(member.filename)
        if member.is_dir() or name.startswith(".") or member.filename.startswith("__MACOSX/"):
            continue
        if name != "dataset.toml" and table_of(name)[0] is None:
            ignored.append(member.filename)
            continue
        # No more than the declared size comes out of a member, so a bomb is known before it is unpacked.
        left -= member.file_size
        if left < 0:
            raise zipfile.BadZipFile(f"it holds {told(most)}")
        target = workspace / f"member-{number}"
        with archive.open(member) as packed, target.open("wb") as unpacked:
            shutil.copyfileobj(packed, unpacked, _CHUNK)
        files[member.filename] = target
    return files, ignored


def _last_part(name: str) -> str:
    return PurePosixPath(name).name


def table_of(name: str) -> tuple[str | None, str]:
    """Return the table that a file is named after and the ending that says what kind of file it is.

    Examples
    --------
    >>> table_of("exports/Usage.csv.gz"), table_of("notes.csv")
    (('usage', '.csv.gz'), (None, ''))
    """
    folded = _last_part(name).casefold()
    for ending in _ENDINGS:
        if folded.endswith(ending) and folded[: -len(ending)] in TABLES:
            return folded[: -len(ending)], ending
    return None, ""
