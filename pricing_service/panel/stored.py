"""The panel on disk: Parquet that the engine wrote, read again on one thread."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq
from ibis.expr.types import Table

from pricing_service.panel.build import Panel, build_panel
from pricing_service.panel.described import Kpi, Metric, ValueColumn

if TYPE_CHECKING:
    import ibis

    from pricing_service.dataset import Dataset

MANIFEST = "panel.json"
STORED = ("customers", "months", "periods", "units_inside")
"""The tables of a stored panel, each sorted by customer and then by time or unit."""


@dataclass(frozen=True)
class StoredPanel:
    """A panel that was stored, and the dataset that it was built from.

    Parameters
    ----------
    folder
        Holds one Parquet file per table and ``panel.json``.
    currency
        The ISO 4217 code of all money.
    as_of
        The last day that counts.
    dataset_version
        Version of the dataset that it was built from; empty where that was not a stored dataset.
    metrics, kpis, values
        What the columns mean.
    report
        Notes and warnings, JSON-ready.
    dataset
        Its other tables are reachable beside the panel's own; None where there are none.
    """

    folder: Path
    currency: str
    as_of: date
    dataset_version: str
    metrics: tuple[Metric, ...]
    kpis: tuple[Kpi, ...]
    values: tuple[ValueColumn, ...]
    report: Mapping[str, Any]
    dataset: Dataset | None = None

    @classmethod
    def open(cls, folder: Path, dataset: Dataset | None = None) -> StoredPanel:
        """Open the panel that `store_panel` wrote into `folder`.

        Raises
        ------
        FileNotFoundError
            When there is none.
        """
        told = json.loads((Path(folder) / MANIFEST).read_text(encoding="utf-8"))
        return cls(
            folder=Path(folder),
            currency=told["currency"],
            as_of=date.fromisoformat(told["as_of"]),
            dataset_version=told["dataset_version"],
            metrics=tuple(Metric(**{**row, "warnings": tuple(row["warnings"])}) for row in told["metrics"]),
            kpis=tuple(Kpi(**row) for row in told["kpis"]),
            values=tuple(ValueColumn(**row) for row in told["values"]),
            report=told["report"],
            dataset=dataset,
        )

    def connect(self) -> ibis.BaseBackend:
        """Open DuckDB with a view per table: the panel's, and the dataset's others under their own names.

        One thread: sums of floats are then added in the stored order, and come out the same everywhere.
        """
        import duckdb  # noqa: PLC0415  a process that only reads the manifest needs no engine
        import ibis  # noqa: PLC0415

        connection = duckdb.connect(config={"threads": 1})
        files = {path.stem: path for path in sorted(self.folder.glob("*.parquet"))}
        if self.dataset is not None:
            others = {name: self.dataset.parquet(name) for name in self.dataset.tables}
            files = others | files
        for name, path in files.items():
            quoted = str(path).replace("'", "''")
            connection.execute(f"CREATE VIEW \"{name}\" AS FROM read_parquet('{quoted}')")
        return ibis.duckdb.from_connection(connection)


def store_panel(panel: Panel, folder: Path, *, dataset: Dataset | None = None) -> StoredPanel:
    """Write `panel` into `folder`, whole or not at all, and open it.

    The engine writes sorted Parquet into a temporary folder beside it, which then takes its name. A folder that
    is there already is replaced.
    """
    folder = Path(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    writing = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        _write(panel, writing)
        told = {
            "currency": panel.currency,
            "as_of": panel.as_of.isoformat(),
            "dataset_version": dataset.version if dataset is not None else "",
            "metrics": [asdict(metric) for metric in panel.metrics],
            "kpis": [asdict(kpi) for kpi in panel.kpis],
            "values": [asdict(column) for column in panel.values],
            "report": dict(panel.report),
        }
        (writing / MANIFEST).write_text(json.dumps(told, indent=1, sort_keys=True), encoding="utf-8")
        for path in [*sorted(writing.iterdir()), writing]:
            _sync(path)
        if folder.exists():
            shutil.rmtree(folder)
        writing.rename(folder)
        _sync(folder.parent)
    finally:
        shutil.rmtree(writing, ignore_errors=True)
    return StoredPanel.open(folder, dataset)


def panel_of(
    dataset: Dataset, *, folder: Path, as_of: date | None = None, today: date | None = None
) -> StoredPanel:
    """Build the panel of a stored dataset into `folder`.

    Raises
    ------
    MissingTables
        When the dataset has neither usage, nor outcomes, nor a table that tells MRR.
    """
    backend = dataset.connect()
    try:
        tables = {name: backend.table(name) for name in dataset.tables}
        panel = build_panel(tables, currency=dataset.currency, as_of=as_of, today=today)
        return store_panel(panel, folder, dataset=dataset)
    finally:
        backend.disconnect()


def _write(panel: Panel, folder: Path) -> None:
    """Compute each table once: the panel's own go to Parquet, the others stay with the engine until all are done."""
    engine = panel.engine
    with ExitStack() as afterwards:

        def stage(name: str, table: Table) -> Table:
            temporary = f"_panel_{name}"
            if name not in STORED:
                afterwards.callback(engine.drop_table, temporary, force=True)
                return engine.create_table(temporary, table, temp=True, overwrite=True)
            path = folder / f"{name}.parquet"
            if engine.name != "duckdb":  # at most one row per customer and month leaves the engine
                pq.write_table(engine.to_pyarrow(table), path)
                return table
            engine.to_parquet(table, path)
            afterwards.callback(engine.drop_view, temporary, force=True)
            return engine.read_parquet(path, table_name=temporary)

        panel.make(stage)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
