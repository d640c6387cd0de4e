"""Who keeps an old price is said with what it costs, and which version lags most."""

from __future__ import annotations

from typing import Any

import pytest

from pricing_service.decisions._raise_grandfathering_words import grandfathering_sentences

Json = dict[str, Any]


def estimate(value: float | None) -> Json:
    low, high = (None, None) if value is None else (0.5 * value, 2 * value)
    return {"value": value, "low": low, "high": high, "reason": "not_identified" if value is None else None}


def version(begins: str | None, gap: float | None, *, customers: int = 9) -> Json:
    return {"plan": "pro", "version": begins, "customers": customers, "list_gap": estimate(gap)}


def result(*versions: Json, customers: int = 0, months: int = 0, forgone: float | None = 1200.0) -> Json:
    return {
        "currency": "EUR",
        "options": {"grandfather_months": months, "horizon_months": 24},
        "grandfathering": {
            "customers": customers, "mrr": 300.0 * customers, "lifetime_value_forgone": estimate(forgone),
            "churn_spared": estimate(None if forgone is None else 0.004), "by_version": list(versions),
        },
    }  # fmt: skip


@pytest.mark.parametrize(
    ("customers", "months", "said"),
    [
        (1, 0, "1 customer keeps its price for good (300 EUR a month): that forgoes"),
        (7, 0, "7 customers keep their price for good (2,100 EUR a month): that forgoes"),
        (0, 1, "Nobody who pays today is asked a new price for 1 month: that forgoes"),
        (7, 6, "a month), and nobody who pays today is asked a new price for 6 months: that forgoes"),
    ],
)
def test_who_keeps_its_price_is_said_with_what_it_costs(customers: int, months: int, said: str):
    (sentence,) = grandfathering_sentences(result(customers=customers, months=months))

    assert said in sentence
    assert "1,200 EUR (600 EUR to 2,400 EUR) over 24 months, and spares 0.40 points of customers." in sentence


def test_without_a_plan_nothing_is_said_of_what_it_costs():
    (sentence,) = grandfathering_sentences(result(customers=2, forgone=None))

    assert sentence == "2 customers keep their price for good (600 EUR a month)."


def test_the_version_that_lags_most_is_named():
    versions = (version("2024-01-01", 0.1), version("before 2024-01-01", 0.23), version(None, 0.5))

    (sentence,) = grandfathering_sentences(result(*versions))

    assert sentence == (
        "Those on pro at its price of before 2024-01-01 (9 customers) pay 23 % less than the newest list price."
    )


def test_where_nobody_keeps_a_price_and_nothing_lags_nothing_is_said():
    assert grandfathering_sentences(result(version("2024-01-01", 0.01), version("2025-01-01", None))) == []
    assert grandfathering_sentences({}) == []
