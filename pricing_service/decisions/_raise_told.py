"""Raises that customers were told before, the oldest first: what was asked, who set it, and what came of it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import Any

from models.willingness.renewals import GIVEN, NEGOTIATED
from pricing_service.decisions._contract_tables import contract_tables
from pricing_service.panel import StoredPanel
from pricing_service.panel.currency import Rates

POLICY = "policy"
_SAME = 0.999
RANDOMISED = "randomised"
STAGGERED = "staggered"
"""Assignment of raises by policy that all of a plan were told, where they are accepted as evidence."""
LEFT, DOWNGRADED = "left", "downgraded"


@dataclass(frozen=True)
class Told:
    """One customer told one price.

    Parameters
    ----------
    customer, date, announced
        Who, from when on, and when it was told; `announced` is None where that is not known.
    old, offered, new
        Money a month; `new` is None where it left.
    assignment
        ``randomised``, ``contractual``, ``policy`` or ``negotiated``.
    left
        Whether it left for it.
    wave, response
        Its wave, and what it answered, "" where none is told.
    """

    customer: str
    date: dt.date
    announced: dt.date | None
    old: float
    offered: float
    new: float | None
    assignment: str
    left: bool
    wave: str
    response: str = ""

    @property
    def share(self) -> float:
        """The raise that was asked, a share of the old price."""
        return self.offered / self.old - 1

    @property
    def raised(self) -> bool:
        """Whether it pays more since; where nobody wrote down what it pays, whoever stayed was raised."""
        pays = self.offered if self.new is None else self.new
        return not self.left and pays > self.old

    @property
    def given(self) -> bool:
        """Whether it was given whatever the customer would do."""
        return self.assignment in (*GIVEN, STAGGERED)

    @property
    def month(self) -> int:
        """The month in which it begins, from year 0."""
        return self.date.year * 12 + self.date.month - 1

    @property
    def went_down(self) -> bool:
        """Whether it stayed and took less than it had."""
        less = self.new is not None and self.new < self.old * _SAME
        return not self.left and (self.response == DOWNGRADED or less)

    @property
    def countered(self) -> bool:
        """Whether it offered less than it was asked, and pays less than that and more than before."""
        between = self.new is not None and self.old < self.new < self.offered
        return not self.left and self.response == NEGOTIATED and between

    @property
    def realised(self) -> float | None:
        """Which share of the raise was paid in the end, 0–1; None where it left or went down, or nothing was asked."""
        if self.new is None or self.left or self.went_down or self.offered <= self.old:
            return None
        return min(max((self.new - self.old) / (self.offered - self.old), 0.0), 1.0)


def told_raises(panel: StoredPanel) -> list[Told]:
    """Read price changes up to `as_of`, in constant currency, that have been answered, or left nothing to answer.

    Who was offered by lot what it paid, an experiment's other arm, has nothing to answer and has not left.
    """
    return [_told(row) for row in _rows(panel, ahead=False) if _answered(row) or _held_out(row)]


def coming_raises(panel: StoredPanel) -> list[Told]:
    """Read price changes that begin after `as_of`, answered or not: who has not answered has not left."""
    ahead = [_told(row) for row in _rows(panel, ahead=True)]
    return [replace(each, left=each.response == LEFT) for each in ahead]


def _rows(panel: StoredPanel, *, ahead: bool) -> list[dict[str, Any]]:
    tables = contract_tables(panel)
    if "price_changes" not in tables:
        return []
    money = ("old_mrr", "offered_mrr", "new_mrr")
    table = Rates.of(tables, panel.currency, panel.as_of).constant(tables["price_changes"], *money)
    begun = table.date > panel.as_of if ahead else table.date <= panel.as_of
    table = table.filter(begun & (table.old_mrr > 0) & (table.offered_mrr > 0))
    typed = table.mutate(**{name: table[name].cast("float64") for name in money})
    rows: list[dict[str, Any]] = typed.order_by(["date", "customer_id"]).to_pyarrow().to_pylist()
    return rows


def _answered(row: dict[str, Any]) -> bool:
    return any(row[name] is not None for name in ("response", "new_mrr", "reason"))


def _held_out(row: dict[str, Any]) -> bool:
    return bool(row["assignment"] == RANDOMISED and row["offered_mrr"] == row["old_mrr"])


def _told(row: dict[str, Any]) -> Told:
    silent = row["response"] is None and row["new_mrr"] is None
    left = row["response"] == LEFT or (silent and not (_held_out(row) and row["reason"] is None))
    # A price that was given stays given where the customer bargained: what was asked did not depend on it.
    assignment = row["assignment"] or (NEGOTIATED if row["response"] == "negotiated" else POLICY)
    return Told(
        row["customer_id"], row["date"], row["announced"], row["old_mrr"], row["offered_mrr"], row["new_mrr"],
        assignment, left, row["wave"] or "", row["response"] or "",
    )  # fmt: skip
