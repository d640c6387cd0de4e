"""Who reports outcomes: shares by size, plan, tenure, churned or active, and trait."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.checks import Floats
from models.order_statistics import ascending
from pricing_service.decisions._evidence import Evidence
from pricing_service.panel import StoredPanel
from pricing_service.panel.answers import arrow_of

WANTED_OF_THE_SILENT = "outcomes of customers who do not report yet"
"""What to collect next where many are silent, in the same words for all kinds, so that a report says it once."""


def coverage(evidence: Evidence) -> dict[str, Any]:
    """Return how many customers report outcomes, in all and by what is known of everybody."""
    reported = evidence.reported
    customers = len(evidence.customers)
    groups: list[tuple[str, NDArray[np.str_]]] = [("size", _size(evidence))]
    for name in ("churned", "tenure", *evidence.traits.segment_names):
        levels = evidence.traits.segments(name)
        if levels is not None:
            groups.append((name, levels))
    return {
        "customers": customers,
        "reporting": int(reported.sum()),
        "share": float(reported.mean()) if customers else None,
        "by": [row for name, levels in groups for row in _shares(name, levels, reported)],
        **({} if customers else {"reasons": {"share": "no_customers"}}),
    }


def _size(evidence: Evidence) -> NDArray[np.str_]:
    """Cut the customers into thirds by how much they use, all metrics taken together."""
    if not evidence.book_units or not evidence.customers:
        return np.array([], dtype=np.str_)
    place = np.zeros(len(evidence.customers))
    for units in evidence.book_units.values():
        place[ascending(np.nan_to_num(units))] += np.arange(place.size) / len(evidence.book_units)
    low, high = np.quantile(place, [1 / 3, 2 / 3])
    return np.where(place <= low, "small", np.where(place <= high, "middle", "large"))


def _shares(name: str, levels: NDArray[np.str_], reported: Floats) -> list[dict[str, Any]]:
    rows = []
    for level in np.unique(levels).tolist():
        here = reported[levels == level]
        rows.append(
            {
                "trait": name,
                "level": level,
                "customers": int(here.size),
                "reporting": int(here.sum()),
                "share": float(here.mean()),
            }
        )
    return rows if len(rows) > 1 else []


def last_day_of(panel: StoredPanel) -> str | None:
    """Return the last day with data; None where nothing is dated (a survey alone): the panel then has no month."""
    dated = arrow_of(panel.connect().table("months").limit(1)).num_rows > 0
    return panel.as_of.isoformat() if dated else None
