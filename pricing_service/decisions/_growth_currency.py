"""What exchange rates do to revenue: MRR at each month's own rates beside the constant currency of all movements."""

from __future__ import annotations

from typing import Any

import numpy as np
from ibis.expr.types import Table

from models.retention.movements import Movements
from pricing_service.money import MINOR_UNITS
from pricing_service.panel import StoredPanel
from pricing_service.panel.checked import Checked
from pricing_service.panel.currency import Rates, whole_sum
from pricing_service.panel.mrr import SOURCES


def closing_at_own_rates(panel: StoredPanel, whole: Table, months: list[str]) -> list[int | None]:
    """Return MRR at each month's end at that month's rates, minor units; [] where all money is in one currency.

    A month of which a rate is unknown has None.

    Parameters
    ----------
    panel
        Whose money it is.
    whole
        Its whole months.
    months
        Those of the ledger, YYYY-MM.
    """
    if not _has_foreign_money(panel):
        return []
    minor = 10 ** MINOR_UNITS[panel.currency]
    each = whole.select("month", amount=(whole.mrr_end_spot * minor).round().cast("decimal(38, 6)"))
    summed = each.group_by("month").agg(amount=whole_sum(each.amount)).to_pyarrow().to_pylist()
    known = {str(np.datetime64(row["month"], "M")): row["amount"] for row in summed}
    told = [known.get(month, 0) for month in months]
    return [None if amount is None else int(amount) for amount in told]


def _has_foreign_money(panel: StoredPanel) -> bool:
    if panel.dataset is None:
        return False
    connection = panel.dataset.connect(threads=1)
    names = [name for name in (*SOURCES, "exchange_rates") if name in panel.dataset.tables]
    checked = Checked({name: connection.table(name) for name in names})
    source = checked.first_of(*SOURCES)
    if source is None:
        return False
    foreign = Rates.of(checked, panel.currency, panel.as_of).foreign(checked[source])
    return bool(checked[source].agg(some=foreign.any()).to_pyarrow()["some"][0].as_py())


def currency_line(spot: list[int | None], bridge: Movements, at: int, *, minor: int) -> dict[str, Any]:
    """Return a month's `closing_mrr_spot`, and `currency`: its change that no movement explains; with reasons.

    Examples
    --------
    >>> from models.retention.ledger import MrrLedger, Rows
    >>> from models.retention.movements import movements
    >>> bridge = movements(MrrLedger(1, 2, Rows.of([0, 0], [0, 1], [10000, 500])))
    >>> currency_line([9000, 9700], bridge, 1, minor=100)
    {'closing_mrr_spot': 97.0, 'currency': 2.0}
    """
    if not spot:
        return _unknown("no_foreign_money", "no_foreign_money")
    now, before = spot[at], spot[at - 1] if at else None
    if now is None:
        return _unknown("no_exchange_rate", "no_exchange_rate")
    closing = now / minor
    if before is None:
        return {**_unknown(None, "no_exchange_rate" if at else "first_month"), "closing_mrr_spot": closing}
    moved = int(bridge.closing[at]) - int(bridge.opening[at])
    return {"closing_mrr_spot": closing, "currency": (now - before - moved) / minor}


def _unknown(closing: str | None, currency: str) -> dict[str, Any]:
    reasons = {"closing_mrr_spot": closing, "currency": currency}
    return {
        "closing_mrr_spot": None,
        "currency": None,
        "reasons": {name: reason for name, reason in reasons.items() if reason},
    }
