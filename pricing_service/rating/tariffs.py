"""From the lines of a price book to tariffs in integers: what each plan asks of which customers.

A plan has terms for everyone, and for those who keep older ones, terms of their own. Terms that cannot be put into
numbers say why.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

import numpy as np

from models.pricing.rating import Charge as RatedCharge
from models.pricing.rating import Ratio, Tariff
from models.pricing.rating.rounding import MILLION
from pricing_service.money import MINOR_UNITS
from pricing_service.panel import Metric
from pricing_service.price_book import Charge, Plan, PriceBook

CONTACT_US = "contact_us"
NO_SUCH_METRIC = "metric_not_in_data"
_MONTHS_A_YEAR = 12


@dataclass(frozen=True, slots=True)
class Terms:
    """What a plan asks of some customers.

    Parameters
    ----------
    tariff
        In minor units; None where it cannot be put into numbers.
    why_not
        `CONTACT_US` or `NO_SUCH_METRIC`; None where there is a tariff.
    before
        These are the terms of who was on the plan before this day; None: of everyone else.
    """

    tariff: Tariff | None
    why_not: str | None = None
    before: np.datetime64 | None = None


@dataclass(frozen=True, slots=True)
class Option:
    """A plan that customers can be on: its terms by billing, the special ones first, those for everyone last."""

    name: str
    product: str | None
    private: bool
    replaces: frozenset[str]
    monthly: tuple[Terms, ...]
    annual: tuple[Terms, ...]

    def takes(self, plan: str, product: str) -> bool:
        """Whether customers of a plan of the data are on this one; a product matters where both sides name it."""
        return self.sold_in(product) and plan in {self.name, *self.replaces}

    def sold_in(self, product: str) -> bool:
        """Whether it is a plan of a product of the data."""
        return self.product is None or product in ("", self.product)


@dataclass(frozen=True, slots=True)
class Metrics:
    """Where the data keep a metric that a book names: the same name, its unit's name, or what `renamed` says."""

    known: Sequence[Metric]
    renamed: Mapping[str, str]

    def find(self, name: str) -> int | None:
        """Return the metric's position, None where the data have no such metric."""
        wanted = self.renamed.get(name, name)
        for place, metric in enumerate(self.known):
            if metric.metric == wanted:
                return place
        return next((place for place, metric in enumerate(self.known) if metric.unit_name == wanted), None)


def options_of(book: PriceBook, metrics: Metrics, *, billed_on: date) -> list[Option]:
    """Return the plans of a book, in its order.

    Parameters
    ----------
    book
        The book.
    metrics
        The metrics of the data.
    billed_on
        The day whose grandfathering counts.
    """
    compiler = _Compiler(book, metrics, billed_on)
    lines = book.lines
    options = []
    for product, name in dict.fromkeys((plan.product, plan.name) for plan in book.plans):
        monthly, annual = (lines.get((product, name, billing)) for billing in ("monthly", "annual"))
        every = [plan for plan in (monthly, annual) if plan is not None]
        options.append(
            Option(
                name=name,
                product=product,
                private=all(plan.private for plan in every),
                replaces=frozenset(old for plan in every for old in plan.replaces),
                # Who is billed in a way that the plan is not sold in pays what the other way comes to a month.
                monthly=compiler.terms(monthly or every[0], annual=monthly is None),
                annual=compiler.terms(annual or every[0], annual=True),
            )
        )
    return options


@dataclass(frozen=True, slots=True)
class _Compiler:
    """Puts the lines of one book into integers."""

    book: PriceBook
    metrics: Metrics
    billed_on: date

    def terms(self, plan: Plan, *, annual: bool) -> tuple[Terms, ...]:
        """Return the terms of one line of the book."""
        kept = [rule for rule in self.book.grandfathered if rule.holds(plan, self.billed_on)]
        special = [
            self._terms(rule.applied(plan), annual, before=np.datetime64(rule.on_plan_before, "D"))
            for rule in kept
        ]
        return (*special, self._terms(plan, annual, before=None))

    def _terms(self, plan: Plan, annual: bool, *, before: np.datetime64 | None) -> Terms:
        if plan.price is None:
            return Terms(None, CONTACT_US, before)
        share = self._month_of(plan, annual)
        charges = [self._charge(charge) for charge in plan.charges if charge.included_units is not None]
        price = self._ratio(plan.price, share)
        if plan.per is not None:
            place = self.metrics.find(plan.per)
            charges.append(
                None if place is None else RatedCharge(place, 0, (0,), (price,), by_days=self._held(place))
            )
            price = Ratio(0)
        if None in charges:
            return Terms(None, NO_SUCH_METRIC, before)
        rated = tuple(charge for charge in charges if charge is not None)
        by_days = self.book.prorates == "price_and_units"
        return Terms(Tariff(price, rated, prorates_units=by_days), None, before)

    def _month_of(self, plan: Plan, annual: bool) -> Fraction:
        """Return what a month is of the price: a twelfth of a year's, or the annual factor of a month's."""
        if plan.billing == "annual":
            return Fraction(1, _MONTHS_A_YEAR)
        factor = self.book.annual_factor if annual else None
        return Fraction(factor) if factor is not None else Fraction(1)

    def _charge(self, charge: Charge) -> RatedCharge | None:
        place = self.metrics.find(charge.metric)
        if place is None:
            return None
        return RatedCharge(
            metric=place,
            included=_millionths(charge.included_units or Decimal(0)),
            starts=tuple(_millionths(block.from_units) for block in charge.blocks),
            prices=tuple(self._ratio(block.price, Fraction(1)) for block in charge.blocks),
            step=_millionths(charge.unit_step or Decimal(0)),
            by_days=self._held(place),
        )

    def _held(self, place: int) -> bool:
        return self.metrics.known[place].kind == "stock"

    def _ratio(self, price: Decimal, share: Fraction) -> Ratio:
        return Ratio.of(Fraction(price) * share * 10 ** MINOR_UNITS[self.book.currency])


def _millionths(units: Decimal) -> int:
    return int(units * MILLION)
