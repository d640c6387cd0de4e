"""Where tables come from: a folder, a zip, uploaded files, a DuckDB file, a PostgreSQL schema."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from pricing_service.ingest.csv_files import CsvFile, Dialect
from pricing_service.ingest.errors import DatasetRefused, TableRefused, fault
from pricing_service.ingest.relations import Relation, parquet_file
from pricing_service.tables import TABLES

_ENDINGS = (".csv.gz", ".csv", ".parquet")


@dataclass(frozen=True)
class Settings:
    """What `dataset.toml` says; every part may be left out."""

    name: str | None = None
    currency: str | None = None
    dialect: Dialect = Dialect()
    columns: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @classmethod
    def parse(cls, text: str) -> Settings:
        """Read the text of a `dataset.toml`.

        Raises
        ------
        DatasetRefused
            For anything that is not understood: a typo in a mapping must not pass in silence.

        Examples
        --------
        >>> Settings.parse('currency = "EUR"\\nusage.units = "Count"').columns
        {'usage': {'units': 'Count'}}
        """
        try:
            content = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise _refuse(f"dataset.toml is not TOML: {error}") from error
        columns = {}
        for key, value in content.items():
            if key in ("name", "currency"):
                if not isinstance(value, str):
                    raise _refuse(f"dataset.toml: {key} is a text")
            elif key == "csv":
                _check_dialect(value)
            elif key in TABLES:
                columns[key] = _check_mapping(key, value)
            else:
                raise _refuse(
                    f"dataset.toml: {key!r} is neither name, currency, csv nor a table of the contract"
                )
        return cls(content.get("name"), content.get("currency"), Dialect(**content.get("csv", {})), columns)


def _check_dialect(value: Any) -> None:
    if not isinstance(value, dict) or not set(value) <= {"delimiter", "quote"}:
        raise _refuse("dataset.toml: [csv] takes delimiter and quote; a decimal comma is not read")
    if not all(isinstance(mark, str) and len(mark.encode()) == 1 for mark in value.values()):
        raise _refuse("dataset.toml: delimiter and quote are single ASCII characters")


def _check_mapping(table: str, value: Any) -> dict[str, str]:
    if not isinstance(value, dict):
        raise _refuse(f'dataset.toml: write {table}.<our column> = "<their column>"')
    for ours, theirs in value.items():
        if TABLES[table].column(ours) is None and TABLES[table].extras is None:
            known = ", ".join(column.name for column in TABLES[table].columns)
            raise _refuse(f"dataset.toml: {table} has no column {ours!r}; it has {known}")
        if not isinstance(theirs, str):
            raise _refuse(f"dataset.toml: {table}.{ours} names a column, so it is a text")
    return value


def _refuse(message: str) -> DatasetRefused:
    return DatasetRefused(message, [fault("bad_settings", message)])


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
    """

    settings: Settings
    tables: dict[str, Relation] = field(default_factory=dict)
    refused: dict[str, TableRefused] = field(default_factory=dict)
    ignored: list[str] = field(default_factory=list)


class Source(Protocol):
    """Anything that tables can come from."""

    name: str

    def open(self, connection: Any, workspace: Path) -> Contents:
        """Look at what is there; temporary files go to `workspace`."""


@dataclass(frozen=True)
class Uploads:
    """Files by the name under which they were uploaded."""

    files: Mapping[str, Path]
    name: str = "dataset"

    def open(self, connection: Any, workspace: Path) -> Contents:  # noqa: ARG002
        """Match the files with the tables of the contract by their names."""
        toml = next((path for name, path in self.files.items() if name == "dataset.toml"), None)
        settings = Settings() if toml is None else Settings.parse(_text(toml))
        contents = Contents(settings)
        for name, path in sorted(self.files.items()):
            if name == "dataset.toml":
                continue
            table, ending = _table_of(name)
            if table is None:
                contents.ignored.append(name)
            elif table in contents.tables or table in contents.refused:
                contents.tables.pop(table, None)
                contents.refused[table] = TableRefused(
                    f"two files hold {table}: keep one", code="doubled_table"
                )
            else:
                try:
                    contents.tables[table] = _relation(
                        connection, path, table=table, ending=ending, settings=settings
                    )
                except TableRefused as error:
                    contents.refused[table] = error
        return contents


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


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise _refuse("dataset.toml is not UTF-8") from error


def _table_of(name: str) -> tuple[str | None, str]:
    folded = name.casefold()
    for ending in _ENDINGS:
        if folded.endswith(ending) and folded[: -len(ending)] in TABLES:
            return folded[: -len(ending)], ending
    return None, ""


def _relation(connection: Any, path: Path, *, table: str, ending: str, settings: Settings) -> Relation:
    if ending == ".parquet":
        return parquet_file(connection, path)
    return CsvFile(path, gzipped=ending == ".csv.gz", dialect=settings.dialect, name=table)


def open_source(where: str | Path) -> Source:
    """Return the source that a path or an address stands for."""
    return Folder(Path(where))
