"""What stands under `custom` is ours or others', and neither takes the other's place."""

from __future__ import annotations

from typing import Any

import pytest

from pricing_service.price_book import PriceBook
from pricing_service.price_book.pricing2yaml import extension


def book(**fields: Any) -> PriceBook:
    return PriceBook.model_validate(
        {"name": "Jobs", "currency": "EUR", "created_on": "2026-01-01", "plans": [{"name": "pro"}], **fields}
    )


@pytest.mark.parametrize("custom", [None, "words", ["a"], {"owner": "me"}, {"pricing_service": "taken"}])
def test_custom_content_of_any_shape_comes_back(custom):
    own = book(custom=custom)
    held, _ = extension.unsayable(own, custom=True)

    assert extension.split(extension.with_extension(own, held))[0] == custom


def test_annual_prices_of_their_own_and_second_products_are_named():
    plans = [
        {"name": "pro", "product": "a"},
        {"name": "pro", "product": "b"},
        {"name": "pro", "product": "a", "billing": "annual", "price": 90},
    ]

    held, remarks = extension.unsayable(book(plans=plans), custom=True)

    assert [line["at"] for line in held["lines"]] == [1, 2]
    assert any("pro (annual)" in remark.message for remark in remarks)


def test_a_limit_of_the_book_is_not_written_again_for_a_charge():
    charged = {"name": "pro", "charges": [{"metric": "seats"}, {"metric": "calls"}]}
    limit = {"name": "seats", "type": "NON_RENEWABLE", "value_type": "NUMERIC", "default": 5}

    written = extension.charged_limits(book(plans=[charged], usage_limits=[limit]))

    assert [each.name for each in written] == ["calls"]
