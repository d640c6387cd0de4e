"""Guidance keeps its order, follows the price list where a plan is named, and reads chances off the demand curve."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pricing_service.recommendations import Answer, quote_guidance
from pricing_service.recommendations.quotes import NUMBERS, about_offers
from tests.api.decided import TIERS, WORTH

PRICES = st.floats(0.01, 1e4)


def about(at: float = 20.0, corridor: tuple[float, float] = (10.0, 15.0), **known: Any) -> dict[str, Any]:
    demand = {"price": [10.0, 40.0], "share": [0.9, 0.3]}
    price = {"at": at, "corridor": list(corridor), "demand": demand, "rests_on": "willingness"}
    return {
        "as_of": "2026-06-30",
        "currency": "EUR",
        "metric": "posting",
        "tiers": None,
        "price": price,
        **known,
    }


@given(PRICES, PRICES, PRICES, st.floats(0.01, 1e4))
def test_floor_target_and_stretch_keep_their_order(at: float, one: float, other: float, units: float) -> None:
    told = quote_guidance(about(at, (min(one, other), max(one, other))), units=units, plan=None)

    assert told["floor"] <= told["target"] <= told["stretch"]


def test_a_plan_gives_the_target_by_its_price_list() -> None:
    told = quote_guidance(about(tiers=TIERS), units=10, plan="Basic")

    assert told["target"] == 150 + 5 * 20
    assert "price_list" in told["reasons"]


@pytest.mark.parametrize(("at", "chance"), [(10.0, 0.9), (25.0, 0.6), (40.0, 0.3), (9.0, None), (41.0, None)])
def test_the_chance_is_read_off_the_curve_and_never_beyond_it(at: float, chance: float | None) -> None:
    told = quote_guidance(about(at), units=3, plan=None)

    assert told["win_probability"] == (chance if chance is None else pytest.approx(chance))
    assert ("win_probability" in told["reasons_for_null"]) is (chance is None)


@pytest.mark.parametrize(
    ("known", "plan", "reason"),
    [
        ({"price": None}, None, "not_analysed"),
        ({}, "Basic", "nothing_published"),
        ({"tiers": TIERS}, "Gold", "no_such_plan"),
        ({"tiers": [{**TIERS[0], "overage_price": None}]}, "Basic", "no_tier_is_large_enough"),
    ],
)
def test_without_a_price_it_says_why(known: dict[str, Any], plan: str | None, reason: str) -> None:
    told = quote_guidance(about(**known), units=10, plan=plan)

    assert all(told[name] is None for name in NUMBERS)
    assert set(told["reasons_for_null"].values()) == {reason}


def test_offers_know_tiers_only_as_published() -> None:
    tiers = {"tiers": TIERS, "metric": "postings"}
    answers = {"unit_worth": Answer("an_1", WORTH, {}, published=False)}
    for published in (True, False):
        answers["tiers"] = Answer("an_2", tiers, {}, published)
        found = about_offers(answers, as_of="2026-06-30", currency="EUR")
        assert found["tiers"] == (TIERS if published else None)
        assert found["price"]["at"] == 20.0
    assert about_offers({}, as_of="2026-06-30", currency="EUR")["price"] is None
