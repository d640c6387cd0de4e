"""The customer panel: what every customer used, paid, cost and achieved, by month and by outcome period."""

from pricing_service.panel.build import Panel, build_panel
from pricing_service.panel.described import Kpi, Metric, ValueColumn
from pricing_service.panel.errors import MissingTables
from pricing_service.panel.stored import StoredPanel, panel_of, store_panel

__all__ = [
    "Kpi",
    "Metric",
    "MissingTables",
    "Panel",
    "StoredPanel",
    "ValueColumn",
    "build_panel",
    "panel_of",
    "store_panel",
]
