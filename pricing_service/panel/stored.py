"""The panel on disk, read again on one thread."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pricing_service.panel.described import Kpi, Metric, ValueColumn

if TYPE_CHECKING:
    import ibis

    from pricing_service.dataset import Dataset
    from pricing_service.panel.kept import Kept

MANIFEST = "panel.json"
FORM = 2
"""Of what a stored panel says and holds; one of another form is built anew."""


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
    kept
        Where long analyses of it keep their work; None: nowhere.
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
    kept: Kept | None = None

    @classmethod
    def open(cls, folder: Path, dataset: Dataset | None = None) -> StoredPanel:
        """Open the panel that `store_panel` wrote into `folder`.

        Raises
        ------
        FileNotFoundError
            When there is none, or one of another form.
        """
        told = json.loads((Path(folder) / MANIFEST).read_text(encoding="utf-8"))
        if told.get("form") != FORM:
            raise FileNotFoundError(f"{folder} holds a panel of form {told.get('form')}, not {FORM}")
        return cls(
            folder=Path(folder),
            currency=told["currency"],
            as_of=date.fromisoformat(told["as_of"]),
            dataset_version=told["dataset_version"],
            metrics=tuple(_metric(row) for row in told["metrics"]),
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


def _metric(row: dict[str, Any]) -> Metric:
    """Return a metric as the manifest tells it."""
    first = row["first_recorded"]
    plain = {"warnings": tuple(row["warnings"]), "first_recorded": first and date.fromisoformat(first)}
    return Metric(**row | plain)
