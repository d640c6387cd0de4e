"""Which features people want most: best/worst answers as shares of preference and, with an anchor, as money."""

from __future__ import annotations

from typing import Any

import numpy as np

from models.choice.best_worst import BestWorst, BestWorstAnswers
from models.errors import NotEstimable
from pricing_service.decisions._contract_tables import contract_tables
from pricing_service.panel import StoredPanel
from pricing_service.panel.checked import Checked
from pricing_service.panel.currency import Rates

TABLE = "feature_choices"
VALUES = "feature_values"
_FEWEST_VALUES = 5
"""Customers who put money on a feature before the median of what they say may anchor the others."""


def feature_preferences(panel: StoredPanel, *, level: float, seed: int) -> dict[str, Any] | None:
    """Return the features by preference, the most wanted first; None where nobody was asked."""
    tables = contract_tables(panel)
    if TABLE not in tables:
        return None
    rows = tables[TABLE].order_by(["respondent_id", "task", "feature"]).to_pyarrow().to_pydict()
    answers = BestWorstAnswers(
        respondent=rows["respondent_id"], task=rows["task"], feature=rows["feature"],
        best=np.array(rows["best"], dtype=np.float64), worst=np.array(rows["worst"], dtype=np.float64),
        customer=rows["customer_id"],
    )  # fmt: skip
    anchors = {name: money for name, money in _stated(tables, panel).items() if name in set(rows["feature"])}
    unit = f"{panel.currency}/month"
    try:
        found = BestWorst(anchors=anchors, unit=unit, level=level, seed=seed).fit(answers)
    except NotEstimable as refusal:
        text = str(refusal)
        return {
            "features": [],
            "reason": refusal.reason,
            "caveats": [{"code": refusal.reason, "message": text}],
        }
    ranked = sorted(found.share, key=lambda name: (-(found.share[name].value or 0.0), name))
    features = []
    for name in ranked:
        entry: dict[str, Any] = {"feature": name, "share": found.share[name].to_json()}
        if anchors:
            entry["money"] = found.money[name].to_json()
        features.append(entry)
    return {
        "features": features,
        "respondents": found.respondents,
        "customers": found.clusters,
        "anchors": [{"feature": name, "money": anchors[name]} for name in sorted(anchors)],
        "caveats": [{"code": each.code, "message": each.message} for each in found.caveats],
    }


def _stated(tables: Checked, panel: StoredPanel) -> dict[str, float]:
    """Return the median money a month that customers put on each feature, where enough of them did."""
    if VALUES not in tables:
        return {}
    values: dict[str, list[float]] = {}
    rows = Rates.of(tables, panel.currency, panel.as_of).constant(tables[VALUES], "value").to_pyarrow()
    for row in rows.to_pylist():
        if row["value"] is not None and row["value"] > 0:
            values.setdefault(row["feature"], []).append(float(row["value"]))
    return {name: float(np.median(its)) for name, its in values.items() if len(its) >= _FEWEST_VALUES}
