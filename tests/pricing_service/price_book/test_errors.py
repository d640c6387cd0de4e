"""A refusal names every fault with its place."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from pricing_service.price_book import PriceBook, PriceBookRefused, Remark


def test_the_faults_of_a_check_become_places_and_words():
    with pytest.raises(ValidationError) as error:
        PriceBook.model_validate({"name": "a", "currency": "EUR", "plans": [{"name": "x", "price": -1}]})

    refusal = PriceBookRefused.of(error.value)

    assert refusal.faults[0]["pointer"] == "/plans/0/price"
    assert str(refusal).startswith("/plans/0/price: ")


def test_a_remark_is_shown_with_its_code():
    assert Remark("unknown_name", "words").as_json() == {"code": "unknown_name", "message": "words"}
