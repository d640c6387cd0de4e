"""What a `dataset.toml` says: name, currency, CSV dialect, and their names for our columns."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pricing_service.ingest.csv_files import Dialect
from pricing_service.ingest.errors import DatasetRefused, fault
from pricing_service.tables import TABLES

_MOST_BYTES = 256 << 10


@dataclass(frozen=True)
class Settings:
    """What `dataset.toml` says; every part may be left out."""

    name: str | None = None
    currency: str | None = None
    dialect: Dialect = field(default_factory=Dialect)
    columns: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @classmethod
    def read(cls, path: Path | None) -> Settings:
        """Read a `dataset.toml`, if there is one."""
        if path is None:
            return cls()
        try:
            with path.open("rb") as file:
                content = file.read(_MOST_BYTES + 1)
            if len(content) > _MOST_BYTES:
                raise _refuse(f"dataset.toml is longer than {_MOST_BYTES >> 10} kB")
            return cls.parse(content.decode("utf-8-sig"))
        except UnicodeDecodeError as error:
            raise _refuse("dataset.toml is not UTF-8") from error

    @classmethod
    def parse(cls, text: str) -> Settings:
        r"""Read the text of a `dataset.toml`.

        Raises
        ------
        DatasetRefused
            For anything that is not understood: a typo in a mapping must not pass in silence.

        Examples
        --------
        >>> Settings.parse('currency = "EUR"\nusage.units = "Count"').columns
        {'usage': {'units': 'Count'}}
        """
        try:
            content = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise _refuse(f"dataset.toml is not TOML: {error}") from error
        except RecursionError as error:
            raise _refuse("dataset.toml is nested too deeply") from error
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
