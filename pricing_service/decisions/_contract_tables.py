"""The dataset's own tables beside the panel: checked, completed, merged customers as one."""

from __future__ import annotations

import ibis

from pricing_service.panel import StoredPanel
from pricing_service.panel.checked import Checked
from pricing_service.tables import TABLES


def contract_tables(panel: StoredPanel) -> Checked:
    """Return every contract table of the panel's dataset; none where the panel has no dataset.

    Not `StoredPanel.connect`: there the panel's own customers stand in the place of the table of that name,
    without those who were merged into others.
    """
    if panel.dataset is None:
        return Checked({})
    backend = panel.dataset.connect(threads=1)
    return Checked({name: backend.table(name) for name in panel.dataset.tables if name in TABLES})


def contract_tables_on(connection: ibis.BaseBackend, panel: StoredPanel, *names: str) -> Checked:
    """Return some of them on the engine that `StoredPanel.connect` opened, to be joined with the panel's own tables."""
    if panel.dataset is None:
        return Checked({})
    there = [name for name in (*names, "customers") if name in panel.dataset.tables]
    return Checked({name: connection.read_parquet(panel.dataset.parquet(name)) for name in there})
