"""The customer × month calendar with everything that happened in each month, still exact."""

from __future__ import annotations

from collections.abc import Sequence

import ibis
from ibis.expr.types import Column, Table

from pricing_service.panel.calendar import beside, days_between, month_of, months_between, shifted
from pricing_service.panel.currency import whole_sum
from pricing_service.panel.described import Kpi, Metric, ValueColumn
from pricing_service.panel.units import EXACT_UNITS, settled

MRR = ("mrr_end", "mrr_average", "mrr_end_spot", "mrr_average_spot")
"""Money per month: on the last day and by days; in constant currency of `as_of` and, spot, at the month's rate."""

_EACH = ["customer_id", "month"]


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


def calendar(spans: Table, spine: Table) -> Table:
    """One row per customer and month of its span, with `seen_days` and `months_since_signup`."""
    dense = spans.join(spine, [spine.month <= spans.last_day, spine.month_stop > spans.first_day])
    last = ibis.least(dense.month_stop, shifted(dense.last_day, 1))
    since = ibis.coalesce(dense.signed_up, dense.first_day)
    return dense.mutate(
        seen_days=days_between(ibis.greatest(dense.month, dense.first_day), last),
        months_since_signup=months_between(since, dense.month),
        cell=dense.month,
        stop=dense.month_stop,
    )


def with_units(dense: Table, rows: Table | None, changed: Table | None, metrics: Sequence[Metric]) -> Table:
    """`dense`, a calendar of cells, with one exact column of units per metric, and `active`.

    `rows` is what `units.recorded` and `changed` what `units.moved` found in the same cells. A customer is
    active in a cell where it subscribes (without subscriptions: between its first and last day) or has usage.
    """
    if rows is None:
        nothing = {metric.column: ibis.null(EXACT_UNITS) for metric in metrics}
        return dense.mutate(active=dense.days_observed > 0, **nothing)
    cells = beside(dense, rows.drop("first_day", "last_day"), ["customer_id", "cell"])
    if changed is not None:
        cells = beside(cells, changed, ["customer_id", "cell"])
    cells = cells.mutate(active=(cells.days_observed > 0) | cells.usage_rows.notnull())
    units = settled(cells, metrics, active=cells.active)
    return cells.mutate(**units).drop("usage_rows", *(name for name in cells.columns if name.startswith("_")))


def with_mrr(dense: Table, paid: Table | None) -> Table:
    """`dense` with the MRR columns of `mrr.by_month` (unknown where no table tells MRR) and `days_observed`."""
    if paid is None:
        nothing = {name: ibis.null("float64") for name in MRR}
        return dense.mutate(
            **nothing,
            plan=ibis.null("string"),
            subscribed_end=ibis.null("boolean"),
            days_observed=dense.seen_days,
        )
    months = beside(dense, paid, _EACH)
    in_it = months.days_subscribed.notnull()
    money = {name: in_it.ifelse(months[name].cast("float64"), 0.0) for name in MRR}
    observed = months.subscribed.ifelse(ibis.coalesce(months.days_subscribed, 0), months.seen_days)
    return months.mutate(**money, days_observed=observed).drop("days_subscribed")


def with_cost(dense: Table, costs: Table | None) -> Table:
    """`dense` with `cost`: money spent on the customer in the month, unknown without the table `costs`."""
    if costs is None:
        return dense.mutate(cost=ibis.null("float64"))
    spent = costs.group_by("customer_id", "month").agg(spent=whole_sum(costs.amount), bills=costs.count())
    months = beside(dense, spent, _EACH)
    return months.mutate(cost=months.bills.notnull().ifelse(months.spent.cast("float64"), 0.0)).drop(
        "spent", "bills"
    )


def with_value(months: Table, periods: Table, kpis: Sequence[Kpi], columns: Sequence[ValueColumn]) -> Table:
    """`months` with `value_reported` (a complete period covers some of it) and `value`.

    `value` is the money of the KPIs that count, where the period is exactly that month; else it is unknown.
    """
    counted = {kpi.kpi for kpi in kpis if kpi.counted}
    told = [periods[c.column] for c in columns if c.kpi in counted]
    total = sum((ibis.coalesce(each, 0.0) for each in told), ibis.literal(0.0))
    some = ibis.or_(*(each.notnull() for each in told)) if told else ibis.literal(False)
    covered = periods.select(
        "period_start", "period_end", covers="customer_id", total=some.ifelse(total, ibis.null("float64"))
    )
    keys = months.select(*_EACH, "month_stop", "month_days")
    pairs = keys.join(
        covered,
        [
            keys.customer_id == covered.covers,
            covered.period_start < keys.month_stop,
            covered.period_end > keys.month,
        ],
    )
    exact = (pairs.period_start == pairs.month) & (
        days_between(pairs.month, pairs.period_end) == pairs.month_days
    )
    found = pairs.group_by(_EACH).agg(value=pairs.total.max(where=exact), reports=pairs.count())
    joined = beside(months, found, _EACH)
    return joined.mutate(value_reported=joined.reports.notnull()).drop("reports")


def as_stored(months: Table, metrics: Sequence[Metric]) -> Table:
    """The columns of the panel's months, their units as floats."""
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
