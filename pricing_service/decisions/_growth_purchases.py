"""Purchases of customers without a contract, read from their invoices: who bought when, for how much."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import ibis
import numpy as np
from numpy.typing import NDArray

from models.checks import Floats
from models.errors import NotEstimable
from models.purchases.gamma_gamma import Spends
from models.purchases.histories import Histories
from pricing_service.decisions._contract_tables import contract_tables
from pricing_service.panel import StoredPanel
from pricing_service.panel.currency import Rates

Ints = NDArray[np.int64]
_KINDS = ("usage", "one_off")
_TWICE = 0.01
"""Share of customer-months with a second purchase up to which purchases come at most once a month."""
_NEXT = 0.25
"""Share of purchases that follow one of the month before, above which they come by the month."""


@dataclass(frozen=True, eq=False)
class Bought:
    """Purchases in order of customer and time.

    Parameters
    ----------
    customers
        Ids, sorted, (n,).
    customer, time, amount
        Whose, when (days or months from 1970 on), and how much (> 0), shape (m,); one row a customer and time.
    now
        Until when they are known.
    refunds
        Customer-days without money left, which count as no purchase.
    """

    customers: list[str]
    customer: Ints
    time: Ints
    amount: Floats
    now: int
    refunds: int

    @classmethod
    def of(cls, panel: StoredPanel) -> Bought:
        """Read them by day.

        Raises
        ------
        NotEstimable
            ``no_invoices`` where no invoice is of usage or one_off, ``all_recurring`` where all who have one
            subscribe, too.
        """
        tables = contract_tables(panel)
        if "invoices" not in tables:
            raise NotEstimable("no_invoices", "no table holds invoices")
        bills = tables["invoices"]
        single = bills.filter(bills.kind.isin(list(_KINDS)) & (bills.period_start <= panel.as_of))
        priced = Rates.of(tables, panel.currency, panel.as_of).constant(single, "amount")
        months = panel.connect().table("months")
        subscribing = months.filter((months.mrr_end > 0) | (months.mrr_average > 0)).customer_id
        known = set(subscribing.as_table().distinct().to_pyarrow()["customer_id"].to_pylist())
        day = priced.period_start.cast("date")
        summed = (
            priced.filter(priced.amount.notnull())
            .group_by("customer_id", day=day)
            .agg(amount=ibis._.amount.sum().cast("float64"))
            .order_by("customer_id", "day")
            .to_pyarrow()
        )
        if not summed.num_rows:
            raise NotEstimable("no_invoices", "no invoice is of usage or one_off")
        ids = np.array(summed["customer_id"].to_pylist(), dtype=object)
        free = np.array([each not in known for each in ids], dtype=np.bool_)
        if not free.any():
            raise NotEstimable(
                "all_recurring", "everyone who buys by single invoices has recurring revenue, too"
            )
        amount = summed["amount"].to_numpy().astype(np.float64)[free]
        days = summed["day"].to_numpy().astype("datetime64[D]").astype(np.int64)[free]
        paid = amount > 0
        customers, place = np.unique(ids[free][paid].astype(str), return_inverse=True)
        now = int(np.datetime64(panel.as_of, "D").astype(np.int64))
        return cls(customers.tolist(), place, days[paid], amount[paid], now, int((~paid).sum()))

    @cached_property
    def monthly(self) -> bool:
        """Whether purchases come at most once a month, and mostly month after month."""
        by_month = self.by_month()
        again = np.flatnonzero(by_month.customer[1:] == by_month.customer[:-1])
        if not again.size or self.time.size - _within(self, by_month) > by_month.time.size * (1 + _TWICE):
            return False
        gaps = by_month.time[again + 1] - by_month.time[again]
        return bool((gaps == 1).mean() > _NEXT)

    def by_month(self) -> Bought:
        """Return purchases of whole months, those of one month as one."""
        days = self.time.astype("datetime64[D]")
        end = np.datetime64(self.now + 1, "D").astype("datetime64[M]").astype(np.int64)
        month = days.astype("datetime64[M]").astype(np.int64)
        whole = month < end
        keys, place = np.unique(np.stack([self.customer, month])[:, whole], axis=1, return_inverse=True)
        amount = np.bincount(place.ravel(), self.amount[whole]).astype(np.float64)
        return Bought(self.customers, keys[0], keys[1], amount, int(end) - 1, self.refunds)

    def until(self, time: int) -> Bought:
        """Return what was known at an earlier time."""
        known = self.time <= time
        return Bought(self.customers, self.customer[known], self.time[known], self.amount[known], time, 0)

    @cached_property
    def who(self) -> Ints:
        """Places of the customers who have bought, in order."""
        return np.unique(self.customer)

    def histories(self) -> Histories:
        """Return the histories of `who`."""
        start = np.searchsorted(self.customer, self.who)
        first, last = self.time[start], self.time[np.append(start[1:], self.time.size) - 1]
        return Histories.of_customers(self.counts() - 1, last - first, self.now - first)

    def counts(self) -> Ints:
        """Return how often each of `who` has bought."""
        return np.bincount(self.customer)[self.who]

    def spends(self) -> Spends:
        """Return what each of `who` spends, all purchases counted."""
        total = np.bincount(self.customer, self.amount)[self.who]
        return Spends.of_customers(self.counts(), total / self.counts())


def _within(daily: Bought, by_month: Bought) -> int:
    """Return how many purchases lie in the month that is not over."""
    month = daily.time.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    return int((month > by_month.now).sum())
