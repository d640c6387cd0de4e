"""What was spent on customers in a book's latest months: the table `costs`, by kind or by purpose."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Literal

import ibis
import numpy as np
from ibis.expr.types import Table

from models.checks import Floats
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
    last = book.ledger.months
    chosen = _costs(book, panel, (max(last - months, 0), last), kinds)
    if chosen is None:
        return {}
    summed = chosen.group_by(part=ibis.coalesce(chosen[by], "")).agg(amount=whole_sum(chosen.amount))
    rows = summed.order_by("part").to_pyarrow().to_pylist()
    return {row["part"]: float(row["amount"]) for row in rows if row["amount"] is not None}


def spent_by_customer(
    book: Book, panel: StoredPanel, months: tuple[int, int], kinds: Collection[str]
) -> Floats | None:
    """Return what each customer of the book cost from one month until before another, (n,) money.

    None where no table tells costs.
    """
    chosen = _costs(book, panel, months, kinds)
    if chosen is None:
        return None
    summed = (
        chosen.group_by("customer_id")
        .agg(amount=whole_sum(chosen.amount))
        .order_by("customer_id")
        .to_pyarrow()
    )
    places = book.places(summed["customer_id"].to_pylist())
    amounts = np.array([float(each or 0) for each in summed["amount"].to_pylist()], dtype=np.float64)
    summed_up = np.bincount(places[places >= 0], amounts[places >= 0], len(book.customers))
    return np.asarray(summed_up, dtype=np.float64)


def _costs(book: Book, panel: StoredPanel, months: tuple[int, int], kinds: Collection[str]) -> Table | None:
    """Return the costs of some months and kinds, in constant currency; None where no table tells any."""
    tables = contract_tables(panel)
    if "costs" not in tables:
        return None
    first, end = (date.fromisoformat(f"{book.month(at)}-01") for at in months)
    costs = Rates.of(tables, panel.currency, panel.as_of).constant(tables["costs"], "amount")
    return costs.filter(costs.kind.isin(list(kinds)) & (costs.date >= first) & (costs.date < end))
