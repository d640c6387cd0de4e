"""What was spent on customers in a book's latest months: the table `costs`, by kind or by purpose."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Literal

import ibis

from pricing_service.decisions._contract_tables import contract_tables
from pricing_service.decisions._growth_ledger import Book
from pricing_service.panel import StoredPanel
from pricing_service.panel.currency import Rates, whole_sum

KINDS = ("acquisition", "onboarding", "success", "support", "hosting")


def spent(
    book: Book,
    panel: StoredPanel,
    months: int,
    *,
    by: Literal["kind", "purpose"],
    kinds: Collection[str] = KINDS,
) -> dict[str, float]:
    """Return what the latest whole months cost, money by kind or by purpose ("" where none is said).

    Empty where no table tells costs.
    """
    tables = contract_tables(panel)
    if "costs" not in tables:
        return {}
    last = book.ledger.months
    first, end = (date.fromisoformat(f"{book.month(at)}-01") for at in (max(last - months, 0), last))
    costs = Rates.of(tables, panel.currency, panel.as_of).constant(tables["costs"], "amount")
    chosen = costs.filter(costs.kind.isin(list(kinds)) & (costs.date >= first) & (costs.date < end))
    summed = chosen.group_by(part=ibis.coalesce(chosen[by], "")).agg(amount=whole_sum(chosen.amount))
    rows = summed.order_by("part").to_pyarrow().to_pylist()
    return {row["part"]: float(row["amount"]) for row in rows if row["amount"] is not None}
