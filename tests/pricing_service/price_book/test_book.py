"""A price book is one checked value: what contradicts itself is refused, and equal books have equal hashes."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from pydantic import ValidationError

from pricing_service.price_book import PriceBook
from tests.pricing_service.price_book.books import books


def book(**fields: Any) -> PriceBook:
    return PriceBook.model_validate({"name": "Jobs", "currency": "EUR", **fields})


@given(books())
def test_a_book_comes_back_from_its_json(generated):
    text = json.dumps(generated.as_json(), allow_nan=False)

    assert PriceBook.model_validate(json.loads(text)) == generated


def test_the_hash_is_of_the_content_alone():
    one = book(plans=[{"name": "pro", "price": 490, "features": {"a": True, "b": False}}])
    same = book(plans=[{"name": "pro", "price": 490.0, "features": {"b": False, "a": True}}])
    dearer = book(plans=[{"name": "pro", "price": 490.01}])

    assert one.content_hash == same.content_hash
    assert one.content_hash != dearer.content_hash


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"currency": "XXQ"}, "not a currency"),
        ({"plans": [{"name": "pro"}, {"name": "pro"}]}, "there twice"),
        ({"add_ons": [{"name": "a"}, {"name": "a"}]}, "there twice"),
        ({"grandfathered": [{"plan": "old", "on_plan_before": "2026-01-01"}]}, "no plan 'old'"),
        ({"plans": [{"name": "pro", "price": 5, "price_text": "Contact Sales"}]}, "leave one of them out"),
        ({"plans": [{"name": "pro", "price": 5, "colour": "red"}]}, "not permitted"),
    ],
)
def test_what_contradicts_itself_is_refused(fields, says):
    with pytest.raises(ValidationError, match=says):
        book(**fields)


def test_the_same_name_may_stand_for_two_products_and_two_billings():
    plans = [
        {"name": "pro", "price": 9, "product": "a"},
        {"name": "pro", "price": 8, "product": "b"},
        {"name": "pro", "price": 90, "product": "a", "billing": "annual"},
    ]

    assert book(plans=plans).line("pro", product="a", billing="annual").price == 90


@pytest.mark.parametrize("word", ["annual", "annually", "yearly"])
def test_annual_billing_has_several_names(word):
    assert book(billing={"monthly": 1, word: 0.8}).annual_factor == Decimal("0.8")


def test_a_formula_and_its_number_agree():
    priced = book(variables={"x": 3}, plans=[{"name": "pro", "price": 15, "price_text": "5 * #x"}])

    assert priced.line("pro").price == 15
