"""How long the customers of a book have stayed, by the month or by their terms, and what new ones pay at first."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.checks import Floats
from models.errors import NotEstimable
from models.retention.ledger import Ints
from models.retention.lifetime import Lifetime, LifetimeFit
from models.retention.renewal_counts import RenewalCounts
from models.retention.survival import Survival, survival
from models.retention.term_lifetime import Stays, TermLaw, fit_by_terms
from pricing_service.decisions._growth_calendar import UsualTerms
from pricing_service.decisions._growth_ledger import Book

RECENT_MONTHS = 24
"""Months within which those came whose first bills tell what new customers pay."""


@dataclass(frozen=True, eq=False)
class Lives:
    """How long the customers of a book have stayed, as it was known after its first so many months.

    Parameters
    ----------
    book
        The ledger.
    until
        How many of its months count.
    usual
        Customers' terms; None: all can leave in any month.
    """

    book: Book
    until: int
    usual: UsualTerms | None = None

    @cached_property
    def _seen(self) -> tuple[Ints, NDArray[np.bool_]]:
        """The last month in which each paid, (n,), -1 for nobody, and whose age is known.

        Raises
        ------
        NotEstimable
            ``start_not_known`` where customers paid, and nobody's age is known.
        """
        ledger = self.book.ledger
        last = np.full(ledger.customers, -1, dtype=np.int64)
        for block in ledger.blocks():
            paid = block.mrr[: self.until] > 0
            latest = self.until - 1 - paid[::-1].argmax(axis=0)
            last[block.first : block.first + paid.shape[1]] = np.where(paid.any(axis=0), latest, -1)
        known = (last >= 0) & (ledger.before | (self.book.first_bill > 0))
        if (last >= 0).any() and not known.any():
            text = "nothing says when customers signed up: give `signed_up` in customers, or a longer history"
            raise NotEstimable("start_not_known", text)
        return last, known

    @property
    def stays(self) -> tuple[Ints, NDArray[np.bool_], Ints]:
        """Months stayed, whether they left, and months stayed when first seen, (q,) each, of known age.

        Raises
        ------
        NotEstimable
            ``start_not_known`` where customers paid, and nobody's age is known.
        """
        last, known = self._seen
        start = self.book.signed[known]
        stayed = last[known] - start + 1
        return stayed, last[known] < self.until - 1, np.maximum(-start, 0)

    def survival(self, *, level: float) -> Survival:
        """Return the share still there by age.

        Raises
        ------
        NotEstimable
            ``start_not_known``, ``no_customers`` where nobody paid, or ``observation_gap``.
        """
        stayed, left, entry = self.stays
        return survival(stayed, left, entry=entry, level=level)

    @cached_property
    def by_terms(self) -> Stays | None:
        """The same by customers' terms, from the months in which these began; None where nobody is bound."""
        last, known = self._seen
        if self.usual is None:
            return None
        start, term = self.usual.start(self.book.signed, last)[known], self.usual.months[known]
        months, entry = last[known] - start + 1, np.maximum(-start, 0)
        return Stays(months, last[known] < self.until - 1, entry, term)

    def fit(self) -> LifetimeFit:
        """Learn how long customers stay from their months, or, of those on terms, from the ends of these.

        Raises
        ------
        NotEstimable
            ``start_not_known``, ``no_customers`` or ``insufficient_renewals``.
        """
        if self.by_terms is not None:
            return fit_by_terms(self.by_terms, self.came_with[self._seen[1]])
        stayed, left, entry = self.stays
        # The first month is paid at signing: the renewals that follow are one fewer, and who leaves missed one more.
        return Lifetime().fit(
            RenewalCounts.of_customers(stayed - 1 + left, left, entry=np.maximum(entry - 1, 0))
        )

    def monthly(self) -> Floats:
        """Return what each of those who pay pays a month, money."""
        paid = self.book.ledger.at(self.until - 1)
        money: Floats = paid[paid > 0] / self.book.minor
        return money

    @cached_property
    def came_with(self) -> Floats:
        """What each of those who came in the latest two years paid at first, money a month; 0 of others, (n,)."""
        rows, came = self.book.ledger.changes, np.where(self.book.ledger.before, 0, self.book.first_bill)
        # Who paid in the ledger's first month may have come long before it.
        lately = (rows.month == came[rows.customer]) & (rows.month >= max(self.until - RECENT_MONTHS, 1))
        lately &= rows.month < self.until
        bills = np.zeros(came.size)
        bills[rows.customer[lately]] = rows.amount[lately] / self.book.minor
        return bills

    def first_bills(self) -> Floats:
        """Return the first bills of those who came in the latest two years, money a month."""
        bills: Floats = self.came_with[self.came_with > 0]
        return bills

    def kinds(self, fit: LifetimeFit) -> list[dict[str, Any]]:
        """Return which terms customers are on, and which part of new ones' money is said to come on each."""
        if self.by_terms is None or not isinstance(fit.law, TermLaw):
            return []
        shares = {months: share for months, share, _ in fit.law.kinds}
        terms, counts = np.unique(self.by_terms.term, return_counts=True)
        return [
            {"term_months": term, "customers": count}
            | (
                {"share": shares[term]}
                if term in shares
                else {"share": None, "reason": "insufficient_renewals"}
            )
            for term, count in zip(terms.tolist(), counts.tolist(), strict=True)
        ]


def staying(book: Book, *, level: float) -> Survival | None:
    """Return the share of customers still there by age; None where nobody's age is known."""
    try:
        return Lives(book, book.ledger.months).survival(level=level)
    except NotEstimable:
        return None
