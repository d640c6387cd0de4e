"""Customers who were told a new price, those who then left included: what they would pay for one unit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from models.willingness.renewals import KNOWING, NEGOTIATED, Renewals, read_renewals
from models.willingness.sources import WillingnessSource
from pricing_service.decisions._contract_tables import contract_tables
from pricing_service.panel import Metric, StoredPanel
from pricing_service.panel.currency import Rates

FEWEST = 10
"""Fewer customers who were told a price are not read at all."""
_OTHER_REASONS = {"no_value", "competitor", "problem_solved", "closed_business"}


@dataclass(frozen=True)
class ToldPrices:
    """The last price that each customer was told, in money per unit of a metric, sorted by customer.

    `kept` is what it accepted (NaN: it did not), `refused` what it left for (NaN: it stayed, or left for another
    reason), `before` what it paid until then; `assignment` says who set the price.
    """

    customers: list[str]
    kept: np.ndarray[Any, np.dtype[np.float64]]
    refused: np.ndarray[Any, np.dtype[np.float64]]
    before: np.ndarray[Any, np.dtype[np.float64]]
    assignment: list[str]

    def source(self, metric: Metric, *, currency: str, level: float) -> WillingnessSource | None:
        """Return what they say together; None where they are too few."""
        if len(self.customers) < FEWEST:
            return None
        return read_renewals(self.renewals, unit=f"{currency}/{metric.metric}", level=level).source()

    @property
    def renewals(self) -> Renewals:
        """The same as the models take it."""
        return Renewals(
            kept=self.kept, refused=self.refused, before=self.before,
            assignment=np.array(self.assignment, dtype=object),
        )  # fmt: skip


def told_prices(panel: StoredPanel, units: Mapping[str, float]) -> ToldPrices:
    """Read the last price change of every customer whose units are known.

    Parameters
    ----------
    panel
        Its dataset's `price_changes` are read, up to `as_of` and in its currency.
    units
        Units per month by customer, > 0.
    """
    last = {row["customer_id"]: row for row in _rows(panel) if units.get(row["customer_id"], 0.0) > 0}
    rows = [(customer, last[customer]) for customer in sorted(last)]
    answered = [_answer(row) for _, row in rows]
    by_unit = np.array([units[customer] for customer, _ in rows], dtype=np.float64)
    kept, refused = (np.array([pair[end] for pair in answered], dtype=np.float64) for end in (0, 1))
    before = np.array([row["old_mrr"] or np.nan for _, row in rows], dtype=np.float64)
    return ToldPrices(
        customers=[customer for customer, _ in rows],
        kept=kept / by_unit, refused=refused / by_unit, before=before / by_unit,
        assignment=[_set_by(row) for _, row in rows],
    )  # fmt: skip


def _rows(panel: StoredPanel) -> list[dict[str, Any]]:
    """Return the price changes, the oldest first."""
    tables = contract_tables(panel)
    if "price_changes" not in tables:
        return []
    money = ("old_mrr", "offered_mrr", "new_mrr")
    table = Rates.of(tables, panel.currency, panel.as_of).constant(tables["price_changes"], *money)
    table = table.filter(table.date <= panel.as_of).order_by(["date", "customer_id"])
    rows: list[dict[str, Any]] = (
        table.mutate(**{name: table[name].cast("float64") for name in money}).to_pyarrow().to_pylist()
    )
    return [row for row in rows if row["offered_mrr"] and _answered(row)]


def _answered(row: Mapping[str, Any]) -> bool:
    """Whether the customer has reacted: an announcement that nobody has answered yet tells nothing."""
    return row["response"] is not None or row["new_mrr"] is not None or row["reason"] is not None


def _answer(row: Mapping[str, Any]) -> tuple[float, float]:
    """Return the price accepted and the price refused, NaN where there is none."""
    if row["response"] == "left" or (row["response"] is None and row["new_mrr"] is None):
        # It kept the old price until now; whether it left for the new one is told by its reason.
        return row["old_mrr"] or np.nan, np.nan if row["reason"] in _OTHER_REASONS else row["offered_mrr"]
    paid = row["offered_mrr"] if row["new_mrr"] is None else row["new_mrr"]
    accepted = row["response"] in {"accepted", None} and paid >= row["offered_mrr"] * 0.999
    return row["offered_mrr"] if accepted else row["new_mrr"] or np.nan, np.nan


def _set_by(row: Mapping[str, Any]) -> str:
    if row["response"] in {"negotiated", "downgraded"}:
        return NEGOTIATED
    return row["assignment"] or KNOWING[0]
