"""The customer panel: what every customer used, paid, cost and achieved, by month and by outcome period.

Reading a stored panel is light. What builds one brings ibis with it (0.7 CPU-seconds, measured), and is imported
when it is first asked for.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from pricing_service.panel.described import Kpi, Metric, ValueColumn
from pricing_service.panel.errors import MissingTables
from pricing_service.panel.stored import StoredPanel

if TYPE_CHECKING:
    from pricing_service.panel.build import Panel, build_panel
    from pricing_service.panel.storing import panel_of, store_panel

_BUILDERS = {"Panel": "build", "build_panel": "build", "panel_of": "storing", "store_panel": "storing"}

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


def __getattr__(name: str) -> Any:
    """Import what builds a panel when it is first asked for."""
    if name not in _BUILDERS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_BUILDERS[name]}"), name)
