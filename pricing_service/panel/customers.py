"""Who counts as a customer, and what each one is at the end of the panel."""

from __future__ import annotations

from datetime import date

import ibis
from ibis.expr.types import Column, Table

from pricing_service.panel.calendar import beside, days_between, in_months
from pricing_service.panel.checked import Checked
from pricing_service.panel.mrr import SOURCES

OWN = ("customer_id", "first_month", "last_month", "plan", "churned", "tenure_months", "mrr", "reported")
"""Columns that the panel makes; a trait of such a name is kept as `trait_<name>`."""

_SETTLED = ("customer_id", "merged_into", "merged_on", "is_internal")  # the same for all that are listed


def roster(checked: Checked) -> Table:
    """Return the customers that count, with all columns of `customers`.

    Internal customers and those merged into another are left out. Without `customers`, they are those of the
    table that tells MRR, else of usage and outcomes; nobody without any of them.
    """
    if "customers" in checked:
        table = checked["customers"]
        counts = ~ibis.coalesce(table.is_internal, False)
        if checked.survivors:
            counts &= ~table.customer_id.isin(list(checked.survivors))
        return table.filter(counts)
    source = checked.first_of(*SOURCES)
    names = [source] if source else [name for name in ("usage", "outcomes") if name in checked]
    ids = [checked[name].select("customer_id") for name in names]
    if not ids:
        return ibis.memtable([], schema={"customer_id": "string", "signed_up": "date"})
    known = ids[0] if len(ids) == 1 else ibis.union(*ids)
    return known.distinct().mutate(signed_up=ibis.null("date"))


def customers(listed: Table, months: Table, as_of: date, *, paid: bool) -> Table:
    """One row per customer of `listed`, with what the panel's `months` say of it.

    Where no table tells MRR (`paid` is false), `mrr` and `churned` are unknown, and tenure ends with the last day
    on which the customer was seen.
    """
    now = months.month_stop > as_of
    told = months.group_by("customer_id").agg(
        first_month=months.month.min(),
        last_month=months.month.max(),
        latest_plan=months.plan.argmax(months.month),
        mrr_now=months.mrr_end.max(where=now),
        is_there=ibis.coalesce(now.any(), False),
        runs=ibis.coalesce(months.subscribed_end.any(where=now), False),
        ever=months.subscribed.any(),
        first_day=months.first_day.min(),
        last_day=months.last_day.max(),
        has_reported=months.has_reported.any(),
    )
    kept = {
        f"trait_{name}" if name in OWN else name: name for name in listed.columns if name != "customer_id"
    }
    joined = beside(listed.select("customer_id", **kept), (told, ["customer_id"]))
    unknown = not paid
    start = ibis.coalesce(joined.signed_up, joined.first_day)
    return joined.select(
        "customer_id",
        "first_month",
        "last_month",
        plan=joined.latest_plan,
        churned=ibis.null("boolean") if unknown else ibis.coalesce(joined.ever & ~joined.runs, False),
        tenure_months=in_months(days_between(start, joined.last_day) + 1),
        mrr=ibis.null("float64") if unknown else _mrr_now(joined),
        reported=ibis.coalesce(joined.has_reported, False),
        **{name: joined[name] for name in kept},
    )


def _mrr_now(joined: Table) -> Column:
    """MRR at `as_of`: 0 where the panel has ended for the customer, unknown where a rate was missing."""
    here = ibis.coalesce(joined.is_there, False)
    return here.ifelse(joined.mrr_now.cast("float64"), 0.0)
