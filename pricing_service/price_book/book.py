"""`PriceBook`: all prices of a company at one time, as one plain value that is checked and never changes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import Field, JsonValue, field_validator, model_validator

from pricing_service.money import CODES, currency_code
from pricing_service.price_book.catalogue import AddOn, Feature, UsageLimit
from pricing_service.price_book.formulas import evaluate
from pricing_service.price_book.grandfathering import Grandfathered
from pricing_service.price_book.numbers import Factor
from pricing_service.price_book.plans import Billing, Name, Noun, Plan, Text

_A_YEAR = ("annual", "annually", "yearly", "year")
Key = tuple[str | None, str, str]


class PriceBook(Noun):
    """Plans with prices, what they include, and who keeps older terms.

    Examples
    --------
    >>> book = PriceBook(name="Job board", currency="EUR", plans=[{"name": "pro", "price": 490}])
    >>> book.line("pro").price, book == PriceBook.model_validate_json(book.model_dump_json())
    (Decimal('490'), True)
    """

    name: Name
    currency: Annotated[str, Field(pattern="^[A-Z]{3}$", description="ISO 4217", json_schema_extra=CODES)]
    plans: Annotated[tuple[Plan, ...], Field(max_length=1000)] = ()
    billing: dict[Name, Factor] = Field(
        {"monthly": Decimal(1)}, description="billing period → what it makes of the monthly price"
    )
    prorates: Literal["nothing", "price", "price_and_units"] = Field(
        "price", description="what is due by days where a customer is there for a part of the month"
    )
    grandfathered: Annotated[tuple[Grandfathered, ...], Field(max_length=1000)] = ()
    features: tuple[Feature, ...] = ()
    usage_limits: tuple[UsageLimit, ...] = ()
    add_ons: tuple[AddOn, ...] = ()
    created_on: date | None = None
    label: Text | None = Field(None, description="what the company calls this version")
    url: Text | None = None
    tags: tuple[Text, ...] = ()
    variables: dict[Name, JsonValue] = Field({}, description="what price formulas refer to as #name")
    custom: JsonValue = Field(None, description="anything else, kept as it is")

    @field_validator("currency")
    @classmethod
    def _known_currency(cls, code: str) -> str:
        return currency_code(code)

    @model_validator(mode="after")
    def _names_are_unique(self) -> PriceBook:
        _unique("plan", (plan.key for plan in self.plans))
        for noun in ("features", "usage_limits", "add_ons"):
            _unique(noun, (each.name for each in getattr(self, noun)))
        lines = self.lines
        for kept in self.grandfathered:
            if kept.key not in lines:
                raise ValueError(f"grandfathered: the book has no plan {kept.plan!r}, billed {kept.billing}")
        return self

    @model_validator(mode="after")
    def _words_and_numbers_agree(self) -> PriceBook:
        for sold in self.sold:
            if sold.price_text is not None and sold.price != evaluate(sold.price_text, self.variables):
                raise ValueError(
                    f"{sold.name!r} costs {sold.price} by its price and {sold.price_text!r} by its price_text; "
                    "leave one of them out"
                )
        return self

    @property
    def lines(self) -> Mapping[Key, Plan]:
        """Every plan by its key: product, name, billing."""
        return {plan.key: plan for plan in self.plans}

    @property
    def sold(self) -> list[Plan | AddOn]:
        """Everything that has a price."""
        return [*self.plans, *self.add_ons]

    def line(self, name: str, *, product: str | None = None, billing: Billing = "monthly") -> Plan | None:
        """Return a line of the book, None where there is none."""
        return self.lines.get((product, name, billing))

    @property
    def annual_factor(self) -> Factor | None:
        """What annual billing makes of the monthly price; None where the book does not say."""
        return next((self.billing[word] for word in _A_YEAR if word in self.billing), None)

    def priced(self) -> PriceBook:
        """Return what bills depend on: the book without its descriptions, features, limits and add-ons."""
        plans = tuple(
            plan.model_copy(update={"description": None, "features": {}, "usage_limits": {}})
            for plan in self.plans
        )
        kept = {"plans": plans, "grandfathered": self.grandfathered, "billing": self.billing}
        return PriceBook(
            name=self.name, currency=self.currency, prorates=self.prorates, variables=self.variables, **kept
        )

    def as_json(self) -> dict[str, Any]:
        """Return the book as plain JSON."""
        document: dict[str, Any] = self.model_dump(mode="json")
        return document

    @property
    def content_hash(self) -> str:
        """SHA-256 of the content, hexadecimal: equal books have equal hashes."""
        text = json.dumps(self.as_json(), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()


def _unique(noun: str, names: Iterable[object]) -> None:
    listed = list(names)
    if len(set(listed)) < len(listed):
        twice = next(name for name in listed if listed.count(name) > 1)
        raise ValueError(f"{noun}: {twice!r} is there twice")
