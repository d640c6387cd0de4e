"""A recommended menu becomes a book that can be simulated and published."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from pricing_service.price_book import PriceBook, PriceBookRefused
from pricing_service.price_book.from_tiers import book_from_tiers


def made(currency: str = "EUR", **tier: Any) -> PriceBook:
    whole = {"name": "Team", "price": 49.0, "included_units": 100, "overage_price": 0.4, **tier}
    return book_from_tiers({"metric": "postings", "tiers": [whole]}, name="Jobs", currency=currency)


def test_a_tier_has_a_price_included_units_and_a_price_beyond_them():
    plan = made().plans[0]

    assert (plan.name, plan.price) == ("Team", 49)
    assert (plan.charges[0].metric, plan.charges[0].included_units) == ("postings", 100)
    assert [block.price for block in plan.charges[0].blocks] == [Decimal("0.4")]


def test_a_tier_without_a_price_beyond_its_units_is_a_limit():
    assert made(overage_price=None).plans[0].charges[0].blocks == ()


def test_an_unlimited_tier_sells_nothing_more():
    charge = made(included_units=None).plans[0].charges[0]

    assert (charge.included_units, charge.blocks) == (None, ())


def test_prices_are_rounded_to_what_can_be_paid():
    assert made(price=49.004).plans[0].price == 49
    assert made(price=49.6, currency="JPY").plans[0].price == 50


@pytest.mark.parametrize(
    "tiers", [[], None, [{"name": "a", "price": -1, "included_units": 1, "overage_price": 1}]]
)
def test_what_is_no_menu_is_refused(tiers):
    with pytest.raises(PriceBookRefused):
        book_from_tiers({"metric": "postings", "tiers": tiers}, name="Jobs", currency="EUR")
