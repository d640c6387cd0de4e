"""Before and after, side by side: what each customer and each line of its bills costs under two books.

Before is the current book where it has the customer's plan; where it has not, it is what the customer paid. Entries
of which one side is not known are left out of both, and counted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.pricing.rating.choosing import NO_PLAN
from models.pricing.rating.lines import UNKNOWN, Mask
from models.pricing.rating.rounding import Ints
from pricing_service.rating.customer_months import NO_NAME, CustomerMonths
from pricing_service.rating.rated_book import Bills, Rated
from pricing_service.rating.tariffs import Option

NOT_PAID = "nothing_to_compare_with"
"""Why an entry is left out: neither the current book nor a table tells what it cost before."""


@dataclass(frozen=True, slots=True)
class Before:
    """What entries cost before.

    Parameters
    ----------
    total
        Shape (n,): minor units, `UNKNOWN` where nobody knows.
    from_book
        Shape (n,): whether the current book says so; else it is what was paid.
    bills
        Under the current book.
    """

    total: Ints
    from_book: Mask
    bills: Bills

    @classmethod
    def of(cls, months: CustomerMonths, current: Rated | None) -> Before:
        """Take the current book's bills where it has the plan, or the data name none; else what was paid."""
        n = months.customer.size
        if current is None:
            return cls(months.paid, np.zeros(n, dtype=np.bool_), Bills.none(n))
        named = np.array([plan != NO_NAME for plan in months.plans], dtype=np.bool_)[months.plan]
        by_book = (current.bills.total != UNKNOWN) & ~(named & (current.gone | current.outgrown))
        total = np.where(by_book | (months.paid == UNKNOWN), current.bills.total, months.paid)
        return cls(total, by_book | ((months.paid == UNKNOWN) & (total != UNKNOWN)), current.bills)


@dataclass(frozen=True, slots=True)
class Comparison:
    """All entries before and after.

    Parameters
    ----------
    months
        The entries.
    before, after
        What they cost.
    options
        The draft's plans.
    metrics
        Names of metrics.
    """

    months: CustomerMonths
    before: Before
    after: Rated
    options: Sequence[Option]
    metrics: Sequence[str]

    @property
    def counted(self) -> Mask:
        """Entries of which both sides are known."""
        both: Mask = (self.before.total != UNKNOWN) & (self.after.bills.total != UNKNOWN)
        return both

    @property
    def reason(self) -> NDArray[np.object_]:
        """Why an entry is not counted, else empty; shape (n,)."""
        nothing = np.where(self.before.total == UNKNOWN, NOT_PAID, "")
        return np.where(self.after.bills.total == UNKNOWN, self.after.bills.reason, nothing)

    @property
    def option_names(self) -> list[str]:
        """Names of the draft's plans."""
        return [option.name for option in self.options]

    @property
    def moved(self) -> Mask:
        """Entries of customers who are on another plan than the one that takes their own's place."""
        named = np.array([plan != NO_NAME for plan in self.months.plans], dtype=np.bool_)[self.months.plan]
        moved: Mask = named & (self.after.gone | self.after.outgrown) & (self.after.option != NO_PLAN)
        return moved

    def per_customer(self, amounts: Ints) -> Ints:
        """Sum counted entries by customer, in minor units; shape (customers,)."""
        total = np.zeros(len(self.months.customers), dtype=np.int64)
        np.add.at(total, self.months.customer[self.counted], amounts[self.counted])
        return total

    @property
    def has_counted(self) -> Mask:
        """Customers of whom at least one entry is counted."""
        found = np.zeros(len(self.months.customers), dtype=np.bool_)
        found[self.months.customer[self.counted]] = True
        return found

    @property
    def last_entry(self) -> Ints:
        """Each customer's last entry in time (of several products the first by name); shape (customers,)."""
        order = np.lexsort(
            (~self.months.usage.metered, -self.months.month.astype(np.int64), self.months.customer)
        )
        _, first = np.unique(self.months.customer[order], return_index=True)
        return order[first]
