"""The tables of a simulation: a row per customer, and a row per line of its bills."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from models.pricing.rating.change import relative
from models.pricing.rating.lines import UNKNOWN
from models.pricing.rating.rounding import MILLION, Ints
from pricing_service.rating.rated_book import PRICE
from pricing_service.re_rating.comparison import Comparison


def customer_table(compared: Comparison, *, minor_units: int) -> pa.Table:
    """Return one row per customer, by id.

    Columns: `customer_id`, `plan_before` and `plan_after` of its last entry, `moves`, `customer_months` that count,
    `before`, `after`, `change` (money), `change_share`, `cheapest` (money, on the cheapest plans that fit), `reason`
    why nothing counts.
    """
    months, at = compared.months, compared.last_entry
    before, after, cheapest = (
        compared.per_customer(each)
        for each in (compared.before.total, compared.after.bills.total, compared.after.elsewhere)
    )
    known = compared.has_counted
    entries = np.bincount(months.customer[compared.counted], minlength=known.size)
    return pa.table(
        {
            "customer_id": pa.array(months.customers, pa.string()),
            "plan_before": _named(months.plan[at], months.plans),
            "plan_after": _named(compared.after.option[at], compared.option_names),
            "moves": pa.array(compared.moved[at]),
            "customer_months": pa.array(entries),
            "before": _money(before, minor_units, known),
            "after": _money(after, minor_units, known),
            "change": _money(after - before, minor_units, known),
            "change_share": pa.array(relative(before, after), from_pandas=True),
            "cheapest": _money(cheapest, minor_units, known),
            "reason": pa.array(compared.reason[at], pa.string(), mask=known),
        }
    )


def line_table(compared: Comparison, *, minor_units: int) -> pa.Table:
    """Return one row per customer, month, plan and line of the bill; lines that sell nothing are left out.

    Columns: `customer_id`, `product`, `month`, `plan_before`, `plan_after`, `line` (the price, a metric, or a later
    block of it), `units_before`, `before`, `units_after`, `after` (null where that side has no such line).
    """
    months, names = compared.months, _line_names(compared)
    sides = [compared.before.bills.lines, compared.after.bills.lines]
    n, nothing = months.customer.size, np.full(months.customer.size, UNKNOWN, dtype=np.int64)
    stacked = [
        [
            np.stack([side.get(name, (nothing, nothing))[part] for name in names], axis=1).ravel()
            for part in range(2)
        ]
        for side in sides
    ]
    for side, counted in zip(stacked, (compared.before.from_book, np.ones(n, dtype=np.bool_)), strict=True):
        side[1][~np.repeat(counted, len(names))] = UNKNOWN
    price = np.tile(np.array([name == PRICE for name in names], dtype=np.bool_), n)
    # The price is there whatever it is; other lines where something was sold.
    there = np.any([(side[1] != UNKNOWN) & (price | (side[0] > 0)) for side in stacked], axis=0)
    entry = np.repeat(np.arange(n), len(names))[there]
    line = np.tile(np.arange(len(names)), n)[there]
    columns = {
        "customer_id": _named(months.customer[entry], months.customers),
        "product": _named(months.product[entry], months.products),
        "month": pa.array(months.month[entry]),
        "plan_before": _named(months.plan[entry], months.plans),
        "plan_after": _named(compared.after.option[entry], compared.option_names),
        "line": _named(line, names),
    }
    for word, (units, amount) in zip(("before", "after"), stacked, strict=True):
        known = amount[there] != UNKNOWN
        scaled = np.where(price[there], units[there], units[there] / MILLION)  # days stay days
        columns[f"units_{word}"] = pa.array(scaled, mask=~known)
        columns[word] = _money(amount[there], minor_units, known)
    return pa.table(columns)


def _line_names(compared: Comparison) -> list[str]:
    """Return the names of all lines: the price first, then by metric and block."""
    names = {PRICE, *compared.before.bills.lines, *compared.after.bills.lines}
    order = {name: place for place, name in enumerate([PRICE, *compared.metrics])}
    return sorted(
        names, key=lambda name: (order.get(name.rpartition(", block ")[0] or name, len(order)), name)
    )


def _named(codes: Ints, names: Sequence[str]) -> pa.Array:
    """Return names by their position; null for −1 and for what has no name."""
    found = pa.array([name or None for name in names], pa.string())
    return found.take(pa.array(codes, mask=codes < 0))


def _money(amount: Ints, minor_units: int, known: NDArray[np.bool_]) -> pa.Array:
    """Return minor units as money: the nearest float, which prints to the cent."""
    return pa.array(amount / 10**minor_units, mask=~known)
