"""What the product did for customers: value realised a month, as a bridge, and beside the window before."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Any

import ibis
import numpy as np

from models.checks import Floats
from models.errors import NotEstimable
from models.estimate import Estimate, Label
from models.retention.intervals import revenue_retention
from models.retention.value_bridge import captured, value_bridge
from pricing_service.decisions._growth_ledger import Book
from pricing_service.panel import StoredPanel

_KNOWN = 0.5
"""Share of a window's months of which value must be known for a customer to be compared."""
_SPAN = 3
"""Months up to either end over which value a month is averaged."""
LINES = (
    "opening", "new", "lost", "grown", "shrunk", "now_known", "no_longer_known", "closing", "mrr_where_grown",
    "mrr_where_shrunk",
)  # fmt: skip


def value_kept(panel: StoredPanel, book: Book, *, window: int, level: float) -> Estimate:
    """Return the value realised a month in the latest window ÷ in the one before, of the same customers, a share ≥ 0.

    Unknown: ``no_value`` where nobody's value is known in both windows, ``window_not_over`` where there are not two of
    them, ``insufficient_customers`` below ten. Customers who lost money in a window are left out.
    """
    label = Label(unit="share", method="value a month now ÷ a window before, same customers", level=level)
    last = book.ledger.months
    if last < 2 * window:
        return label.unknown("window_not_over", n=0)
    months = panel.connect().table("months")
    start, middle, end = (
        date.fromisoformat(f"{book.month(at)}-01") for at in (last - 2 * window, last - window, last)
    )
    each = months.group_by("customer_id").agg(
        then=months.value.mean(where=(months.month >= start) & (months.month < middle)),
        then_known=months.value.count(where=(months.month >= start) & (months.month < middle)),
        now=months.value.mean(where=(months.month >= middle) & (months.month < end)),
        now_known=months.value.count(where=(months.month >= middle) & (months.month < end)),
    )
    fewest = ibis.literal(_KNOWN * window)
    both = each.filter(
        (each.then_known >= fewest) & (each.now_known >= fewest) & (each.then > 0) & (each.now >= 0)
    )
    told = both.order_by("customer_id").select("then", "now").to_pyarrow()
    if not told.num_rows:
        return label.unknown("no_value", n=0)
    then, now = (np.asarray(told[name].to_numpy(), dtype=np.float64) for name in ("then", "now"))
    try:
        found = revenue_retention(then, now, level=level).net
    except NotEstimable as refusal:
        return label.unknown(refusal.reason, n=then.size)
    if found.value is None or found.low is None or found.high is None:
        return label.unknown(found.reason or "insufficient_customers", n=found.n)
    return label.known(found.value, found.low, found.high, n=found.n)


def bridge_of_value(panel: StoredPanel, book: Book, *, window: int, level: float) -> dict[str, Any]:
    """Return the bridge of value from the window's beginning to its end, money a month, and what MRR captured of it.

    Value a month is the mean over the three months up to either end. Every null has a reason: ``window_not_over``, or
    ``no_value_known`` where nobody's value is known at either end.
    """
    label = Label(unit="share", method="change of MRR ÷ change of value", level=level)
    last, span = book.ledger.months, min(_SPAN, window)
    if last < window + span:
        return _no_bridge("window_not_over", label)
    then, now = (realised(book, panel, (end - span, end)) * book.minor for end in (last - window, last))
    if not np.isfinite(then).any() or not np.isfinite(now).any():
        return _no_bridge("no_value_known", label)
    paid, pays = (book.ledger.at(end - 1) for end in (last - window, last))
    ends = (np.rint(then), np.rint(now), paid.astype(np.int64), pays.astype(np.int64))
    found = asdict(value_bridge(*ends))
    return {
        **{line: book.money(found[line]) for line in LINES},
        "retained": found["retained"],
        "captured": captured(*ends, level=level).to_json(),
        "reasons": {},
    }


def _no_bridge(reason: str, label: Label) -> dict[str, Any]:
    told = dict.fromkeys((*LINES, "retained"))
    return {**told, "captured": label.unknown(reason, n=0).to_json(), "reasons": dict.fromkeys(told, reason)}


def realised(book: Book, panel: StoredPanel, months: tuple[int, int]) -> Floats:
    """Return the value that each customer of the book realised a month, (n,) money, NaN where unknown.

    Months count from one until before another where value is known: in at least half of them.
    """
    table = panel.connect().table("months")
    first, stop = (date.fromisoformat(f"{book.month(at)}-01") for at in months)
    its = table.filter((table.month >= first) & (table.month < stop) & table.value.notnull())
    each = its.group_by("customer_id").agg(value=its.value.cast("float64").mean(), known=its.count())
    fewest = ibis.literal(_KNOWN * (months[1] - months[0]))
    rows = each.filter(each.known >= fewest).order_by("customer_id").to_pyarrow()
    places = book.places(rows["customer_id"].to_pylist())
    values = np.asarray(rows["value"].to_numpy(), dtype=np.float64)
    found = np.full(len(book.customers), np.nan)
    found[places[places >= 0]] = 0.0
    np.add.at(found, places[places >= 0], values[places >= 0])
    return found
