"""Retention as the result shows it: by month, by every convention, by segment, and by age of cohorts."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

import numpy as np

from models.estimate import Estimate, Label
from models.retention.conventions import CONVENTIONS, by_every_convention
from models.retention.expansion import expansion_by
from models.retention.intervals import FEWEST_CUSTOMERS, revenue_retention
from models.retention.ledger import Ints
from models.retention.movements import LINES, Movements, movements
from models.retention.revenue_retention import window_of
from models.retention.survival import Survival
from pricing_service.decisions._growth_cohorts import age_rows, cohort_rows, share_of
from pricing_service.decisions._growth_currency import currency_line
from pricing_service.decisions._growth_ledger import Book

PAIRS: dict[str, tuple[str, str, str]] = {
    "endpoint": ("nrr_endpoint", "grr_endpoint", "logo_endpoint"),
    "without_winbacks": ("nrr_without_winbacks", "grr_lowest", "logo_never_lapsed"),
    "movements": ("nrr_movements", "grr_movements", "logo_endpoint"),
    "movements_with_reactivation": (
        "nrr_movements_with_reactivation", "grr_movements_of_base", "logo_endpoint",
    ),
    "compounded": ("nrr_compounded", "grr_compounded", "logo_endpoint"),
    "average_month": ("nrr_average_month", "grr_compounded", "logo_endpoint"),
    "survivors": ("nrr_survivors", "grr_endpoint", "logo_endpoint"),
    "mean_of_ratios": ("nrr_mean_of_ratios", "grr_endpoint", "logo_endpoint"),
    "capped_in_total": ("nrr_endpoint", "grr_capped_in_total", "logo_endpoint"),
}  # fmt: skip
"""The conventions that may be asked for: which net, gross and logo retention each of them stands for."""
_DOUBLE = 2


class Retained:
    """Retention of a book over one window, by one convention.

    Parameters
    ----------
    book
        The ledger.
    window
        Months.
    convention
        One of `PAIRS`.
    level
        Of the intervals.
    """

    def __init__(self, book: Book, *, window: int, convention: str, level: float) -> None:
        self.book, self.window, self.name, self.level = book, window, convention, level
        self.nrr, self.grr, self.logo = PAIRS[convention]

    @property
    def last(self) -> int:
        """The last month's place."""
        return self.book.ledger.months - 1

    def convention(self) -> dict[str, Any]:
        """Say how retention is counted."""
        formulas = {name: CONVENTIONS[getattr(self, name)] for name in ("nrr", "grr", "logo")}
        return {
            "name": self.name,
            **{name: each.formula for name, each in formulas.items()},
            "used_by": {name: each.used_by for name, each in formulas.items()},
            "window_months": self.window,
            "mrr": "at the end of months, in constant currency",
            "customer": "customers of one parent are one",
        }

    def months(self, told: Callable[[int, int], None]) -> list[dict[str, Any]]:
        """Return the bridge and the retention of every month, oldest first."""
        bridge, rows = movements(self.book.ledger), []
        causes = expansion_by(self.book.ledger, self.book.told)
        for at, month in enumerate(self.book.months):
            told(at, self.book.ledger.months)
            why = {"expansion_by": {cause: self.book.money(each[at]) for cause, each in causes.items()}}
            spot = currency_line(self.book.spot, bridge, at, minor=self.book.minor)
            rows.append({"month": month, **self._bridge(bridge, at), **why, **spot, **self.at(at)})
        return rows

    def _bridge(self, bridge: Movements, at: int) -> dict[str, Any]:
        money = self.book.money
        lines = {line: money(getattr(bridge, line)[at]) for line in LINES}
        return {
            "opening_mrr": money(bridge.opening[at]),
            **lines,
            "closing_mrr": money(bridge.closing[at]),
            "customers": int(bridge.customers[at]),
            "movements": {line: int(count[at]) for line, count in bridge.counts.items()},
        }

    def at(self, month: int) -> dict[str, Any]:
        """Return the retention of the window that ends in a month."""
        if month < self.window:
            names = ("nrr", "grr", "logo_retention", "nrr_without_raises")
            return {name: self._label(name).unknown("window_not_over", n=0).to_json() for name in names}
        window = window_of(self.book.ledger, month, window=self.window)
        without = self._label("nrr_without_raises").unknown("other_convention", n=window.opening.size)
        if self.name == "endpoint":
            without = self._of(window.opening, window.without_raises)["nrr"]
            found = self._of(window.opening, window.closing)
        else:
            every = self._every(month, (self.nrr, self.grr, self.logo))
            found = {"nrr": every[self.nrr], "grr": every[self.grr], "logo_retention": every[self.logo]}
        return {name: each.to_json() for name, each in {**found, "nrr_without_raises": without}.items()}

    def _label(self, name: str) -> Label:
        return Label(unit="share", method=name, level=self.level)

    def _of(self, opening: Ints, closing: Ints) -> dict[str, Estimate]:
        found = revenue_retention(opening, closing, level=self.level)
        return {"nrr": found.net, "grr": found.gross, "logo_retention": found.logo}

    def _every(self, month: int, names: Collection[str] = tuple(CONVENTIONS)) -> dict[str, Estimate]:
        ledger = self.book.ledger
        ends = np.array([ledger.at(at) for at in range(month - self.window, month + 1)])
        paid_before = ledger.paid_before(month - self.window)
        there = (ends > 0).any(axis=0)
        return by_every_convention(ends[:, there], paid_before[there], level=self.level, names=names)

    def variants(self) -> dict[str, Any]:
        """Return the last window's retention by every convention; empty where no window is over."""
        if self.last < self.window:
            return {}
        every = self._every(self.last)
        window = window_of(self.book.ledger, self.last, window=self.window)
        best = self._of(window.opening, window.closing)
        every |= {f"{name.split('_')[0]}_endpoint": each for name, each in best.items()}
        return {
            name: {**each.to_json(), "used_by": CONVENTIONS[name].used_by} for name, each in every.items()
        }

    def concentration(self) -> dict[str, Any]:
        """Say how many customers carry the number, and how much the largest of them."""
        if self.last < self.window:
            return {}
        window = window_of(self.book.ledger, self.last, window=self.window)
        found = revenue_retention(window.opening, window.closing, level=self.level)
        if found.effective_customers is None:
            return {}
        return {"effective_customers": found.effective_customers, "largest_share": found.largest_share}

    def doubled(self) -> Estimate:
        """Return the share of customers whose MRR at least doubled within the window."""
        label = Label(
            unit="share",
            method="customers who pay at least twice as much, Wilson's interval",
            level=self.level,
        )
        if self.last < self.window:
            return label.unknown("window_not_over", n=0)
        window = window_of(self.book.ledger, self.last, window=self.window)
        n = window.opening.size
        if n < FEWEST_CUSTOMERS:
            return label.unknown("insufficient_customers", n=n)
        return share_of(int((window.closing >= _DOUBLE * window.opening).sum()), n, label)

    def cohorts(self) -> list[dict[str, Any]]:
        """Return the triangle: each cohort's customers and MRR by age in months, and what is left of them."""
        return cohort_rows(self.book, level=self.level)

    def by_age(self, stays: Survival | None) -> list[dict[str, Any]]:
        """Return which share of customers still pays at each age, and of the revenue that they began with."""
        return age_rows(self.book, stays, level=self.level)
