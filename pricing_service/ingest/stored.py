"""A stored dataset as a source: a change of it passes all checks again, with what is new."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pricing_service.dataset import Dataset
from pricing_service.ingest.casting import literal
from pricing_service.ingest.relations import TypedRelation
from pricing_service.ingest.sources import Contents, Earlier
from pricing_service.tables import TABLES


def stored_tables(dataset: Dataset) -> dict[str, str]:
    """Return what to select from for each table that was given; rows set aside may find their customer now."""
    derived = dataset.report["customers_from"] not in ([], ["customers"])
    found: dict[str, list[Path]] = {}
    for table in TABLES:
        if table == "customers" and derived:
            continue
        paths = (dataset.parquet(table), dataset.folder / "unmatched" / f"{table}.parquet")
        if there := [path for path in paths if path.exists()]:
            found[table] = there
    return {
        table: "(" + " UNION ALL BY NAME ".join(f"FROM read_parquet({literal(str(p))})" for p in paths) + ")"
        for table, paths in found.items()
    }


def contents_of(connection: Any, dataset: Dataset, selects: Mapping[str, str]) -> Contents:
    """Return what `selects` name as a source's contents."""
    tables = {table: TypedRelation(connection, select) for table, select in selects.items()}
    return Contents(tables=dict(tables), ignored=list(dataset.report["files_ignored"]))


def earlier_version(
    dataset: Dataset,
    checked_again: Mapping[str, str],
    *,
    posted: Mapping[str, int] | None = None,
    keep: str = "true",
) -> Earlier:
    """Return what stays of the version before: quarantined rows that `keep` holds for, refused tables."""
    path = literal(str(dataset.folder / "quarantine.parquet"))
    return Earlier(
        quarantine=f"SELECT * FROM read_parquet({path}) WHERE {keep}",
        posted=posted or {},
        refused={table: why for table, why in dataset.refused.items() if table not in checked_again},
        numbers={table: number_traits(dataset, table) for table in checked_again},
    )


def traits(dataset: Dataset, table: str) -> dict[str, str]:
    """Return the columns of a stored table that the contract does not know, and the types they are stored as."""
    path = dataset.parquet(table)
    if not path.exists():
        return {}
    import pyarrow.parquet as pq  # noqa: PLC0415  only a process that reads data pays for it

    known = {column.name for column in TABLES[table].columns}
    return {field.name: str(field.type) for field in pq.read_schema(path) if field.name not in known}


def number_traits(dataset: Dataset, table: str) -> list[str]:
    """Return the traits of a stored table that are numbers in every row."""
    return [name for name, kind in traits(dataset, table).items() if kind == "double"]
