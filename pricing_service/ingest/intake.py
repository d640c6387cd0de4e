"""The whole way in: from a source to a checked dataset in a folder."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from pricing_service.dataset import MANIFEST, Dataset
from pricing_service.ingest.casting import quoted
from pricing_service.ingest.checking import Checked, Progress, check
from pricing_service.ingest.engine import engine
from pricing_service.ingest.errors import DatasetRefused, TableRefused, fault
from pricing_service.ingest.families import DERIVED
from pricing_service.ingest.marks import UNMATCHED
from pricing_service.ingest.report import data_report, reasons, table_report
from pricing_service.ingest.sources import Contents, Source
from pricing_service.ingest.writing import canonical, content_hash, sync, version, write_sorted
from pricing_service.money import UnknownCurrency, currency_code
from pricing_service.tables import TABLES


def ingest(
    source: Source,
    *,
    folder: Path,
    name: str | None = None,
    currency: str | None = None,
    progress: Progress | None = None,
    may_be_empty: bool = False,
) -> Dataset:
    """Check every table of `source` and write the dataset into `folder`, which is replaced if it is there.

    Parameters
    ----------
    name, currency
        Win over `dataset.toml`; the currency is an ISO 4217 code and must come from one of the two.
    progress
        Called as ``progress(step, done, total)``.
    may_be_empty
        Whether a dataset without any table is written all the same (the last customer was forgotten).

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
        told = progress or _silent
        checked = check(connection, contents, currency=code, progress=told)
        target = workspace / "dataset"
        manifest = _write(connection, contents, checked, target=target, currency=code, progress=told)
        if not (manifest["tables"] or may_be_empty):
            raise _nothing_usable(checked.refused, contents)
        manifest["name"] = name or contents.settings.name or source.name
        _write_manifest(manifest, target)
        if folder.exists():
            shutil.rmtree(folder)
        target.rename(folder)
    sync(folder.parent)
    return Dataset.open(folder)


def _silent(step: str, done: int, total: int) -> None:
    pass


def _currency(word: str | None) -> str:
    if word is None:
        message = 'no currency: give one, or write currency = "EUR" into dataset.toml'
        raise DatasetRefused(message, [fault("no_currency", message)])
    try:
        return currency_code(word)
    except UnknownCurrency as error:
        raise DatasetRefused(str(error), [fault("unknown_currency", str(error))]) from error


def _write(
    connection: Any, contents: Contents, checked: Checked, *, target: Path, currency: str, progress: Progress
) -> dict[str, Any]:
    """Write tables, rows that are set aside, and the quarantine; return the manifest, the name excepted."""
    (target / "unmatched").mkdir(parents=True)
    refused = checked.refused
    rows: dict[str, int] = {}
    hashes: dict[str, str] = {}
    reports: dict[str, dict[str, Any]] = {}
    quarantined = checked.quarantine.counts()
    for done, (table, staged) in enumerate(checked.staged.items()):
        progress("writing tables", done, len(checked.staged))
        counts = table_report(
            connection,
            staged,
            quarantined=quarantined.get(table, 0),
            matches=bool(checked.customers_from),
        )
        reports[table] = counts
        if counts["unmatched"]:
            aside = f"SELECT {_columns(staged.columns)} FROM {quoted(table)} WHERE __fault = {UNMATCHED}"
            write_sorted(connection, aside, target / "unmatched" / f"{table}.parquet")
        if counts["rows"]:
            rows[table] = counts["rows"]
            select = canonical(connection, staged)
            write_sorted(connection, select, target / f"{table}.parquet")
            hashes[table] = content_hash(
                connection, target / f"{table}.parquet", staged.columns, empty=staged.empty
            )
        else:
            refused[table] = _no_rows(
                counts, [each for each in reasons(connection) if each["table"] == table]
            )
    if checked.customers_from not in ((), ("customers",)):
        rows["customers"], hashes["customers"] = _write_derived(connection, target / "customers.parquet")
    progress("writing tables", len(checked.staged), len(checked.staged))
    checked.quarantine.write(target / "quarantine.parquet")
    return {
        "currency": currency,
        "version": version(currency, hashes),
        "tables": dict(sorted(rows.items())),
        "refused": dict(sorted(_reasons_of(refused, contents).items())),
        "report": data_report(
            contents, reports, customers_from=checked.customers_from, quarantined=reasons(connection)
        ),
    }


def _write_derived(connection: Any, path: Path) -> tuple[int, str]:
    columns = tuple(column.name for column in TABLES["customers"].columns)
    write_sorted(connection, f"SELECT {_columns(columns)} FROM {DERIVED}", path)
    count = connection.execute(f"SELECT count(*) FROM {DERIVED}").fetchone()[0]
    return count, content_hash(connection, path, columns)


def _reasons_of(refused: Mapping[str, TableRefused], contents: Contents) -> dict[str, str]:
    before = contents.earlier.refused if contents.earlier else {}
    return {**before, **{table: str(error) for table, error in refused.items()}}


def _columns(names: Iterable[str]) -> str:
    return ", ".join(map(quoted, names))


def _no_rows(counts: Mapping[str, Any], why: Sequence[Mapping[str, Any]]) -> TableRefused:
    if not counts["read"]:
        return TableRefused("it has no rows", code="no_rows")
    told = "; ".join(
        f"{each['message']} ({each['rows']:,}, first in line {each['first_line']})" for each in why[:3]
    )
    return TableRefused(
        f"no row survives the checks: of {counts['read']:,}, {counts['quarantined']:,} are in quarantine and "
        f"{counts['unmatched']:,} belong to no known customer{': ' if told else ''}{told}",
        code="no_rows",
    )


def _nothing_usable(refused: Mapping[str, TableRefused], contents: Contents) -> DatasetRefused:
    faults = [fault(error.code, str(error), table=table) for table, error in sorted(refused.items())]
    if faults:
        told = "; ".join(f"{entry['table']}: {entry['message']}" for entry in faults)
        return DatasetRefused(f"none of the tables can be used. {told}", faults)
    seen = f" (there is {', '.join(contents.ignored[:10])})" if contents.ignored else ""
    message = (
        f"there is no table of the data contract{seen}: name the files after the tables, such as "
        "customers.csv, subscriptions.csv, usage.csv and outcomes.csv"
    )
    return DatasetRefused(message, [fault("no_tables", message)])


def _write_manifest(manifest: Mapping[str, Any], target: Path) -> None:
    path = target / MANIFEST
    path.write_text(json.dumps(manifest, indent=1, ensure_ascii=False, allow_nan=False), encoding="utf-8")
    sync(path)
