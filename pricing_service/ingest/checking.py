"""From a source to a checked dataset: stage, check across rows and tables, write, report."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pricing_service.dataset import MANIFEST, Dataset
from pricing_service.ingest.casting import quoted
from pricing_service.ingest.engine import engine
from pricing_service.ingest.errors import DatasetRefused, TableRefused, fault
from pricing_service.ingest.quarantine import Quarantine
from pricing_service.ingest.sources import Contents, Source
from pricing_service.ingest.staging import Staged, stage
from pricing_service.ingest.writing import content_hash, sync, version, write_sorted
from pricing_service.money import UnknownCurrency, currency_code
from pricing_service.tables import TABLES

Progress = Callable[[str, int, int], None]


def ingest(
    source: Source,
    *,
    folder: Path,
    name: str | None = None,
    currency: str | None = None,
    progress: Progress | None = None,
) -> Dataset:
    """Check every table of `source` and write the dataset into `folder`, which is replaced if it is there.

    Parameters
    ----------
    name, currency
        Win over `dataset.toml`; the currency is an ISO 4217 code and must come from one of the two.
    progress
        Called as ``progress(step, done, total)``.

    Raises
    ------
    DatasetRefused
        When no table can be used; `faults` says why each cannot.
    """
    folder = Path(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory(prefix=f".{folder.name}-", dir=folder.parent) as temporary,
        engine(Path(temporary)) as connection,
    ):
        workspace = Path(temporary)
        contents = source.open(connection, workspace)
        code = _currency(currency or contents.settings.currency)
        target = workspace / "dataset"
        target.mkdir()
        _check(
            connection,
            contents,
            target=target,
            name=name or contents.settings.name or source.name,
            currency=code,
            progress=progress or (lambda *_: None),
        )
        if folder.exists():
            shutil.rmtree(folder)
        target.rename(folder)
    sync(folder.parent)
    return Dataset.open(folder)


def _currency(word: str | None) -> str:
    if word is None:
        message = 'no currency: give one, or write currency = "EUR" into dataset.toml'
        raise DatasetRefused(message, [fault("no_currency", message)])
    try:
        return currency_code(word)
    except UnknownCurrency as error:
        raise DatasetRefused(str(error), [fault("unknown_currency", str(error))]) from error


def _check(
    connection: Any, contents: Contents, *, target: Path, name: str, currency: str, progress: Progress
) -> None:
    quarantine = Quarantine(connection)
    staged: dict[str, Staged] = {}
    refused = dict(contents.refused)
    steps = 2 * len(contents.tables)
    for done, (table, relation) in enumerate(contents.tables.items()):
        progress(f"checking {table}", done, steps)
        mapping = contents.settings.columns.get(table, {})
        try:
            staged[table] = stage(connection, TABLES[table], relation, mapping=mapping, currency=currency)
        except TableRefused as error:
            refused[table] = error
            continue
        quarantine.add_faulty(staged[table])
        quarantine.add_torn(staged[table])
    rows: dict[str, int] = {}
    hashes = {}
    for table, one in staged.items():
        columns = ", ".join(quoted(column) for column in one.columns)
        path = target / f"{table}.parquet"
        count = connection.execute(f"SELECT count(*) FROM {quoted(table)} WHERE __fault = 0").fetchone()[0]
        if not count:
            refused[table] = TableRefused("no row survives the checks", code="no_rows")
            continue
        rows[table] = count
        write_sorted(connection, f"SELECT {columns} FROM {quoted(table)} WHERE __fault = 0", path)
        hashes[table] = content_hash(connection, path, one.columns)
    quarantine.write(target / "quarantine.parquet")
    manifest = {
        "name": name,
        "currency": currency,
        "version": version(currency, hashes),
        "tables": rows,
        "refused": {table: str(error) for table, error in sorted(refused.items())},
        "report": {},
    }
    path = target / MANIFEST
    path.write_text(json.dumps(manifest, indent=1, ensure_ascii=False, allow_nan=False), encoding="utf-8")
    sync(path)
