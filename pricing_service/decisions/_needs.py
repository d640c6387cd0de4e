"""What kinds of analysis need, why, and the cheapest way to get it."""

from __future__ import annotations

from pricing_service.decisions._base import Need

USAGE = Need(
    ("usage",),
    unlocks="comparing candidate value metrics: who uses how much of what",
    cheapest="export a row per customer, month and metric (customer_id, date, metric, units) from your product",
)
WORTH = Need(
    ("outcomes", "worth_checks"),
    unlocks="what one unit is worth: the value that customers achieve",
    cheapest="ask twenty customers for one KPI a month (customer_id, date, kpi, amount), or export what you measure",
)
OUTCOMES = Need(
    ("outcomes",),
    unlocks="what one unit is worth: the value that customers achieve",
    cheapest="ask twenty customers for one KPI a month (customer_id, date, kpi, amount), or export what you measure",
)
