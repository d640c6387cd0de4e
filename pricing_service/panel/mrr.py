"""Monthly recurring revenue: stretches of time at one price, from whichever table tells them.

`subscriptions`, `monthly_mrr`, `mrr_movements` and `invoices` all become the same stretches; the first that
the dataset has is used. Of invoices only recurring amounts count, spread over the period they are billed for.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from operator import methodcaller

import ibis
from ibis.expr.types import Column, Table

from pricing_service.panel.calendar import (
    ONE_DAY,
    days_between,
    in_months,
    month_after,
    months_between,
    shifted,
)
from pricing_service.panel.checked import Checked
from pricing_service.panel.currency import EXACT, Rates, whole_sum

SOURCES = ("subscriptions", "monthly_mrr", "mrr_movements", "invoices")


def stretches(checked: Checked) -> Table | None:
    """Stretches of time in which one subscription cost the same; None where no table tells MRR.

    Columns: `customer_id`, `start`, `stop` (exclusive, null while running), `mrr` (in the row's currency; 0 on
    trial and while paused), `plan`, `currency`, `last_seen` (last day that the row itself tells of), `parallel`
    (others of the customer may run at the same time).
    """
    source = checked.first_of(*SOURCES)
    return _READERS[source](checked[source]) if source else None


def _from_subscriptions(table: Table) -> Table:
    free = table.status.isin(["trial", "paused"])
    return table.select(
        "customer_id",
        "start",
        stop=table.end,
        mrr=free.ifelse(ibis.literal(0).cast("decimal(18, 6)"), table.mrr),
        plan=table.plan,
        currency=table.currency,
        last_seen=ibis.coalesce(table.end, table.start),
        parallel=table.subscription_id.notnull(),
    )


def _from_monthly_mrr(table: Table) -> Table:
    paying = table.filter(table.mrr != 0)
    stop = month_after(paying.month)
    return paying.select(
        "customer_id",
        start=paying.month,
        stop=stop,
        mrr=paying.mrr,
        plan=paying.plan,
        currency=paying.currency,
        last_seen=shifted(stop, -1),
        parallel=ibis.literal(False),
    )


def _from_mrr_movements(table: Table) -> Table:
    daily = table.group_by("customer_id", "currency", "date").agg(change=table.change.sum())
    account = ibis.window(group_by=["customer_id", "currency"], order_by="date")
    levels = daily.mutate(
        mrr=daily.change.sum().over(
            ibis.cumulative_window(group_by=["customer_id", "currency"], order_by="date")
        ),
        stop=daily.date.lead().over(account),
    )
    paying = levels.filter(levels.mrr != 0)
    return paying.select(
        "customer_id",
        start=paying.date,
        stop=paying.stop,
        mrr=paying.mrr.cast("decimal(18, 6)"),
        plan=ibis.null("string"),
        currency=paying.currency,
        last_seen=paying.date,
        parallel=ibis.literal(False),
    )


def _from_invoices(table: Table) -> Table:
    bills = table.filter(table.kind == "recurring")
    whole = bills.period_start.day() == bills.period_end.day()
    months = whole.ifelse(
        months_between(bills.period_start, bills.period_end).cast("float64"),
        in_months(days_between(bills.period_start, bills.period_end)),
    )
    return bills.select(
        "customer_id",
        start=bills.period_start,
        stop=bills.period_end,
        mrr=(bills.amount.cast("float64") / months).round(6).cast("decimal(18, 6)"),
        plan=bills.plan,
        currency=bills.currency,
        last_seen=bills.period_start,
        parallel=ibis.literal(True),
    )


_READERS: dict[str, Callable[[Table], Table]] = {
    "subscriptions": _from_subscriptions,
    "monthly_mrr": _from_monthly_mrr,
    "mrr_movements": _from_mrr_movements,
    "invoices": _from_invoices,
}


def until(stretched: Table, as_of: date) -> Table:
    """`stretched` cut at the end of `as_of`, with `fresh`: the first day that no earlier stretch covers.

    Days from `fresh` to `stop` of a customer's stretches never overlap, so their sum counts each day once.
    """
    end = as_of + ONE_DAY
    begun = stretched.filter(stretched.start < end)
    begun = begun.mutate(stop=ibis.least(ibis.coalesce(begun.stop, end), end))
    begun = begun.filter(begun.start < begun.stop)
    before = ibis.window(group_by="customer_id", order_by=["start", "stop"], rows=(None, -1))
    covered = begun.stop.max().over(before)
    return begun.mutate(fresh=ibis.greatest(begun.start, ibis.coalesce(covered, begun.start)))


def by_month(cut: Table, months: Table, rates: Rates, *, foreign: bool, parallel: bool) -> Table:
    """MRR of each customer and month that a stretch touches.

    Columns: `customer_id`, `month`, `mrr_end`, `mrr_average` (money per month in constant currency),
    `mrr_end_spot`, `mrr_average_spot` (at the month's own rate), `plan` (at month end; of the dearest
    subscription where some run in `parallel`), `days_subscribed`, `subscribed_end` (on the month's last day).
    """
    held = cut.join(months, [cut.start < months.month_stop, cut.stop > months.month])
    spot = "mrr_spot" if foreign else "mrr"
    if foreign:
        held = held.mutate(mrr_spot=held.mrr)
        held = rates.monthly(rates.constant(held, "mrr"), months, "mrr_spot")
    stop = ibis.least(held.stop, held.month_stop)
    held = held.mutate(
        at_end=held.stop >= held.month_stop,
        days=days_between(ibis.greatest(held.start, held.month), stop),
        new_days=ibis.greatest(days_between(ibis.greatest(held.fresh, held.month), stop), 0),
    )
    if parallel:
        dearest = [held.at_end.desc(), held.mrr.desc(), held.plan]
        held = held.mutate(place=ibis.row_number().over(group_by=["customer_id", "month"], order_by=dearest))
    return held.group_by("customer_id", "month").agg(
        **_sums(held, held.mrr, foreign=foreign),
        **{f"{name}_spot": each for name, each in _sums(held, held[spot], foreign=foreign).items()},
        plan=held.plan.max(where=(held.at_end & (held.place == 0)) if parallel else held.at_end),
        days_subscribed=held.new_days.sum(),
        subscribed_end=held.at_end.any(),
    )


def _sums(held: Table, mrr: Column, *, foreign: bool) -> dict[str, Column]:
    total = whole_sum if foreign else methodcaller("sum")  # without foreign money every amount is known
    length = days_between(held.month, held.month_stop).max()
    return {
        "mrr_end": total(held.at_end.ifelse(mrr.cast(EXACT), ibis.literal(0).cast(EXACT))),
        "mrr_average": total(mrr * held.days).cast("float64") / length,
    }
