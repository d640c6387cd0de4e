"""Building a panel into a folder: the engine writes sorted Parquet, whole or not at all."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from contextlib import ExitStack
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow.parquet as pq
from ibis.expr.types import Table

from pricing_service.panel.build import Panel, build_panel
from pricing_service.panel.stored import FORM, MANIFEST, StoredPanel

if TYPE_CHECKING:
    from pricing_service.dataset import Dataset

STORED = ("customers", "months", "periods", "units_inside")
"""The tables of a stored panel, each sorted by customer and then by time or unit."""

MEMORY_LIMIT = "384MB"
"""What DuckDB may hold while it builds a panel; beyond it, it writes to disk (bench: `panel_ten_million`)."""


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
            "form": FORM,
            "currency": panel.currency,
            "as_of": panel.as_of.isoformat(),
            "dataset_version": dataset.version if dataset is not None else "",
            "metrics": [asdict(metric) for metric in panel.metrics],
            "kpis": [asdict(kpi) for kpi in panel.kpis],
            "values": [asdict(column) for column in panel.values],
            "report": dict(panel.report),
        }
        (writing / MANIFEST).write_text(
            json.dumps(told, indent=1, sort_keys=True, default=date.isoformat), encoding="utf-8"
        )
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
        backend.raw_sql(f"SET memory_limit = '{MEMORY_LIMIT}'")
        backend.raw_sql(
            f"SET temp_directory = '{str(folder.parent / '.spilled').replace(chr(39), chr(39) * 2)}'"
        )
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
            temporary, path = f"_panel_{name}", folder / f"{name}.parquet"
            if engine.name != "duckdb":
                # a view first: PySpark's cache does not know the constant tables that the expression mentions
                view = engine.create_view(temporary, table, overwrite=True)
                afterwards.callback(engine.drop_view, temporary, force=True)
                held = afterwards.enter_context(view.cache())
                if name in STORED:  # at most one row per customer and month leaves the engine
                    pq.write_table(engine.to_pyarrow(held), path)
                return held
            if name not in STORED:
                afterwards.callback(engine.drop_table, temporary, force=True)
                # Not `overwrite`, which would write every row twice.
                return engine.create_table(temporary, table, temp=True)
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
