"""Why customers pay more: each subscription from one price to the next, told apart by the engine.

A subscription is followed from month-end to month-end; one that takes the place of another on the day on which that one
ends goes on with it, whatever its id. At most one row per customer and month leaves the engine.

Notation
--------
m, q, l : what one subscription costs a month, its quantity and its list price, before (₀) and after (₁)

    plan changed :      plan_change = m₁ - m₀
    quantity known :    units = m₀ (q₁ - q₀) ÷ q₀,  other = the rest
    list price, too :   units, as above;  price = (l₁ ÷ q₁ - l₀ ÷ q₀) (m₀ ÷ l₀) q₁;  discount = m₁ - l₁ m₀ ÷ l₀

Where more units cost less each, or fewer more, the list has steps or a base fee, and the difference belongs to the
units. A fall of the list price at no more units is `other`. What the rounding of prices to whole minor units explains
is no raise and no discount. Who has several subscriptions has another one by what they begin with, less what ended.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import ibis
import pyarrow as pa
from ibis.expr.types import Column, Table

from pricing_service.decisions._growth_subscriptions import paid_stretches
from pricing_service.panel import StoredPanel
from pricing_service.panel.calendar import ONE_DAY, months_between

_ROUNDED = 0.51
"""Minor units by which a price that was rounded to whole ones is off, with a little for floats."""
_TOLD = ("plan", "quantity", "list_mrr", "mrr")
PARTS = ("units", "plan_change", "discount", "another_subscription", "other", "price")
"""What a row says moved MRR, in minor units; the last is a raise of the list price."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """The ledger's months: the first day of the first, how many there are, and the day after the last that counts."""

    first: date
    months: int
    stop: date


def read_steps(panel: StoredPanel, roots: Mapping[str, str], *, first: date, months: int) -> pa.Table | None:
    """Return `customer_id`, `place` (of the month) and `PARTS`, one row per customer and month; None where untold.

    Parameters
    ----------
    panel
        Whose `subscriptions` are read.
    roots
        The topmost parent of each customer that has one.
    first, months
        The ledger's first month, and how many there are.
    """
    paid = paid_stretches(panel, roots)
    if paid is None:
        return None
    calendar = Calendar(first, months, panel.as_of + ONE_DAY)
    return _steps(_held(paid, calendar), calendar).to_pyarrow()


def _held(table: Table, calendar: Calendar) -> Table:
    """Stretches that are paid for at some month-end: from the month `since` up to, not including, `until`."""
    stop = ibis.least(ibis.coalesce(table.end, calendar.stop), calendar.stop)
    first = ibis.literal(calendar.first)
    held = table.select(
        "owner", "customer_id", "subscription", "start", *_TOLD,
        stop=stop,
        since=months_between(first, table.start).cast("int64"),
        until=months_between(first, stop).cast("int64"),
    )  # fmt: skip
    return held.filter(held.since < held.until)


def _steps(held: Table, calendar: Calendar) -> Table:
    window = ibis.window(group_by=["customer_id", "subscription"], order_by="since")
    held = held.mutate(
        **{f"{name}_0": held[name].lag().over(window) for name in _TOLD},
        goes_on=ibis.coalesce(held.until.lag().over(window) == held.since, False),
        kept=ibis.coalesce(held.since.lead().over(window) == held.until, False),
    )
    after = {f"{name}_1": held[name] for name in _TOLD}
    before = [f"{name}_0" for name in _TOLD]
    same = held.filter(held.goes_on).select("owner", *before, place=held.since, **after)
    met = _met(held)
    replaced = (met.begun == 1) & (met.ended == 1) & (met.day_0 == met.day_1)
    changed = ibis.union(same, met.filter(replaced).select(*same.columns))
    others = met.filter(~replaced)
    parts = ibis.union(_told_apart(changed), _another(others))
    summed = parts.group_by("owner", "place").agg(**{name: parts[name].sum().cast("int64") for name in PARTS})
    some = ibis.or_(*(summed[name] != 0 for name in PARTS))
    inside = (summed.place > 0) & (summed.place < calendar.months)
    return summed.filter(some & inside).rename(customer_id="owner").order_by("customer_id", "place")


def _met(held: Table) -> Table:
    """Sum up which subscriptions began and which ended, by customer and month."""
    begun = held.filter(~held.goes_on)
    ended = held.filter(~held.kept)
    events = ibis.union(
        begun.select("owner", *_TOLD, place=begun.since, day=begun.start, began=ibis.literal(True)),
        ended.select("owner", *_TOLD, place=ended.until, day=ended.stop, began=ibis.literal(False)),
    )
    amount = _whole(events.mrr)
    sides = {"0": ~events.began, "1": events.began}
    return events.group_by("owner", "place").agg(
        begun=events.began.sum(),
        ended=(~events.began).sum(),
        gained=events.began.ifelse(amount, -amount).sum(),
        **{f"{name}_{side}": events[name].max(where=of) for side, of in sides.items() for name in _TOLD},
        **{f"day_{side}": events.day.max(where=of) for side, of in sides.items()},
    )


def _told_apart(changed: Table) -> Table:
    """Tell apart what moved one subscription from one price to the next."""
    m0, m1, q0, q1, l0, l1 = (
        changed[f"{name}_{side}"] for name in ("mrr", "quantity", "list_mrr") for side in "01"
    )
    same = changed.plan_0 == changed.plan_1
    counted = ibis.coalesce(same & (q0 > 0) & (q1 > 0), False)
    listed = ibis.coalesce(counted & (l0 > 0) & (l1 > 0), False)
    moved, grown = _whole(m1) - _whole(m0), m0 * (q1 - q0) / q0
    price, discount = m0 * l1 / l0 - m0 * q1 / q0, m1 - m0 * l1 / l0
    repriced = listed & ((l1 - l0 * q1 / q0).abs() > _ROUNDED * (1 + q1 / q0))
    steps = repriced & (price * (q1 - q0) < 0)
    units = _where(counted, grown) + _where(steps, price)
    of_list = _where(repriced & ~steps, price)
    return changed.select(
        "owner",
        "place",
        units=units,
        plan_change=ibis.coalesce(same, False).ifelse(0, moved),
        discount=_where(listed & (discount.abs() > 2 * _ROUNDED * (1 + l1 / l0)), discount),
        another_subscription=ibis.literal(0, "int64"),
        other=listed.ifelse(ibis.least(of_list, 0), same.ifelse(moved - units, 0)),
        price=ibis.greatest(of_list, 0),
    )


def _another(others: Table) -> Table:
    nothing = {name: ibis.literal(0, "int64") for name in PARTS}
    return others.select("owner", "place", **nothing | {"another_subscription": others.gained})


def _where(condition: Column, amount: Column) -> Column:
    return condition.ifelse(ibis.coalesce(_whole(amount), 0), 0)


def _whole(amount: Column) -> Column:
    return amount.round().cast("int64")
