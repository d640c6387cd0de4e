"""The dataset's own tables beside the panel: checked, completed, merged customers as one."""

from __future__ import annotations

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
