"""Retention by the plan and a trait that customers had when the window began: the bucket leaks somewhere first.

Notation
--------
k : levels of all traits looked at that have an interval      α : 1 - level

g, l, u : a level's gross retention and its interval at level 1 - 2 α ÷ k: each end is missed with α ÷ k

A level is named as the one that keeps least where its difference to each other level of its trait is surely below 0:
``(g₀ - g) + √((u₀ - g₀)² + (g - l)²) < 0``, the end of the difference's interval that two intervals recover (MOVER).
All others must be beaten at once, which needs no correction; that any of k could have been the one is corrected for
(Bonferroni). With six plans of 100 customers of very unequal size, one of which loses 45 % of them and the others 12 %,
it is named in 46 % of draws, by intervals that lie apart in 6 %; a false name is in fewer than 3 % of draws, of 10 %
allowed. Intervals in the table are each at the level that was asked for, alone.

References
----------
Zou, G. Y. and Donner, A. (2008). Construction of confidence limits about effect measures: a general approach.
Statistics in Medicine 27, 1693-1702.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import ibis
import numpy as np
from numpy.typing import NDArray

from models.errors import NotEstimable
from models.retention.intervals import FEWEST_CUSTOMERS, revenue_retention
from models.retention.revenue_retention import Window, window_of
from pricing_service.decisions._growth_ledger import Book
from pricing_service.decisions._traits import UNKNOWN, levels_of
from pricing_service.decisions._traits_then import levels_then
from pricing_service.decisions._words import percent
from pricing_service.panel import StoredPanel
from pricing_service.panel.answers import arrow_of

Levels = NDArray[np.str_]
PLAN = "plan"
THEN, TODAY = "window_start", "today"
"""When a customer was of a level."""
_LOWEST = 0.5


@dataclass(frozen=True, eq=False)
class Segments:
    """Customers who paid at the beginning of the last window, by traits.

    Parameters
    ----------
    window
        What they paid then, and pay now.
    traits
        Each trait's level of each of them, shape (q,).
    level
        Of the intervals.
    of_today
        Traits that are known only as they are today.
    """

    window: Window
    traits: dict[str, Levels]
    level: float
    of_today: frozenset[str] = frozenset()

    @classmethod
    def of(cls, panel: StoredPanel, book: Book, *, months: int, by: str | None, level: float) -> Segments:
        """Read the plan of those customers, and the trait that is asked for.

        Raises
        ------
        NotEstimable
            ``window_not_over`` where the history is shorter than the window.
        """
        last = book.ledger.months - 1
        if last < months:
            raise NotEstimable("window_not_over", f"the data do not span {months} months yet")
        window = window_of(book.ledger, last, window=months)
        traits = {PLAN: _plans(panel, book, last - months)[window.places]}
        if by is None or by == PLAN:
            return cls(window, traits, level)
        day = (book.first + last - months + 1).astype("datetime64[D]").item()
        levels, known_then = levels_then(panel, by, day)
        traits[by] = _owned(panel, book, levels)[window.places]
        return cls(window, traits, level, frozenset() if known_then else frozenset({by}))

    def rows(self) -> list[dict[str, Any]]:
        """Return each level's retention, of each trait the worst gross retention first and the unknown last."""
        found = []
        for trait in self.traits:
            rows = [self._row(trait, name, members) for name, members in self._members(trait)]
            found += sorted(rows, key=lambda row: (row["grr"]["value"] is None, row["grr"]["value"] or 0.0))
        return found

    def _members(self, trait: str) -> Iterator[tuple[str, NDArray[np.bool_]]]:
        for name in np.unique(self.traits[trait]).tolist():
            yield name, self.traits[trait] == name

    def _row(self, trait: str, name: str, members: NDArray[np.bool_]) -> dict[str, Any]:
        kept = revenue_retention(self.window.opening[members], self.window.closing[members], level=self.level)
        estimates = {"nrr": kept.net, "grr": kept.gross, "logo_retention": kept.logo}
        shown = {key: each.to_json() for key, each in estimates.items()}
        as_of = TODAY if trait in self.of_today else THEN
        return {"trait": trait, "level": name, "as_of": as_of, "customers": int(members.sum()), **shown}

    def sentences(self, *, months: int) -> list[str]:
        """Name each trait's level that surely keeps less of its revenue than all others, where there is one."""
        told = {
            trait: {
                name: members for name, members in self._members(trait) if members.sum() >= FEWEST_CUSTOMERS
            }
            for trait in self.traits
        }
        looked_at = sum(map(len, told.values()))
        return [
            sentence
            for trait, levels in told.items()
            for sentence in self._worst(trait, levels, looked_at=looked_at, months=months)
        ]

    def _worst(
        self, trait: str, levels: dict[str, NDArray[np.bool_]], *, looked_at: int, months: int
    ) -> list[str]:
        if len(levels) < 2:
            return []
        strict = 1 - 2 * (1 - self.level) / looked_at
        ends = []
        for name, members in levels.items():
            paid, pays = self.window.opening[members], self.window.closing[members]
            gross = revenue_retention(paid, pays, level=max(strict, _LOWEST)).gross
            if gross.value is not None and gross.low is not None and gross.high is not None:
                ends.append((gross.value, gross.low, gross.high, name))
        (value, _, high, name), *others = sorted(ends)
        gaps = [other - value - math.hypot(high - value, other - its_low) for other, its_low, *_ in others]
        if name == UNKNOWN or min(gaps) <= 0:
            return []
        its = f"whose {trait} is {name}" if trait in self.of_today else f"whose {trait} was {name} then"
        who = f"who were on the plan {name} then" if trait == PLAN else its
        return [
            f"Of the revenue of {months} months ago customers {who} kept {percent(value)}, expansion left out: surely"
            f" less than those of every other {trait} with {FEWEST_CUSTOMERS} customers or more, though {looked_at}"
            f" were looked at."
        ]


def _plans(panel: StoredPanel, book: Book, month: int) -> Levels:
    """Return the plan of every customer at the end of a month, of a group its dearest one, shape (n,)."""
    table = panel.connect().table("months")
    day = (book.first + month).astype("datetime64[D]").item()
    there = table.filter((table.month == day) & (table.mrr_end > 0))
    rows = arrow_of(
        there.select("customer_id", "plan", "mrr_end").order_by(ibis.asc("mrr_end"), ibis.desc("customer_id"))
    )
    owners = book.places(rows["customer_id"].to_pylist())
    return _spread(book, owners, levels_of(rows.column("plan")))


def _owned(panel: StoredPanel, book: Book, levels: Levels) -> Levels:
    """Return the levels of the panel's customers as the ledger's, of a group its parent's, shape (n,)."""
    table = panel.connect().table("customers")
    ids = arrow_of(table.select("customer_id").order_by("customer_id"))["customer_id"].to_pylist()
    own = np.array([each not in book.roots for each in ids], dtype=np.bool_)
    order = np.argsort(own, kind="stable")
    return _spread(book, book.places(ids)[order], levels[order])


def _spread(book: Book, owners: NDArray[np.int64], levels: Levels) -> Levels:
    """Return the last of the levels that each customer has in order, shape (n,)."""
    words = dict(zip(owners.tolist(), levels.tolist(), strict=True))
    return np.array([words.get(at, UNKNOWN) for at in range(len(book.customers))], dtype=np.str_)
