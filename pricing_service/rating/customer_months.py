"""What is re-rated: one entry per customer, plan and month, read from the panel by the engine, as integers.

A customer that changes plans within a month has an entry for each, with its days; what was used up is charged in the
last one. One with two products at a time has entries for both.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import ibis
import numpy as np
import pyarrow as pa
from ibis.expr.types import Table
from numpy.typing import NDArray

from models.pricing.rating.lines import UNKNOWN, Mask, Usage
from models.pricing.rating.rounding import MILLION, Ints, half_even
from pricing_service.money import MINOR_UNITS
from pricing_service.panel import StoredPanel
from pricing_service.panel.calendar import days_between, month_after
from pricing_service.panel.checked import Checked
from pricing_service.panel.currency import Rates, whole_sum
from pricing_service.tables import TABLES

Days = NDArray[np.datetime64]
NO_NAME = ""
"""Stands for a plan or product that the data do not name."""

_KEYS = ["customer_id", "product", "plan", "annual", "month"]
_ANNUAL_MONTHS = 12


@dataclass(frozen=True, slots=True)
class CustomerMonths:
    """Entries in order of customer, product, plan, billing and month, so that every stay on a plan is one stretch.

    Parameters
    ----------
    customers, products, plans
        Names; `customer`, `product` and `plan` are positions in them, shape (n,).
    month, since
        Shape (n,): the month's first day; the first day that the customer was on the plan.
    annual
        Shape (n,): whether the customer is bound for a year or more.
    paid
        Shape (n,): what the customer paid for the entry, minor units; `UNKNOWN` where no table tells.
    usage
        Units of each metric, days, days of the month, and where units are charged.
    """

    customers: list[str]
    products: list[str]
    plans: list[str]
    customer: Ints
    product: Ints
    plan: Ints
    month: Days
    since: Days
    annual: Mask
    paid: Ints
    usage: Usage

    @property
    def stays(self) -> Ints:
        """Where each stay begins: a customer's time on one plan of one product with one billing."""
        keys = np.vstack([self.customer, self.product, self.plan, self.annual])
        new = np.ones(self.customer.size, dtype=np.bool_)
        new[1:] = (keys[:, 1:] != keys[:, :-1]).any(axis=0)
        return np.flatnonzero(new)


def read_customer_months(panel: StoredPanel, *, months: int | None = None) -> CustomerMonths:
    """Read the complete months of a panel.

    Parameters
    ----------
    panel
        The panel, with its dataset beside it: `subscriptions` tells plans, billing and days; without it the panel's
        months do, as far as they know.
    months
        The last so many; default: all, from the first month of which usage was stored.
    """
    found = _entries(panel, months).to_pyarrow()
    names = {
        name: found[name].combine_chunks().dictionary_encode() for name in ("customer_id", "product", "plan")
    }
    month_days = _ints(found, "month_days")
    scale = 10 ** (6 - MINOR_UNITS[panel.currency])
    paid = _ints(found, "paid_micro_days", unknown=UNKNOWN)
    units = [_units(found[metric.column]) for metric in panel.metrics]
    return CustomerMonths(
        customers=names["customer_id"].dictionary.to_pylist(),
        products=names["product"].dictionary.to_pylist(),
        plans=names["plan"].dictionary.to_pylist(),
        customer=_codes(names["customer_id"]),
        product=_codes(names["product"]),
        plan=_codes(names["plan"]),
        month=_dates(found["month"]),
        since=_dates(found["since"]),
        annual=np.asarray(found["annual"].to_numpy(zero_copy_only=False), dtype=np.bool_),
        paid=np.where(paid == UNKNOWN, UNKNOWN, half_even(np.maximum(paid, 0), month_days * scale)),
        usage=Usage(
            units=np.array(units, dtype=np.int64).reshape(len(units), found.num_rows),
            days=_ints(found, "days"),
            month_days=month_days,
            metered=np.asarray(found["metered"].to_numpy(zero_copy_only=False), dtype=np.bool_),
        ),
    )


def _entries(panel: StoredPanel, months: int | None) -> Table:
    """Describe the entries; the engine computes them on one thread, so that they come out the same everywhere."""
    checked, calendar = _tables(panel, months)
    if "subscriptions" in checked:
        held = _subscribed(checked, calendar, Rates.of(checked, panel.currency, panel.as_of))
    else:
        held = _as_the_panel_knows(calendar)
    units = calendar.select("customer_id", "month", "month_stop", *(m.column for m in panel.metrics))
    joined = held.join(units, ["customer_id", "month"])
    return joined.mutate(month_days=days_between(joined.month, joined.month_stop)).order_by(_KEYS)


def _tables(panel: StoredPanel, months: int | None) -> tuple[Checked, Table]:
    """Return the dataset's tables, and the panel's complete months on the same engine."""
    if panel.dataset is None:
        backend, checked = panel.connect(), Checked({})
    else:
        backend = panel.dataset.connect(threads=1)
        known = [name for name in panel.dataset.tables if name in TABLES]
        checked = Checked({name: backend.table(name) for name in known})
    calendar = backend.read_parquet(panel.folder / "months.parquet")
    calendar = calendar.filter(~calendar.partial)
    used = [calendar[metric.column] > 0 for metric in panel.metrics if metric.recorded]
    told = calendar.filter(ibis.or_(*used)) if used else calendar
    first, last = (each.to_pyarrow().as_py() for each in (told.month.min(), calendar.month.max()))
    if first is not None:
        if months is not None:
            first = max(first, (np.datetime64(last, "M") - (months - 1)).astype("datetime64[D]").item())
        calendar = calendar.filter(calendar.month >= first)
    return checked, calendar.mutate(month_stop=month_after(calendar.month))


def _subscribed(checked: Checked, calendar: Table, rates: Rates) -> Table:
    """Entries of all subscriptions that are paid for: not on trial, not paused."""
    table = checked["subscriptions"]
    table = rates.constant(table, "mrr").filter(
        ~ibis.coalesce(table.status, "active").isin(["trial", "paused"])
    )
    stretches = table.select(
        "customer_id",
        "start",
        "mrr",
        stop=table.end,
        product=ibis.coalesce(table["product"], NO_NAME),
        plan=table.plan,
        annual=ibis.coalesce(table.term_months, 1) >= _ANNUAL_MONTHS,
    )
    stretches = stretches.mutate(
        since=stretches.start.min().over(group_by=["customer_id", "product", "plan"])
    )
    months = calendar.select("month", "month_stop", of="customer_id")
    stop = ibis.coalesce(stretches.stop, ibis.date(9999, 12, 31))
    held = stretches.join(
        months,
        [stretches.customer_id == months.of, stretches.start < months.month_stop, stop > months.month],
    )
    until = ibis.least(ibis.coalesce(held.stop, held.month_stop), held.month_stop)
    held = held.mutate(until=until, days=days_between(ibis.greatest(held.start, held.month), until))
    entries = held.group_by(_KEYS).agg(
        days=held.days.sum(),
        until=held.until.max(),
        since=held.since.min(),
        paid=whole_sum(held.mrr * held.days),
    )
    last_first = [entries.until.desc(), entries.paid.desc(), entries.plan, entries.annual]
    place = ibis.row_number().over(group_by=["customer_id", "product", "month"], order_by=last_first)
    return entries.select(
        *_KEYS, "days", "since", metered=place == 0, paid_micro_days=(entries.paid * MILLION).cast("int64")
    )


def _as_the_panel_knows(calendar: Table) -> Table:
    """Entries by the panel's own months: one plan a month, billed monthly."""
    there = calendar.filter(calendar.days_observed > 0)
    there = there.mutate(plan=ibis.coalesce(there.plan, NO_NAME))
    month_days = days_between(there.month, there.month_stop)
    return there.select(
        "customer_id",
        "plan",
        "month",
        product=ibis.literal(NO_NAME),
        annual=ibis.literal(False),
        days=there.days_observed,
        since=there.month.min().over(group_by=["customer_id", "plan"]),
        metered=ibis.literal(True),
        paid_micro_days=(there.mrr_average * MILLION).round().cast("int64") * month_days,
    )


def _codes(encoded: Any) -> Ints:
    return np.asarray(encoded.indices.to_numpy(zero_copy_only=False), dtype=np.int64)


def _ints(table: pa.Table, column: str, *, unknown: int = 0) -> Ints:
    return np.asarray(table[column].fill_null(unknown).to_numpy(), dtype=np.int64)


def _dates(column: pa.ChunkedArray) -> Days:
    return np.asarray(column.to_numpy(), dtype="datetime64[D]")


def _units(column: pa.ChunkedArray) -> Ints:
    """Return units in millionths; the panel's are exact to the ninth decimal at most, and then a float."""
    values = np.asarray(column.to_numpy(), dtype=np.float64)
    return np.where(np.isnan(values), UNKNOWN, np.rint(np.nan_to_num(values) * MILLION)).astype(np.int64)
