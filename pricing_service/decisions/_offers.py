"""What customers and prospects have shown they would pay: quotes won and lost, as evidence on a unit's price."""

from __future__ import annotations

from typing import Any

import numpy as np

from models.errors import NotEstimable
from models.willingness.offer_results import LOST, LOST_ON_PRICE, LOST_OTHERWISE, WON
from models.willingness.quotes import Quotes, read_quotes
from models.willingness.sources import WillingnessSource
from pricing_service.decisions._contract_tables import contract_tables
from pricing_service.panel import Metric, StoredPanel
from pricing_service.panel.currency import Rates

_FEWEST = 10
"""Fewer decided offers are not read at all."""


def read_offers(panel: StoredPanel, metric: Metric, *, level: float) -> list[WillingnessSource]:
    """Return what quotes of the metric say; empty where there are too few."""
    rows = [row for row in quotes_of(panel) if _is_offer(row, metric, panel)]
    last = {row["lead_id"] or row["customer_id"]: row for row in rows}
    offers = [last[who] for who in sorted(last)]
    if len(offers) < _FEWEST:
        return []
    units = np.array([row["units"] for row in offers], dtype=np.float64)
    price = np.array([row["price"] for row in offers], dtype=np.float64) / units
    listed = np.array([row["list_price"] or np.nan for row in offers], dtype=np.float64) / units
    reps = [row["rep"] for row in offers]
    quotes = Quotes(
        price=price,
        result=np.array([_outcome(row) for row in offers], dtype=object),
        units=units,
        list_price=listed if np.isfinite(listed).all() else None,
        rep=np.array(reps, dtype=object) if all(reps) else None,
    )
    try:
        return [read_quotes(quotes, unit=f"{panel.currency}/{metric.metric}", level=level).source()]
    except NotEstimable:
        return []


def quotes_of(panel: StoredPanel) -> list[dict[str, Any]]:
    """Return the quotes in the panel's currency, the oldest first."""
    checked = contract_tables(panel)
    if "quotes" not in checked:
        return []
    rates = Rates.of(checked, panel.currency, panel.as_of)
    table = rates.constant(checked["quotes"], "price", "list_price").order_by(["date", "quote_id"])
    plain = table.mutate(**{name: table[name].cast("float64") for name in ("price", "list_price", "units")})
    rows: list[dict[str, Any]] = plain.to_pyarrow().to_pylist()
    return rows


def _is_offer(row: dict[str, Any], metric: Metric, panel: StoredPanel) -> bool:
    decided = row["result"] in {"won", "lost"} and row["date"] <= panel.as_of
    priced = row["metric"] == metric.metric and (row["units"] or 0) > 0 and (row["price"] or 0) > 0
    return decided and priced and bool(row["lead_id"] or row["customer_id"])


def _outcome(row: dict[str, Any]) -> str:
    if row["result"] == "won":
        return WON
    if row["reason"] is None:
        return LOST
    return LOST_ON_PRICE if row["reason"] == "price" else LOST_OTHERWISE
