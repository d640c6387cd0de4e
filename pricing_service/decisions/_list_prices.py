"""What today's price list asks of a newcomer like each customer: for the same usage, on the same plan."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from models.checks import Floats
from models.pricing.rating.lines import UNKNOWN
from pricing_service.money import MINOR_UNITS
from pricing_service.panel import StoredPanel
from pricing_service.price_book import PriceBook
from pricing_service.price_book.errors import PriceBookRefused
from pricing_service.price_book.from_table import TABLE, book_from_table
from pricing_service.rating.customer_months import CustomerMonths, read_customer_months
from pricing_service.rating.rated_book import RatedBook
from pricing_service.rating.tariffs import Metrics, options_of

_MONTHS = 12
FEWEST = 8
"""Customers below which what is paid of list prices is not known to be usual."""


def asked_of_newcomers(panel: StoredPanel, ids: Sequence[str], bill: Floats) -> Floats:
    """Return what a newcomer like each customer is asked a month, shape (n,), money; 0 where nothing tells.

    By today's price list, less the discount that is usual; where the list does not know the customer's plan, or there
    is no list, what the customer itself pays. Raises that customers were told are not in the list. Who left counts like
    who stayed: newcomers are like all customers that ever were, not like those whom the price kept.

    Parameters
    ----------
    panel
        With its dataset, whose table `price_book` is the list.
    ids, bill
        Customers, and what they pay a month today (n,), 0 where they pay nothing.
    """
    listed = _listed(panel)
    at_list = np.array([listed.get(customer, 0.0) for customer in ids])
    both = (at_list > 0) & (bill > 0)
    if both.sum() < FEWEST:
        return bill
    # Where customers pay more than the list by raises, newcomers still pay the list.
    usual = min(1.0, float(np.median(bill[both] / at_list[both])))
    return np.where(at_list > 0, usual * at_list, bill)


def _listed(panel: StoredPanel) -> dict[str, float]:
    """Return what the list asks a month, over each customer's latest months; empty where there is no list."""
    if panel.dataset is None or TABLE not in panel.dataset.tables:
        return {}
    try:
        book, _ = book_from_table(panel.dataset, on=panel.as_of)
    except PriceBookRefused:
        return {}
    if book.currency != panel.currency:
        return {}
    months = read_customer_months(panel)
    bills, known = _on_own_plans(panel, book, months)
    latest = _latest(months)
    customer, month = months.customer[latest], months.month[latest].astype(np.int64)
    total = np.bincount(customer, weights=bills[latest], minlength=len(months.customers))
    # Several plans in one month are one month's bill.
    billed = np.unique(np.stack([customer, month]), axis=1)[0]
    count = np.bincount(billed, minlength=len(months.customers))
    count[customer[~known[latest]]] = 0
    mean = total / np.maximum(count, 1) / 10 ** MINOR_UNITS[panel.currency]
    return {name: float(mean[at]) for at, name in enumerate(months.customers) if count[at]}


def _on_own_plans(
    panel: StoredPanel, book: PriceBook, months: CustomerMonths
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Return the whole month's bill of each entry on its own plan, minor units, and where it is known."""
    options = options_of(book, Metrics(panel.metrics, {}), billed_on=panel.as_of)
    names = [metric.metric for metric in panel.metrics]
    total = RatedBook(options, months, names, prorates=False).on_own_plans().total
    return total, total != UNKNOWN


def _latest(months: CustomerMonths) -> NDArray[np.bool_]:
    """Return which entries lie in the latest months of their customer, `_MONTHS` at most."""
    month = months.month.astype("datetime64[M]").astype(np.int64)
    last = np.zeros(len(months.customers), dtype=np.int64)
    np.maximum.at(last, months.customer, month)
    latest: NDArray[np.bool_] = month > last[months.customer] - _MONTHS
    return latest
