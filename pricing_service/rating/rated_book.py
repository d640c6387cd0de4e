"""A whole book over all customer-months: each stay on its own plan where that fits, else on the cheapest that does."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.pricing.rating import Bill, Usage, rate
from models.pricing.rating.choosing import NO_PLAN, cheapest, keep_or_cheapest, per_stay
from models.pricing.rating.lines import UNKNOWN, Mask
from models.pricing.rating.rounding import Ints
from pricing_service.rating.customer_months import CustomerMonths
from pricing_service.rating.tariffs import Option, Terms

PRICE = "(price)"
"""The line of the plan's price; other lines are called after their metric, later blocks with their number."""
NO_PLAN_FITS = "no_plan_fits"
UNITS_UNKNOWN = "units_unknown"

Lines = dict[str, tuple[Ints, Ints]]


@dataclass(frozen=True, slots=True)
class Bills:
    """Bills of all entries.

    Parameters
    ----------
    total
        Shape (n,): minor units, `UNKNOWN` where `reason` says why.
    reason
        Shape (n,): why there is no total, else empty.
    lines
        Name → (units in millionths or days, minor units), each shape (n,); `UNKNOWN` where the entry has no such line.
    """

    total: Ints
    reason: NDArray[np.object_]
    lines: Lines

    @classmethod
    def none(cls, n: int) -> Bills:
        """Return the bills of n entries on no plan at all."""
        return cls(np.full(n, UNKNOWN, dtype=np.int64), np.full(n, NO_PLAN_FITS, dtype=object), {})


@dataclass(frozen=True, slots=True)
class Rated:
    """All entries under a book.

    Parameters
    ----------
    option
        Shape (n,): the plan that each entry is billed on, `NO_PLAN` where there is none.
    gone, outgrown
        Shape (n,): the stay had to move, because the book has no such plan, or the plan does not carry it.
    bills
        On those plans.
    elsewhere
        Shape (n,): minor units on the cheapest plan that carries the stay, the bill's total where no other does.
    """

    option: Ints
    gone: Mask
    outgrown: Mask
    bills: Bills
    elsewhere: Ints


class RatedBook:
    """Rates a book.

    Parameters
    ----------
    options
        The book's plans.
    months
        What is rated.
    metrics
        Names of the metrics, for the lines.
    prorates
        Whether prices are due by days; if not, each begun month is due whole.
    """

    def __init__(
        self, options: Sequence[Option], months: CustomerMonths, metrics: Sequence[str], *, prorates: bool
    ) -> None:
        self.options, self.months, self.metrics = options, months, metrics
        self.usage = months.usage if prorates else _whole_months(months.usage)
        self.starts = months.stays
        self.stay = np.repeat(np.arange(self.starts.size), np.diff([*self.starts, months.customer.size]))

    def rated(self) -> Rated:
        """Rate every entry on the plan that its stay is on."""
        own = self.own_plans()
        totals, fits, offered = self._every_plan(own)
        choice = keep_or_cheapest(own, totals, fits, offered)
        best = cheapest(totals, fits & offered)
        option, own = choice.plan[self.stay], own[self.stay]
        bills, others = self._billed(option, own), self._billed(best[self.stay], own)
        return Rated(
            option=option,
            gone=choice.gone[self.stay],
            outgrown=choice.outgrown[self.stay],
            bills=bills,
            elsewhere=np.where(others.total == UNKNOWN, bills.total, others.total),
        )

    def on_own_plans(self) -> Bills:
        """Bill every entry on its own plan, unknown where the book has no such plan."""
        own = self.own_plans()[self.stay]
        return self._billed(own, own)

    def own_plans(self) -> Ints:
        """Return the plan that takes each stay's own place, `NO_PLAN` where none does."""
        months = self.months
        pairs = np.stack([months.plan[self.starts], months.product[self.starts]])
        known, inverse = np.unique(pairs, axis=1, return_inverse=True)
        found = [self._own(months.plans[plan], months.products[product]) for plan, product in known.T]
        return np.array(found, dtype=np.int64)[inverse.reshape(-1)]

    def _own(self, plan: str, product: str) -> int:
        taking = [
            (option.name != plan, place)
            for place, option in enumerate(self.options)
            if option.takes(plan, product)
        ]
        return min(taking)[1] if taking else NO_PLAN  # a plan of the very name before one that replaces it

    def _every_plan(self, own: Ints) -> tuple[Ints, Mask, Mask]:
        """Rate every stay on every plan: totals, whether the plan carries it, whether it may move there."""
        shape = (len(self.options), self.starts.size)
        totals = np.zeros(shape, dtype=np.int64)
        fits, offered = np.zeros(shape, dtype=np.bool_), np.zeros(shape, dtype=np.bool_)
        product_of_stay = self.months.product[self.starts]
        everything = np.arange(self.stay.size)
        for place, option in enumerate(self.options):
            total, stuck, unready = (np.zeros(self.stay.size, dtype=np.int64) for _ in range(3))
            for terms, entries in self._terms(option, own[self.stay] == place, everything):
                if terms.tariff is None:
                    unready[entries] = 1
                    continue
                bill = rate(terms.tariff, self.usage.at(entries))
                total[entries], stuck[entries] = bill.total, bill.known & ~bill.carried
                unready[entries] = ~bill.known
            totals[place], stuck_months, not_ready = per_stay(np.stack([total, stuck, unready]), self.starts)
            fits[place] = stuck_months == 0
            sold = np.array([option.sold_in(product) for product in self.months.products], dtype=np.bool_)
            offered[place] = sold[product_of_stay] & (not_ready == 0) & (not option.private)
        return totals, fits, offered

    def _terms(self, option: Option, own: Mask, among: Ints) -> Iterator[tuple[Terms, Ints]]:
        """Yield a plan's terms with the entries that they hold for; only who was on the plan keeps older ones."""
        months = self.months
        for annual, every in ((False, option.monthly), (True, option.annual)):
            left = among[months.annual[among] == annual]
            for terms in every:
                held = np.ones(left.size, dtype=np.bool_)
                if terms.before is not None:
                    held = own[left] & (months.since[left] < terms.before)
                if held.any():
                    yield terms, left[held]
                left = left[~held]

    def _billed(self, option: Ints, own: Ints) -> Bills:
        """Rate each entry on a given plan."""
        bills = Bills.none(option.size)
        for place in np.unique(option[option != NO_PLAN]):
            on_it = np.flatnonzero(option == place)
            for terms, held in self._terms(self.options[place], own == place, on_it):
                if terms.tariff is None:
                    bills.reason[held] = terms.why_not
                    continue
                bill = rate(terms.tariff, self.usage.at(held))
                bills.total[held] = np.where(bill.known, bill.total, UNKNOWN)
                bills.reason[held] = np.where(bill.known, "", UNITS_UNKNOWN)
                self._write(bills.lines, bill, held)
        return bills

    def _write(self, lines: Lines, bill: Bill, entries: Ints) -> None:
        for line in bill.lines:
            name = PRICE if line.metric is None else self.metrics[line.metric]
            name = f"{name}, block {line.block + 1}" if line.block else name
            if name not in lines:
                empty = np.full(self.stay.size, UNKNOWN, dtype=np.int64)
                lines[name] = empty, empty.copy()
            units, amount = lines[name]
            units[entries] = np.where(bill.known, line.units, UNKNOWN)
            amount[entries] = np.where(bill.known, line.amount, UNKNOWN)


def _whole_months(usage: Usage) -> Usage:
    days = -(-usage.days // usage.month_days) * usage.month_days
    return Usage(usage.units, days, usage.month_days, usage.metered)
