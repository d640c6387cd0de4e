"""Fences of a menu: which features are in every tier, and which begin where customers want them more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.pricing.tiers.fences import fence
from pricing_service.decisions._contract_tables import contract_tables
from pricing_service.decisions._feature_preferences import TABLE as CHOICES
from pricing_service.decisions._feature_preferences import VALUES
from pricing_service.panel import StoredPanel
from pricing_service.panel.currency import Rates

Wants = Mapping[str, float]
"""What a feature gives to customers: by id, money a month or a score."""


@dataclass(frozen=True)
class _Told:
    """What tables tell of a feature, and which."""

    wants: Wants
    rests_on: str


def fences_of(
    panel: StoredPanel, ids: Sequence[str], tier: NDArray[np.intp], names: Sequence[str], *, level: float
) -> dict[str, Any]:
    """Return where each feature begins, as the API shows it.

    Parameters
    ----------
    panel
        Its dataset's tables of features are read.
    ids, tier
        Customers, and the place of the tier that each takes; -1 for none.
    names
        Of the tiers.
    level
        Of the intervals.
    """
    place = {customer: at for customer, at in zip(ids, tier.tolist(), strict=True) if at >= 0}
    told = _told(panel)
    looks = max(len(told) * (len(names) - 1), 1)
    rows = [_row(feature, told[feature], place, names, looks=looks, level=level) for feature in sorted(told)]
    return {"features": rows} if rows else {"features": [], "reason": "no_features"}


def _row(
    feature: str, told: _Told, place: Mapping[str, int], names: Sequence[str], *, looks: int, level: float
) -> dict[str, Any]:
    there = [customer for customer in told.wants if customer in place]
    values = np.array([told.wants[customer] for customer in there], dtype=np.float64)
    tiers = np.array([place[customer] for customer in there], dtype=np.intp)
    found = fence(values, tiers, looks=looks, level=level)
    return {
        "feature": feature,
        "from_tier": names[found.from_tier],
        "every_tier": found.from_tier == 0,
        "wanted_more_above": found.wanted_more.to_json(),
        "rests_on": told.rests_on,
    }


def _told(panel: StoredPanel) -> dict[str, _Told]:
    """Return what is known of each feature: money where customers put any on it, else how they choose."""
    by_choice = {feature: _Told(wants, CHOICES) for feature, wants in _scores(panel).items()}
    by_value = {feature: _Told(wants, VALUES) for feature, wants in _values(panel).items()}
    return by_choice | by_value


def _values(panel: StoredPanel) -> dict[str, dict[str, float]]:
    """Return money a month by feature and customer: what it got where that was measured, else what it says."""
    tables = contract_tables(panel)
    if VALUES not in tables:
        return {}
    table = Rates.of(tables, panel.currency, panel.as_of).constant(tables[VALUES], "value")
    rows = table.filter(table["value"].notnull()).to_pyarrow().to_pylist()
    found: dict[str, dict[str, float]] = {}
    for row in sorted(rows, key=lambda row: (row["source"] == "outcome", row["value"])):
        found.setdefault(row["feature"], {})[row["customer_id"]] = float(row["value"])
    return found


def _scores(panel: StoredPanel) -> dict[str, dict[str, float]]:
    """Return by feature and customer how often its people chose it as best less as worst, of the times shown."""
    tables = contract_tables(panel)
    if CHOICES not in tables:
        return {}
    table = tables[CHOICES]
    known = table.filter(table.customer_id.notnull())
    score = known.group_by(["feature", "customer_id"]).agg(
        score=(known.best.cast("float64") - known.worst.cast("float64")).mean()
    )
    found: dict[str, dict[str, float]] = {}
    for row in score.to_pyarrow().to_pylist():
        found.setdefault(row["feature"], {})[row["customer_id"]] = float(row["score"])
    return found
