"""`simulate`: the stored usage of every customer under a draft, against the current book or what was paid.

First mechanically: everyone stays on the plan that takes its own's place, or on the cheapest that fits where there is
none. Then with behaviour: who would leave, by what customers would pay where the data tell it, or move, as bands.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from models.errors import InvalidInput
from pricing_service.decisions._words import percent
from pricing_service.money import MINOR_UNITS
from pricing_service.panel import StoredPanel
from pricing_service.price_book import PriceBook
from pricing_service.rating.customer_months import CustomerMonths, read_customer_months
from pricing_service.rating.rated_book import Rated, RatedBook
from pricing_service.rating.tariffs import Metrics, Option, options_of
from pricing_service.re_rating.comparison import Before, Comparison
from pricing_service.re_rating.leaving import leaving_of
from pricing_service.re_rating.options import SimulationOptions
from pricing_service.re_rating.sentences import sentences_of
from pricing_service.re_rating.summary import Summary, paid_against_book
from pricing_service.re_rating.tables import customer_table, line_table

Progress = Callable[[str, int, int], None]

_FAR_FROM_PAID = 0.02
_STEPS = 4


@dataclass(frozen=True, slots=True)
class Books:
    """What is compared: a draft, and the current book; None: what customers paid."""

    draft: PriceBook
    current: PriceBook | None


@dataclass(frozen=True, slots=True)
class Simulation:
    """What a simulation found: JSON-ready numbers, a row per customer, a row per line of its bills."""

    result: dict[str, Any]
    customers: pa.Table
    lines: pa.Table


def simulate(
    panel: StoredPanel,
    books: Books,
    options: SimulationOptions,
    *,
    progress: Progress = lambda *_: None,
) -> Simulation:
    """Re-rate all customer-months of a panel.

    Parameters
    ----------
    panel
        Usage and subscriptions.
    books
        The book after, and the one before.
    options
        Window, names of metrics, assumptions.
    progress
        Told how far it has come.

    Raises
    ------
    InvalidInput
        If a book is in another currency than the data, or an option contradicts another or the data.
    """
    for book in (books.draft, books.current):
        if book is not None and book.currency != panel.currency:
            raise InvalidInput(
                f"the book {book.name!r} is in {book.currency} and the data are in {panel.currency}"
            )
    options.assumed()
    progress("re-rating", 0, _STEPS)
    months = read_customer_months(panel, months=options.months)
    progress("re-rating", 1, _STEPS)
    compared = _compare(panel, months, books, options)
    progress("Reading what customers would pay", 3, _STEPS)
    leaving = leaving_of(panel, compared, options)
    minor_units = MINOR_UNITS[panel.currency]
    summary = Summary(compared, minor_units=minor_units)
    result = _about(panel, compared, options, against="price_book" if books.current else "paid")
    result |= summary.change() | summary.extremes()
    result |= {
        "moves": summary.moves(),
        "cliffs": summary.cliffs(),
        "lines": summary.lines(),
        "left_out": summary.left_out(),
        "behaviour": leaving.about | summary.behaviour(leaving.groups, least_saving=options.least_saving),
        "warnings": _warnings(compared),
    }
    result["sentences"] = sentences_of(result)
    tables = (table(compared, minor_units=minor_units) for table in (customer_table, line_table))
    progress("re-rating", _STEPS, _STEPS)
    return Simulation(result, *tables)


def _compare(
    panel: StoredPanel,
    months: CustomerMonths,
    books: Books,
    options: SimulationOptions,
) -> Comparison:
    names = [metric.metric for metric in panel.metrics]
    metrics = Metrics(panel.metrics, options.metrics)
    billed_on = options.billed_on or panel.as_of

    def rated(book: PriceBook) -> tuple[Rated, list[Option]]:
        plans = options_of(book, metrics, billed_on=billed_on)
        return RatedBook(plans, months, names, prorates=book.prorates != "nothing").rated(), plans

    after, plans = rated(books.draft)
    before = Before.of(months, rated(books.current)[0] if books.current is not None else None)
    return Comparison(months, before, after, plans, names)


def _about(
    panel: StoredPanel, compared: Comparison, options: SimulationOptions, *, against: str
) -> dict[str, Any]:
    months = compared.months
    said = options.model_dump(mode="json") | {
        "as_of": panel.as_of.isoformat(),
        "billed_on": (options.billed_on or panel.as_of).isoformat(),
    }
    window = sorted({str(month)[:7] for month in months.month})
    return {
        "against": against,
        "currency": panel.currency,
        "dataset_version": panel.dataset_version,
        "months": {"first": window[0] if window else None, "last": window[-1] if window else None,
                   "count": len(window)},
        "customers": len(months.customers),
        "customer_months": int(months.customer.size),
        "counted": {
            "customers": int(compared.has_counted.sum()),
            "customer_months": int(compared.counted.sum()),
            "from_book": int((compared.before.from_book & compared.counted).sum()),
        },
        "options": said,
    }  # fmt: skip


def _warnings(compared: Comparison) -> list[dict[str, str]]:
    warnings = []
    paid = paid_against_book(compared)
    if paid is not None and abs(paid - 1) > _FAR_FROM_PAID:
        message = (
            f"Customers paid {percent(paid)} of what the current book asks for the same usage: discounts and other "
            "deals are not in either book, so changes are those of list prices"
        )
        warnings.append({"code": "paid_differs_from_book", "message": message})
    if compared.before.from_book.any() and not compared.before.from_book[compared.counted].all():
        message = "Where the current book has not the customer's plan, before is what was paid"
        warnings.append({"code": "plans_not_in_current_book", "message": message})
    return warnings
