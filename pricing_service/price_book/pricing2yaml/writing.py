"""From a price book to a Pricing2Yaml document, and what it could not say in the format's own words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from pydantic import BaseModel

from pricing_service.price_book.book import PriceBook
from pricing_service.price_book.catalogue import AddOn, Constraints, UsageLimit
from pricing_service.price_book.errors import PriceBookRefused, Remark
from pricing_service.price_book.formulas import CONTACT_US
from pricing_service.price_book.plans import Plan
from pricing_service.price_book.pricing2yaml import extension
from pricing_service.price_book.pricing2yaml.text import dump
from pricing_service.price_book.pricing2yaml.vocabulary import (
    ADD_ON,
    FEATURE,
    GONE_SINCE_3,
    LIMIT,
    NEWEST,
    PLAN,
    SINCE_3,
    SYNTAX_VERSIONS,
    TOP,
    older_expression,
)

_UNLIMITED = float("inf")


def write_pricing(book: PriceBook, *, on: date, syntax: str = NEWEST) -> tuple[str, tuple[Remark, ...]]:
    """Write a price book as Pricing2Yaml.

    Parameters
    ----------
    book
        The book.
    on
        The day that stands in `createdAt` where the book has none of its own.
    syntax
        The format's version.

    Returns
    -------
    tuple
        The text, and a remark for everything that the format has no words for: kept under `custom` in 3.x, lost
        in 2.1.

    Raises
    ------
    PriceBookRefused
        For a version that is not written.
    """
    if syntax not in SYNTAX_VERSIONS:
        raise PriceBookRefused(
            f"Pricing2Yaml {syntax} is not written; there are {', '.join(SYNTAX_VERSIONS)}."
        )
    document, remarks = _Writer(book, syntax).document(on)
    return dump(document), tuple(remarks)


class _Writer:
    """Writes one book in one version of the format."""

    def __init__(self, book: PriceBook, syntax: str) -> None:
        self.book, self.syntax, self.old = book, syntax, syntax == "2.1"
        self.remarks: list[Remark] = []

    def document(self, on: date) -> tuple[dict[str, Any], list[Remark]]:
        """Return the whole document with its remarks."""
        book = self.book
        held, self.remarks = extension.unsayable(book, custom=not self.old)
        limits = extension.charged_limits(book)
        add_ons = [each for plan in extension.sayable(book) for each in _overage(plan, book)]
        if limits or add_ons:
            held["written_for_readers"] = {
                "usage_limits": [limit.name for limit in limits],
                "add_ons": [each.name for each in add_ons],
            }
        top = self._fields(book, TOP) | {"billing": book.billing, "variables": self._variables()}
        top["createdAt"] = (book.created_on or on).isoformat()
        # In the format's usual order; what the book does not say is left out.
        document = {"syntaxVersion": self.syntax} | {word: top[word] for word in TOP if top.get(word)}
        document["features"] = {each.name: self._fields(each, FEATURE) for each in book.features}
        document["usageLimits"] = {each.name: self._limit(each) for each in [*book.usage_limits, *limits]}
        document["plans"] = {plan.name: self._plan(plan, limits) for plan in extension.sayable(book)}
        document["addOns"] = {each.name: self._sold(each, ADD_ON) for each in [*book.add_ons, *add_ons]}
        if not self.old and (custom := extension.with_extension(book, held)) is not None:
            document["custom"] = custom
        return document, self.remarks

    def _variables(self) -> dict[str, Any]:
        """Return the variables; before 3.1 they are numbers and truth values only."""
        if self.syntax == NEWEST:
            return self.book.variables
        plain = {
            name: value
            for name, value in self.book.variables.items()
            if isinstance(value, bool | int | float)
        }
        if lost := sorted(self.book.variables.keys() - plain.keys()):
            message = f"variables that are no numbers are lost: {', '.join(lost)}"
            self.remarks.append(Remark("not_in_the_format", message))
        return plain

    def _fields(self, noun: BaseModel, words: Mapping[str, str]) -> dict[str, Any]:
        """Write what differs from the defaults, in the format's words."""
        written = {}
        for word, field in words.items():
            value = getattr(noun, field)
            if value is None or (value == type(noun).model_fields[field].default and word != "unit"):
                continue
            if self.old and word in SINCE_3:
                named = f"{word} of {getattr(noun, 'name', '')}"
                self.remarks.append(Remark("not_in_the_format", f"{named} is lost: 2.1 has no place for it"))
                continue
            written[word] = _plain(value)
            if self.old and word in ("expression", "serverExpression"):
                written[word] = older_expression(value)
        return written

    def _limit(self, limit: UsageLimit) -> dict[str, Any]:
        written = self._fields(limit, LIMIT)
        written["defaultValue"] = _value(limit.default)
        if not self.old:
            written["type"] = GONE_SINCE_3.get(limit.type, limit.type)
        return written

    def _plan(self, plan: Plan, limits: list[UsageLimit]) -> dict[str, Any]:
        written = self._sold(plan, PLAN)
        shown = {limit.name for limit in limits}
        included = {
            charge.metric: {"value": _value(charge.included_units)}
            for charge in plan.charges
            if charge.metric in shown
        }
        if included:
            written["usageLimits"] = written.get("usageLimits", {}) | included
        return written

    def _sold(self, noun: Plan | AddOn, words: Mapping[str, str]) -> dict[str, Any]:
        """Write a plan or an add-on; its price is what was written, else the number."""
        written = self._fields(noun, words)
        price = noun.price if noun.price_text is None else noun.price_text
        written["price"] = CONTACT_US if price is None else price
        for word in ("features", "usageLimits", "usageLimitsExtensions"):
            if word in words and (values := getattr(noun, words[word])):
                written[word] = {name: {"value": _value(value)} for name, value in values.items()}
        return written


def _overage(plan: Plan, book: PriceBook) -> list[AddOn]:
    """Say a price per unit as the format does: an add-on that extends a limit, to be bought again and again."""
    taken = {each.name for each in book.add_ons}
    return [
        # It is for other programs and goes by the format's rules, not by the book's.
        AddOn.model_construct(
            name=f"{charge.metric} beyond {plan.name}",
            available_for=(plan.name,),
            price=charge.blocks[0].price * (pack := charge.unit_step or Decimal(1)),
            unit=charge.metric,
            extensions={charge.metric: pack},
        )
        for charge in plan.charges
        if charge.blocks and f"{charge.metric} beyond {plan.name}" not in taken
    ]


def _plain(value: Any) -> Any:
    if isinstance(value, Constraints):
        bounds = {"min": value.minimum, "max": value.maximum, "step": value.step}
        return {word: bound for word, bound in bounds.items() if bound is not None}
    if isinstance(value, BaseModel):
        return value.model_dump()
    return list(value) if isinstance(value, tuple) else value


def _value(value: Any) -> Any:
    return _UNLIMITED if value is None else _plain(value)
