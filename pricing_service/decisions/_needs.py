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
TRAITS = Need(
    ("customers",),
    unlocks="the profile of ideal customers: which traits foretell success",
    cheapest="export a row per customer from your CRM: customer_id, signed_up, and what it knew when they signed",
)
SUCCESS = Need(
    ("subscriptions", "monthly_mrr", "mrr_movements", "invoices", "outcomes"),
    unlocks="who succeeds: what customers bring and gain in the months after signing",
    cheapest="export subscriptions from the billing system: customer_id, start, end, plan, mrr",
)
BILLS = Need(
    ("subscriptions", "monthly_mrr", "mrr_movements", "invoices"),
    unlocks="retention and expansion: how much revenue stays, and by what it grows",
    cheapest="export subscriptions from the billing system: customer_id, start, end, plan, mrr",
)
OUTCOMES = Need(
    ("outcomes",),
    unlocks="what one unit is worth: the value that customers achieve",
    cheapest="ask twenty customers for one KPI a month (customer_id, date, kpi, amount), or export what you measure",
)
WILLINGNESS = Need(
    (
        "quotes",
        "price_changes",
        "price_sensitivity",
        "purchase_intent",
        "choices",
        "outcomes",
        "worth_checks",
    ),
    unlocks="what customers would pay for what they use",
    cheapest="export offers won and lost (quote_id, lead_id, date, metric, units, price, result) from your CRM",
)
VALUE = Need(
    ("outcomes", "alternatives", "worth_checks"),
    unlocks="which raises added value has earned",
    cheapest="ask twenty customers for one KPI a month (customer_id, date, kpi, amount), or export what you measure",
)
