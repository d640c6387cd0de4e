"""Currencies by their codes."""

from __future__ import annotations

import pytest

from pricing_service.money import CODES, MINOR_UNITS, UnknownCurrency, currency_code


def test_a_currency_is_known_by_its_code_whatever_the_case():
    assert currency_code(" usd ") == "USD"


@pytest.mark.parametrize("word", ["", "EURO", "€", "XXX", "eu"])
def test_what_is_no_code_is_refused_with_the_way_out(word):
    with pytest.raises(UnknownCurrency, match="ISO 4217"):
        currency_code(word)


def test_minor_units_are_those_of_the_standard():
    assert [MINOR_UNITS[code] for code in ("EUR", "JPY", "KWD")] == [2, 0, 3]
    assert all(len(code) == 3 and code.isupper() for code in MINOR_UNITS)


def test_a_schema_names_the_codes_that_are_known():
    assert CODES["enum"] == sorted(MINOR_UNITS)
    assert {currency_code(code) for code in CODES["enum"]} == set(MINOR_UNITS)
