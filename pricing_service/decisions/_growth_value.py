"""What the product did for customers: the value that the same customers realise a month, beside the window before."""

from __future__ import annotations

from datetime import date

import ibis
import numpy as np

from models.errors import NotEstimable
from models.estimate import Estimate, Label
from models.retention.intervals import revenue_retention
from pricing_service.decisions._growth_ledger import Book
from pricing_service.panel import StoredPanel

_KNOWN = 0.5
"""Share of a window's months of which value must be known for a customer to be compared."""


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
