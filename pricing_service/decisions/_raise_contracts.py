"""What each paying customer has agreed to: its plan, when its term ends, and how much a raise may be.

A subscription's term ends at `term_end`, else `term_months` after its start, and every `term_months` from there; in
which month that is goes by the rule that growth has too (`_term_months`). Of several subscriptions the one that pays
most decides; a raise has to wait for its term's end and for the notice that either side needs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import ibis

from models.retention.ledger import Ints
from pricing_service.decisions._contract_tables import contract_tables
from pricing_service.decisions._term_months import again, term_month
from pricing_service.panel import StoredPanel
from pricing_service.panel.calendar import first_of_month, next_month
from pricing_service.panel.currency import Rates

MONTHLY = 1


@dataclass(frozen=True)
class Contract:
    """One customer's contract.

    Parameters
    ----------
    plan
        Its plan, "" where none is known.
    every
        Months between its decisions: its term, or 1 where no term binds.
    term_end
        A day on which a term ends; None where no term binds.
    max_uplift
        Contractual cap on a raise, a share; None: none.
    notice_days
        Notice that it needs, days.
    due_in
        Month, counted from year 0, in which that term ends; told by `term_end` where it is None.
    on_plan_since
        The first day on its plan, None where not known.
    """

    plan: str = ""
    every: int = MONTHLY
    term_end: date | None = None
    max_uplift: float | None = None
    notice_days: int = 0
    due_in: int | None = None
    on_plan_since: date | None = None

    def effective(self, today: date, *, notice_days: int, kept_months: int = 0) -> date:
        """Return the first day on which a new price may hold: at a term's end or a month's beginning.

        After notice, and after the months for which everybody keeps its price.
        """
        ready = self._ready(today, notice_days, kept_months)
        if self.term_end is None:
            return ready if ready.day == 1 else next_month(ready)
        return months_later(self.term_end, self._terms(self.term_end, ready) * self.every)

    def begins_in(self, today: date, *, notice_days: int, kept_months: int = 0) -> int:
        """Return the month of that day, counted from year 0, by the rule for ends of terms."""
        if self.due is None or self.term_end is None:
            return int(term_month(self.effective(today, notice_days=notice_days, kept_months=kept_months)))
        ready = self._ready(today, notice_days, kept_months)
        return self.due + self._terms(self.term_end, ready) * self.every

    @property
    def due(self) -> int | None:
        """A month, counted from year 0, in which a term ends; None where no term binds."""
        if self.term_end is None:
            return None
        return term_month(self.term_end) if self.due_in is None else self.due_in

    def _ready(self, today: date, notice_days: int, kept_months: int) -> date:
        told = today + timedelta(days=max(notice_days, self.notice_days))
        return max(told, months_later(today, kept_months))

    def _terms(self, end: date, ready: date) -> int:
        """Return how many terms after the one that is known the first one ends from a day on."""
        terms = 0
        while months_later(end, terms * self.every) < ready:
            terms += 1
        return terms


def contracts(panel: StoredPanel, *, ended: bool = False) -> dict[str, Contract]:
    """Return the contract that pays most of each customer with a subscription today.

    With `ended`, also the last one of those who have none today: who left was bound by terms, too.
    """
    tables = contract_tables(panel)
    if "subscriptions" not in tables:
        return {}
    table = Rates.of(tables, panel.currency, panel.as_of).constant(tables["subscriptions"], "mrr")
    begun = table.filter(table.start <= panel.as_of)
    runs = begun.end.isnull() | (begun.end > panel.as_of)
    on_plan = begun.start.min().over(ibis.window(group_by=["customer_id", "plan"]))
    known = begun.mutate(runs=runs, until=ibis.ifelse(runs, panel.as_of, begun.end), on_plan_since=on_plan)
    known = known if ended else known.filter(known.runs)
    columns = ("customer_id", "plan", "start", "term_end", "term_months", "max_uplift", "notice_days")
    ranked = known.select(*columns, "runs", "until", "on_plan_since", money=known.mrr.cast("float64"))
    order = ["customer_id", ibis.desc("runs"), ibis.desc("until"), ibis.desc("money"), "plan"]
    rows = ranked.order_by(order).to_pyarrow().to_pylist()
    found: dict[str, Contract] = {}
    for row in rows:
        found.setdefault(row["customer_id"], _contract(row))
    return found


def _contract(row: Mapping[str, Any]) -> Contract:
    term = int(row["term_months"] or 0)
    end, due = row["term_end"], None
    if end is None and term > 0:
        end, due = months_later(row["start"], term), term_month(row["start"]) + term
    uplift = row["max_uplift"]
    return Contract(
        plan=row["plan"] or "",
        every=(term or 12) if end is not None else MONTHLY,
        term_end=end,
        max_uplift=None if uplift is None else float(uplift),
        notice_days=int(row["notice_days"] or 0),
        due_in=due,
        on_plan_since=row["on_plan_since"],
    )


def months_later(day: date, months: int) -> date:
    """Return the same day so many months later, the last one of a shorter month."""
    at = day.year * 12 + day.month - 1 + months
    first = date(at // 12, at % 12 + 1, 1)
    return first.replace(day=min(day.day, (next_month(first) - timedelta(days=1)).day))


def months_until(day: date, today: date) -> int:
    """Return the whole months from today's month to the month of a day, at least 0."""
    first, last = first_of_month(today), first_of_month(day)
    return max((last.year - first.year) * 12 + last.month - first.month, 0)


def due_months(contract: Contract, month: Ints) -> Ints:
    """Return 1 for months, counted from year 0, in which a term ends; 1 for all where no term binds."""
    if contract.due is None:
        return month * 0 + 1
    due: Ints = again(month - contract.due, contract.every).astype(month.dtype)
    return due
