"""What was known of a customer in each month in which it paid: bill, raises, use, value, progress and opinion."""

from __future__ import annotations

import ibis
from ibis.expr.types import Column, Table

from pricing_service.decisions._contract_tables import contract_tables_on
from pricing_service.panel import StoredPanel
from pricing_service.panel.calendar import beside, month_after, months_between
from pricing_service.panel.checked import Checked

KEYS = ("customer_id", "month", "place", "age", "mrr", "next_mrr")
"""Columns that are no covariates: whose month, which, its place from the first, the customer's age, and what it pays a
month at its end and a month later."""
_DATED = ("price_changes", "perceptions", "milestones")
_MOST_METRICS = 3
_FARTHEST = 4.0
"""Doublings beyond which a ratio counts no more."""


def customer_months(panel: StoredPanel) -> Table:
    """Return the months at whose end a customer pays, with `KEYS` and covariates, in order of customer and month.

    What a customer pays a month later is 0 where it is gone. Ratios are in doublings; what is not
    known is null. Columns: `bill`, `value` (for the money, over three months), `use:<metric>` (how often it halved
    against the three months before), `idle` (no use at all), `raised` (a raise from the month before to the one that
    follows), `opinion` (the latest), `milestones` (so far): those of which a table tells.
    """
    connection = panel.connect()
    months = connection.table("months")
    months = months.filter(~months.partial & months.mrr_end.notnull())
    first = months.month.min().name("first").as_table()
    following = months.mrr_end.lead().over(ibis.window(group_by="customer_id", order_by="month"))
    found = _of_months(panel, months)
    told = months.mutate(
        mrr=months.mrr_end.cast("float64"), next_mrr=ibis.greatest(ibis.coalesce(following, 0).cast("float64"), 0.0),
        age=months.months_since_signup, **found,
    )  # fmt: skip
    told = told.filter(told.mrr_end > 0).cross_join(first)
    told = told.mutate(place=months_between(told["first"], told.month).cast("int64"))
    told = _with_events(contract_tables_on(connection, panel, *_DATED), told.select(*KEYS, *found))
    return told.order_by("customer_id", "month")


def _of_months(panel: StoredPanel, months: Table) -> dict[str, Column]:
    """Return covariates that the panel's own months tell."""
    lately, before = (
        ibis.window(group_by="customer_id", order_by="month", rows=rows) for rows in ((-2, 0), (-5, -3))
    )
    found: dict[str, Column] = {
        "bill": months.mrr_end.nullif(0.0).log2(),
        "value": _doublings(months.value.sum().over(lately), months.mrr_average.sum().over(lately)),
    }
    metrics = [metric for metric in panel.metrics if metric.recorded][:_MOST_METRICS]
    for metric in metrics:
        units = months[metric.column]
        found[f"use:{metric.metric}"] = -_doublings(units.sum().over(lately), units.sum().over(before))
    if metrics:
        used = sum((ibis.coalesce(months[metric.column], 0.0) for metric in metrics), ibis.literal(0.0))
        found["idle"] = (used <= 0).cast("float64")
    return found


def _doublings(upper: Column, lower: Column) -> Column:
    """Return by how many doublings one lies above the other, as far as counts; null where either is nothing."""
    both = (upper > 0) & (lower > 0)
    ratio = both.ifelse(upper / lower, None).cast("float64").log2()
    return ibis.least(ibis.greatest(ratio, -_FARTHEST), _FARTHEST)


def _with_events(tables: Checked, told: Table) -> Table:
    """Add what dated tables tell up to each month's end."""
    if "price_changes" in tables:
        changes = tables["price_changes"]
        raised = changes.filter(changes.offered_mrr > changes.old_mrr).select("customer_id", "date")
        pairs = _pairs(told, raised, ahead=1)
        near = pairs.filter(months_between(pairs.date, pairs.month) <= 1)
        told = _joined(told, near, raised=near.count().cast("float64"))
        told = told.mutate(raised=(ibis.coalesce(told.raised, 0.0) > 0).cast("float64"))
    if "perceptions" in tables:
        scores = tables["perceptions"]
        daily = scores.group_by("customer_id", "date").agg(score=scores.score.cast("float64").mean())
        pairs = _pairs(told, daily, ahead=0)
        told = _joined(told, pairs, opinion=pairs.score.argmax(pairs.date))
    if "milestones" in tables:
        pairs = _pairs(told, tables["milestones"].select("customer_id", "date"), ahead=0)
        told = _joined(told, pairs, milestones=pairs.count().cast("float64"))
        told = told.mutate(milestones=ibis.coalesce(told.milestones, 0.0))
    return told


def _pairs(told: Table, events: Table, *, ahead: int) -> Table:
    """Return each customer's months with its events up to `ahead` months later."""
    keys = told.select("month", who="customer_id")
    end = month_after(keys.month) + ibis.interval(months=ahead)
    return keys.join(events, [keys.who == events.customer_id, events.date < end])


def _joined(told: Table, pairs: Table, **values: Column) -> Table:
    summed = pairs.group_by("who", "month").agg(**values).rename(customer_id="who")
    return beside(told, (summed, ["customer_id", "month"]))
