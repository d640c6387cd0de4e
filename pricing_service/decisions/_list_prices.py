"""What newcomers are asked today: the price list for the same usage on the same plan, or else customers' bills."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from models.checks import Floats
from models.errors import NotEstimable
from models.estimate import Caveat, Estimate, Label
from models.order_statistics import median_bounds
from pricing_service.decisions._list_price_words import (
    Usual,
    discount_caveats,
    not_used,
    too_few_told,
    untold_caveats,
)
from pricing_service.money import MINOR_UNITS
from pricing_service.panel import StoredPanel
from pricing_service.price_book import PriceBook
from pricing_service.price_book.errors import PriceBookRefused, Remark
from pricing_service.price_book.from_table import TABLE, book_from_table
from pricing_service.rating.customer_months import CustomerMonths, read_customer_months
from pricing_service.rating.rated_book import Bills, RatedBook
from pricing_service.rating.tariffs import Metrics, options_of

_MONTHS = 12
FEWEST = 8
"""Customers below which what is paid of list prices is not known to be usual."""


@dataclass(frozen=True, eq=False)
class Asked:
    """What newcomers are asked today, and what tells it.

    Parameters
    ----------
    monthly
        Shape (n,): of a newcomer like each customer, money a month; 0 where nothing tells.
    usual_discount
        What is usually taken off the price list, a share; unknown where today's prices do not rest on a list.
    caveats
        What a reader must know of the list.
    """

    monthly: Floats
    usual_discount: Estimate
    caveats: tuple[Caveat, ...] = ()

    @property
    def rests_on(self) -> Literal["price_list", "bills"] | None:
        """What tells it; None where nothing does."""
        if self.usual_discount.known:
            return "price_list"
        return "bills" if (self.monthly > 0).any() else None


def asked_of_newcomers(panel: StoredPanel, ids: Sequence[str], bill: Floats, *, level: float) -> Asked:
    """Return what a newcomer like each customer is asked a month.

    By today's price list, less the discount that is usual; where the list does not tell the price of the customer's
    plan, or there is no list, what the customer itself pays. Raises that customers were told are not in the list. Who
    left counts like who stayed: newcomers are like all customers that ever were, not like those whom the price kept.

    Parameters
    ----------
    panel
        With its dataset, whose table `price_book` is the list.
    ids, bill
        Customers, and what they pay a month today (n,), 0 where they pay nothing.
    level
        Of the usual discount's interval.
    """
    discount = Label(unit="share", method="median of what customers pay less than the list", level=level)
    try:
        listed = _Listed.of(panel)
    except NotEstimable as refusal:
        why = () if refusal.reason == "no_price_list" else (not_used(str(refusal)),)
        return Asked(bill, discount.unknown(refusal.reason, n=0), why)
    at_list = np.array([listed.monthly.get(customer, 0.0) for customer in ids])
    paying, told = bill > 0, at_list > 0
    both = paying & told
    untold = [listed.untold.get(customer, ("", "no_months")) for customer in np.array(ids)[paying & ~told]]
    if both.sum() < FEWEST:
        why = (not_used(too_few_told(int(both.sum()), untold, fewest=FEWEST)),)
        return Asked(bill, discount.unknown("too_few_on_price_list", n=0), why)
    of_list = bill[both] / at_list[both]
    usual = Usual("", *_usual(of_list, level), n=of_list.size)
    plans = np.array([listed.plan.get(customer, "") for customer in np.array(ids)[both]])
    caveats = (
        *listed.remarks,
        *untold_caveats(untold, of=int(paying.sum())),
        *discount_caveats(usual, _by_plan(of_list, plans, level)),
    )
    # Where customers pay more than the list by raises, newcomers still pay the list.
    part, low, high = np.clip([usual.part, usual.low, usual.high], 0.0, 1.0).tolist()
    known = discount.known(1 - part, 1 - high, 1 - low, n=of_list.size)
    return Asked(np.where(told, part * at_list, bill), known, caveats)


def at_list(panel: StoredPanel, ids: Sequence[str]) -> Floats:
    """Return what today's price list asks of customers a month for their own usage on their own plan, shape (n,).

    NaN where it does not tell.

    Raises
    ------
    NotEstimable
        ``no_price_list``, or ``price_list_refused`` where the table contradicts itself or no line of it counts.
    """
    listed = _Listed.of(panel).monthly
    return np.array([listed.get(each, np.nan) for each in ids], dtype=np.float64)


def _usual(of_list: Floats, level: float) -> tuple[float, float, float]:
    """Return what is usually paid of the list, and the ends of its interval, from what each pays of it (n,)."""
    return float(np.median(of_list)), *median_bounds(of_list, level)


def _by_plan(of_list: Floats, plans: NDArray[np.str_], level: float) -> list[Usual]:
    """Return what is usually paid of the list on each plan that tells it, all intervals together at the level."""
    names, counts = np.unique(plans, return_counts=True)
    telling = names[(names != "") & (counts >= FEWEST)]
    each = 1 - (1 - level) / max(telling.size, 1)
    groups = [(str(name), of_list[plans == name]) for name in telling]
    return [Usual(name, *_usual(group, each), n=group.size) for name, group in groups]


@dataclass(frozen=True, eq=False)
class _Listed:
    """What the list asks of customers for their latest months.

    Parameters
    ----------
    monthly
        Money a month, by customer: of those of whom the list tells it for all of these months.
    untold
        Of the others: a plan of theirs whose price the list does not tell, and why.
    plan
        Of those who were on one plan in all of these months, by customer.
    remarks
        What was left out of the list, or read in one of two ways.
    """

    monthly: dict[str, float]
    untold: dict[str, tuple[str, str]]
    plan: dict[str, str]
    remarks: tuple[Caveat, ...]

    @classmethod
    def of(cls, panel: StoredPanel) -> _Listed:
        """Rate everybody's own usage on the list.

        Raises
        ------
        NotEstimable
            ``no_price_list``, or ``price_list_refused`` where the table contradicts itself or no line of it counts.
        """
        book, remarks = _read(panel)
        months = read_customer_months(panel)
        bills = _on_own_plans(panel, book, months)
        latest = _latest(months)
        names = np.array(months.customers)
        customer, month = months.customer[latest], months.month[latest].astype(np.int64)
        total = np.bincount(customer, weights=bills.total[latest], minlength=names.size)
        # Several plans in one month are one month's bill.
        billed = np.unique(np.stack([customer, month]), axis=1)[0]
        count = np.bincount(billed, minlength=names.size)
        reason = np.where((bills.reason == "") & (total[months.customer] == 0), "asks_nothing", bills.reason)
        unknown = np.flatnonzero(latest & (reason != ""))
        count[months.customer[unknown]] = 0
        newest = unknown[::-1][np.unique(months.customer[unknown][::-1], return_index=True)[1]]
        mean = total / np.maximum(count, 1) / 10 ** MINOR_UNITS[panel.currency]
        return cls(
            {name: float(mean[at]) for at, name in enumerate(months.customers) if count[at]},
            {
                months.customers[months.customer[at]]: (months.plans[months.plan[at]], str(reason[at]))
                for at in newest
            },
            _only_plans(months, latest),
            tuple(Caveat(f"price_list_{each.code}", f"{TABLE}: {each.message}") for each in remarks),
        )


def _read(panel: StoredPanel) -> tuple[PriceBook, tuple[Remark, ...]]:
    """Return the list, and what is to be known of it."""
    dataset = panel.dataset
    if dataset is None or TABLE not in {*dataset.tables, *dataset.refused}:
        raise NotEstimable("no_price_list", f"there is no table {TABLE}")
    if TABLE in dataset.refused:
        raise NotEstimable("price_list_refused", f"{dataset.refused[TABLE]}. Mend its rows and ask again")
    try:
        return book_from_table(dataset, on=panel.as_of)
    except PriceBookRefused as refusal:
        raise NotEstimable("price_list_refused", str(refusal)) from refusal


def _on_own_plans(panel: StoredPanel, book: PriceBook, months: CustomerMonths) -> Bills:
    """Bill each entry on its own plan, minor units, whole months."""
    options = options_of(book, Metrics(panel.metrics, {}), billed_on=panel.as_of)
    names = [metric.metric for metric in panel.metrics]
    return RatedBook(options, months, names, prorates=False).on_own_plans()


def _only_plans(months: CustomerMonths, latest: NDArray[np.bool_]) -> dict[str, str]:
    """Return the plan of each customer that had no other in its latest months."""
    customer, plan = np.unique(np.stack([months.customer[latest], months.plan[latest]]), axis=1)
    alone = np.bincount(customer, minlength=len(months.customers))[customer] == 1
    return {
        months.customers[who]: months.plans[which]
        for who, which in zip(customer[alone], plan[alone], strict=True)
    }


def _latest(months: CustomerMonths) -> NDArray[np.bool_]:
    """Return which entries lie in the latest months of their customer, `_MONTHS` at most."""
    month = months.month.astype("datetime64[M]").astype(np.int64)
    last = np.zeros(len(months.customers), dtype=np.int64)
    np.maximum.at(last, months.customer, month)
    latest: NDArray[np.bool_] = month > last[months.customer] - _MONTHS
    return latest
