"""Lines of a book become exact tariffs; what cannot be a number says why."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from models.pricing.rating import Ratio
from pricing_service.panel import Metric
from pricing_service.price_book import PriceBook
from pricing_service.rating.tariffs import Metrics, Option, options_of

METRICS = Metrics(
    [
        Metric("calls", "units_calls", "flow", "sum"),
        Metric("seats", "units_seats", "stock", "mean", unit_name="seat"),
    ],
    {"users": "seats"},
)


def option(*plans: dict[str, Any], currency: str = "EUR", **fields: Any) -> Option:
    book = PriceBook.model_validate({"name": "b", "currency": currency, "plans": plans, **fields})
    return options_of(book, METRICS, billed_on=date(2026, 1, 1))[0]


def price(found: Option, *, annual: bool = False) -> Ratio:
    tariff = (found.annual if annual else found.monthly)[-1].tariff
    assert tariff is not None
    return tariff.price


@pytest.mark.parametrize(("currency", "minor"), [("EUR", 49_000), ("JPY", 490), ("KWD", 490_000)])
def test_prices_are_in_the_currencys_minor_units(currency: str, minor: int) -> None:
    assert price(option({"name": "pro", "price": 490}, currency=currency)) == Ratio(minor)


def test_annual_billing_by_a_factor_is_exact() -> None:
    found = option({"name": "pro", "price": 19.99}, billing={"monthly": 1, "annual": 0.83})

    assert price(found) == Ratio(1999)
    assert price(found, annual=True) == Ratio(165_917, 100)  # 16.5917 EUR


def test_an_annual_price_of_its_own_is_a_twelfth_a_month() -> None:
    found = option({"name": "pro", "price": 10}, {"name": "pro", "price": 100, "billing": "annual"})

    assert price(found, annual=True) == Ratio(2500, 3)


def test_who_is_billed_in_a_way_that_is_not_sold_pays_what_the_other_comes_to() -> None:
    only_annual = option({"name": "pro", "price": 120, "billing": "annual"})
    only_monthly = option({"name": "pro", "price": 12})

    assert price(only_annual) == Ratio(1000)
    assert price(only_monthly, annual=True) == Ratio(1200)


def test_a_price_per_unit_charges_for_the_metric_of_that_name_or_unit() -> None:
    for unit in ("seats/month", "seat/month", "users/month"):
        tariff = option({"name": "pro", "price": 9, "unit": unit}).monthly[-1].tariff
        assert tariff is not None
        assert tariff.price == Ratio(0)
        (charge,) = tariff.charges
        assert (charge.metric, charge.prices, charge.by_days) == (1, (Ratio(900),), True)


@pytest.mark.parametrize(
    ("plan", "why"),
    [
        ({"name": "pro"}, "contact_us"),
        ({"name": "pro", "price": 5, "unit": "tokens/month"}, "metric_not_in_data"),
        ({"name": "pro", "price": 5, "charges": [{"metric": "tokens"}]}, "metric_not_in_data"),
    ],
)
def test_what_cannot_be_a_number_says_why(plan: dict[str, Any], why: str) -> None:
    (terms,) = option(plan).monthly

    assert (terms.tariff, terms.why_not) == (None, why)


def test_unlimited_units_of_any_name_are_no_charge() -> None:
    tariff = option(
        {"name": "pro", "price": 5, "charges": [{"metric": "tokens", "included_units": None}]}
    ).monthly[-1]

    assert tariff.tariff is not None
    assert tariff.tariff.charges == ()


def test_a_grandfathered_price_comes_with_the_new_allowance_and_the_other_way_round() -> None:
    charge = {"metric": "calls", "included_units": 50, "blocks": [{"price": 1}]}
    plan = {"name": "pro", "price": 120, "charges": [charge]}
    kept = [
        {"plan": "pro", "on_plan_before": "2024-01-01", "price": 100},
        {"plan": "pro", "on_plan_before": "2025-01-01", "included_units": {"calls": 200}},
        {"plan": "pro", "on_plan_before": "2025-06-01", "until": "2025-12-31", "price": 1},
    ]

    price_kept, allowance_kept, everyone = option(plan, grandfathered=kept).monthly

    terms = [
        (each.tariff.price, each.tariff.charges[0].included) for each in (price_kept, allowance_kept, everyone)
        if each.tariff is not None
    ]  # fmt: skip
    assert terms == [(Ratio(10_000), 50 * 10**6), (Ratio(12_000), 200 * 10**6), (Ratio(12_000), 50 * 10**6)]


@pytest.mark.parametrize(
    ("product", "plan", "of", "taken"),
    [
        (None, "pro", "core", True),
        ("core", "pro", "core", True),
        ("core", "pro", "", True),
        ("core", "pro", "extra", False),
        (None, "old", "core", True),
        (None, "other", "core", False),
    ],
)
def test_a_plan_takes_customers_of_its_name_or_of_those_it_replaces(product, plan, of, taken) -> None:
    assert option({"name": "pro", "product": product, "replaces": ["old"]}).takes(plan, of) is taken
