"""The customer × month calendar with everything that happened in each month, still exact."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import ibis
from ibis.expr.types import Column, Table

from pricing_service.panel.calendar import beside, days_between, month_of, months_between, shifted
from pricing_service.panel.currency import whole_sum
from pricing_service.panel.described import Kpi, Metric, ValueColumn
from pricing_service.panel.units import EXACT_UNITS, settled

MRR = ("mrr_end", "mrr_average", "mrr_end_spot", "mrr_average_spot")
"""Money per month: on the last day and by days; in constant currency of `as_of` and, spot, at the month's rate."""

_EACH = ["customer_id", "month"]
_KEPT = (
    "customer_id",
    "month",
    "month_stop",
    "month_days",
    "partial",
    "cell",
    "stop",
    "first_day",
    "last_day",
    "subscribed",
    "subscribed_end",
    "has_reported",
    "plan",
    "months_since_signup",
)


def month_cells(table: Table) -> Table:
    """`table`, which has a `date`, with the month as its cell."""
    return table.mutate(cell=month_of(table.date))


def span(seen: Sequence[Table], listed: Table) -> Table:
    """First and last day on which each customer of `listed` was seen, over all the sightings in `seen`.

    Columns: `customer_id`, `signed_up`, `first_day`, `last_day`, `subscribed` (ever), `has_reported` (ever).
    """
    everything = seen[0] if len(seen) == 1 else ibis.union(*seen)
    whole = everything.group_by("customer_id").agg(
        first_day=everything.first_day.min(),
        last_day=everything.last_day.max(),
        subscribed=everything.subscribed.any(),
        has_reported=everything.has_reported.any(),
    )
    known = listed.select(member="customer_id", signed_up="signed_up")
    return whole.join(known, whole.customer_id == known.member).drop("member")


def sighting(table: Table, first_day: Column, last_day: Column, *, kind: str) -> Table:
    """Days on which the rows of `table` saw their customer; `kind` is usage, outcomes or subscriptions."""
    return table.select(
        "customer_id",
        first_day=first_day,
        last_day=last_day,
        subscribed=ibis.literal(kind == "subscriptions"),
        has_reported=ibis.literal(kind == "outcomes"),
    )


def nobody_seen() -> Table:
    """Return a `sighting` without a row, for a dataset of which nothing is dated."""
    types = {"customer_id": "string", "first_day": "date", "last_day": "date"}
    return ibis.memtable([], schema=types | {"subscribed": "boolean", "has_reported": "boolean"})


@dataclass(frozen=True)
class Monthly:
    """What is told by customer and month; None where the dataset has no table that tells it.

    Parameters
    ----------
    paid
        Of `mrr.by_month`.
    used, moved
        Of `units.recorded` and `units.moved`.
    spent
        Of `spending`.
    """

    paid: Table | None = None
    used: Table | None = None
    moved: Table | None = None
    spent: Table | None = None


def filled(spans: Table, spine: Table, metrics: Sequence[Metric], told: Monthly) -> Table:
    """Return the customer × month calendar with all that is `told`, the units still exact.

    Each customer's months are those of `spine` that its span touches. It is active in a month in which it
    subscribes (without subscriptions: between its first and its last day) or has usage.
    """
    dense = spans.join(spine, [spine.month <= spans.last_day, spine.month_stop > spans.first_day])
    by_month = [(table, _EACH) for table in (told.paid, told.spent) if table is not None]
    by_cell = [(table, ["customer_id", "cell"]) for table in (told.used, told.moved) if table is not None]
    months = beside(dense, *by_month, *by_cell)
    months = months.mutate(**_money(months, told), **_days(months, told))
    seen = ibis.literal(False) if told.used is None else months.first_used.notnull()
    months = months.mutate(active=(months.days_observed > 0) | seen)
    if told.used is None:
        units = {metric.column: ibis.null(EXACT_UNITS) for metric in metrics}
    else:
        units = settled(months, metrics, active=months.active)
    return months.select(*_KEPT, *MRR, "cost", "days_observed", "active", **units)


def _days(joined: Table, told: Monthly) -> dict[str, Column]:
    last = ibis.least(joined.month_stop, shifted(joined.last_day, 1))
    observed = days_between(ibis.greatest(joined.month, joined.first_day), last)
    if told.paid is not None:
        observed = joined.subscribed.ifelse(ibis.coalesce(joined.days_subscribed, 0), observed)
    since = ibis.coalesce(joined.signed_up, joined.first_day)
    return {"days_observed": observed, "months_since_signup": months_between(since, joined.month)}


def _money(joined: Table, told: Monthly) -> dict[str, Column]:
    """MRR and costs: 0 in a month that has none, unknown where no table tells them (or a rate was missing)."""
    if told.paid is None:
        money = {name: ibis.null("float64") for name in MRR}
        money |= {"plan": ibis.null("string"), "subscribed_end": ibis.null("boolean")}
    else:
        there = joined.days_subscribed.notnull()
        money = {name: there.ifelse(joined[name].cast("float64"), 0.0) for name in MRR}
    if told.spent is None:
        return money | {"cost": ibis.null("float64")}
    return money | {"cost": joined.bills.notnull().ifelse(joined.spent.cast("float64"), 0.0)}


def spending(costs: Table) -> Table:
    """Sum `costs`, which have a `month`, per customer and month: `spent` and the number of `bills`."""
    return costs.group_by("customer_id", "month").agg(spent=whole_sum(costs.amount), bills=costs.count())


def with_value(
    months: Table, periods: Table, kpis: Sequence[Kpi], columns: Sequence[ValueColumn], *, single: bool
) -> Table:
    """`months` with `value_reported` (a complete period covers some of it) and `value`.

    `value` is the money of the KPIs that count, where the period is exactly that month; else it is unknown.
    `single` says that every period is one month.
    """
    counted = {kpi.kpi for kpi in kpis if kpi.counted}
    told = [periods[c.column] for c in columns if c.kpi in counted]
    total = sum((ibis.coalesce(each, 0.0) for each in told), ibis.literal(0.0))
    some = ibis.or_(*(each.notnull() for each in told)) if told else ibis.literal(False)
    value = some.ifelse(total, ibis.null("float64"))
    if single:
        found = periods.select("customer_id", month="period_start", value=value, reported=ibis.literal(True))
    else:
        found = _covered(
            months, periods.select("period_start", "period_end", covers="customer_id", total=value)
        )
    joined = beside(months, (found, _EACH))
    return joined.mutate(value_reported=ibis.coalesce(joined.reported, False)).drop("reported")


def _covered(months: Table, periods: Table) -> Table:
    """Months that some period covers a part of, with the `value` of the period that is exactly the month."""
    keys = months.select(*_EACH, "month_stop", "month_days")
    touch = [periods.period_start < keys.month_stop, periods.period_end > keys.month]
    pairs = keys.join(periods, [keys.customer_id == periods.covers, *touch])
    exact = (pairs.period_start == pairs.month) & (
        days_between(pairs.month, pairs.period_end) == pairs.month_days
    )
    return pairs.group_by(_EACH).agg(
        value=pairs.total.max(where=exact), reported=pairs.covers.notnull().any()
    )


def as_stored(months: Table, metrics: Sequence[Metric]) -> Table:
    """Select the columns of the panel's months, their units as floats."""
    return months.select(
        *_EACH,
        *MRR,
        "plan",
        "days_observed",
        "months_since_signup",
        "cost",
        "value_reported",
        "value",
        "partial",
        **{metric.column: months[metric.column].cast("float64") for metric in metrics},
    )
