"""Whatever a book holds comes back from Pricing2Yaml; what the format has no words for is said."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
import yaml
from hypothesis import given, settings

from pricing_service.price_book import PriceBook, PriceBookRefused
from pricing_service.price_book.pricing2yaml import read_pricing, write_pricing
from tests.pricing_service.price_book.books import books

TODAY = date(2026, 3, 1)


def written(book: PriceBook, syntax: str = "3.1") -> tuple[dict[str, Any], list[str]]:
    """The document as another program reads it, and the remarks."""
    text, remarks = write_pricing(book, on=TODAY, syntax=syntax)
    document: dict[str, Any] = yaml.safe_load(text)
    return document, [remark.message for remark in remarks]


@given(books())
@settings(max_examples=300)
def test_a_book_that_is_written_and_read_is_the_same_book(book):
    text, _ = write_pricing(book, on=TODAY)

    read, remarks = read_pricing(text)

    assert read == book
    assert read.content_hash == book.content_hash
    assert {remark.code for remark in remarks} <= {"unknown_name", "formula_not_evaluated"}


def graduated() -> PriceBook:
    blocks = [{"price": 2.5}, {"from_units": 100, "price": 2}]
    charge = {"metric": "postings", "included_units": 20, "blocks": blocks}
    return PriceBook.model_validate(
        {"name": "Jobs", "currency": "EUR", "plans": [{"name": "pro", "price": 490, "charges": [charge]}]}
    )


def test_included_units_and_overage_are_said_in_the_formats_own_words_too():
    document, remarks = written(graduated())

    assert document["usageLimits"]["postings"]["type"] == "RENEWABLE"
    assert document["plans"]["pro"] == {
        "price": 490,
        "unit": "/month",
        "usageLimits": {"postings": {"value": 20}},
    }
    (add_on,) = document["addOns"].values()
    assert (add_on["price"], add_on["usageLimitsExtensions"]) == (2.5, {"postings": {"value": 1}})
    assert any("pro: included units and prices per unit is kept under custom" in text for text in remarks)


def test_what_the_format_cannot_say_is_lost_in_2_1_and_named():
    document, remarks = written(graduated(), "2.1")

    assert "custom" not in document
    assert any("is lost" in text and "pro" in text for text in remarks)


def test_a_book_that_the_format_can_say_is_written_without_remarks():
    plain = PriceBook.model_validate(
        {
            "name": "Jobs",
            "currency": "EUR",
            "created_on": "2026-01-01",
            "plans": [{"name": "pro", "price": 9.9}],
        }
    )

    document, remarks = written(plain)

    assert remarks == []
    assert "custom" not in document
    assert document["plans"]["pro"]["price"] == 9.9


def test_what_others_put_under_custom_stays_beside_ours():
    book = graduated().model_copy(update={"custom": {"owner": "pricing"}})

    document, _ = written(book)

    assert document["custom"]["owner"] == "pricing"
    assert "pricing_service" in document["custom"]


def test_expressions_are_written_in_the_words_of_the_version():
    feature = {"name": "a", "type": "DOMAIN", "value_type": "BOOLEAN", "default": True}
    feature["expression"] = "pricingContext['a'] && subscriptionContext['b'] < 2"
    book = PriceBook.model_validate({"name": "Jobs", "currency": "EUR", "features": [feature]})

    assert "planContext['a'] && userContext['b']" in written(book, "2.1")[0]["features"]["a"]["expression"]
    assert read_pricing(write_pricing(book, on=TODAY, syntax="2.1")[0])[0].features == book.features


def test_limits_of_a_type_that_3_0_dropped_are_written_as_its_guide_says():
    limit = {"name": "calls", "type": "TIME_DRIVEN", "value_type": "NUMERIC", "default": 40}
    book = PriceBook.model_validate({"name": "Jobs", "currency": "EUR", "usage_limits": [limit]})

    assert written(book, "2.1")[0]["usageLimits"]["calls"]["type"] == "TIME_DRIVEN"
    assert written(book, "3.0")[0]["usageLimits"]["calls"]["type"] == "NON_RENEWABLE"


def test_a_version_that_is_not_written_is_refused():
    with pytest.raises(PriceBookRefused, match=r"2\.1, 3\.0, 3\.1"):
        write_pricing(graduated(), on=TODAY, syntax="1.0")
