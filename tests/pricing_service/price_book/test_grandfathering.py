"""What customers keep is written down as values: prices, allowances, and until when."""

from __future__ import annotations

from datetime import date
from typing import Any

from pricing_service.price_book import Plan, PriceBook
from pricing_service.price_book.grandfathering import Grandfathered, keeping

CHANGE = date(2026, 7, 1)


def plan(price: float, included: float | None, **fields: Any) -> Plan:
    blocks = [] if included is None else [{"price": 2}]
    charge = {"metric": "seats", "included_units": included, "blocks": blocks}
    return Plan.model_validate({"name": "pro", "price": price, "charges": [charge], **fields})


def kept(old: Plan, new: Plan, *keeps: str) -> tuple[Grandfathered, ...]:
    books = [PriceBook(name="b", currency="EUR", plans=(each,)).lines for each in (old, new)]
    return keeping(*books, keeps=frozenset(keeps), before=CHANGE)


def test_a_price_and_an_allowance_can_be_kept_apart_or_together():
    old, new = plan(100, 200), plan(120, 50)

    (price,), (allowance,), (both,) = (
        kept(old, new, "price"),
        kept(old, new, "allowance"),
        kept(old, new, "price", "allowance"),
    )

    assert (price.price, price.included_units) == (100, {})
    assert (allowance.price, allowance.included_units) == (None, {"seats": 200})
    assert (both.price, both.included_units) == (100, {"seats": 200})


def test_nothing_is_kept_where_the_new_terms_are_better():
    assert kept(plan(100, 50), plan(90, 200), "price", "allowance") == ()
    assert kept(plan(100, 50), plan(120, None), "allowance") == ()


def test_an_unlimited_allowance_is_kept_as_unlimited():
    (rule,) = kept(plan(100, None), plan(100, 50), "allowance")

    terms = rule.applied(plan(100, 50)).charges[0]

    assert terms.included_units is None
    assert terms.blocks == ()


def test_a_kept_price_comes_with_the_new_allowance_where_only_the_price_is_kept():
    (rule,) = kept(plan(100, 200), plan(120, 50), "price")

    applied = rule.applied(plan(120, 50))

    assert (applied.price, applied.charges[0].included_units) == (100, 50)


def test_it_ends_on_its_day_and_is_about_one_line_of_the_book():
    rule = Grandfathered(plan="pro", on_plan_before=CHANGE, until=date(2027, 1, 1), price=100)

    assert rule.holds(plan(120, 50), date(2026, 12, 31))
    assert not rule.holds(plan(120, 50), date(2027, 1, 1))
    assert not rule.holds(plan(120, 50, billing="annual"), CHANGE)
    assert not rule.holds(plan(120, 50, product="other"), CHANGE)
