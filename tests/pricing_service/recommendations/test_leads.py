"""A lead is offered what costs it least, and told what is not known of it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from models.ideal_customers.familiarity import Familiarity
from models.ideal_customers.rehearsal import Calibration
from models.ideal_customers.scorecard import Scorecard
from pricing_service.recommendations import lead_recommendation
from pricing_service.recommendations.leads import bill_of, cheapest_tier

SMALL = {"name": "S", "price": 10.0, "included_units": 5.0, "overage_price": 4.0}
CLOSED = {"name": "C", "price": 5.0, "included_units": 8.0, "overage_price": None}
LARGE = {"name": "L", "price": 60.0, "included_units": None, "overage_price": None}
WORTH = {"value": 20.0, "low": 15.0, "high": 25.0, "unit": "EUR/posting", "reason": None}


def about(**known: Any) -> dict[str, Any]:
    nothing: dict[str, Any] = dict.fromkeys(("metric", "scorecard", "worth", "tiers"))
    return {"as_of": "2026-06-30", "currency": "EUR", **nothing, **known}


@pytest.mark.parametrize(
    ("tier", "units", "bill"),
    [(SMALL, 5, 10.0), (SMALL, 7, 18.0), (CLOSED, 8, 5.0), (CLOSED, 9, None), (LARGE, 1e6, 60.0)],
)
def test_a_bill_is_the_price_and_what_lies_beyond_it(
    tier: dict[str, Any], units: float, bill: float | None
) -> None:
    assert bill_of(tier, units) == bill


def test_the_cheapest_is_among_those_that_are_large_enough() -> None:
    tiers = [SMALL, CLOSED, LARGE]
    found = [cheapest_tier(tiers, units) for units in (8, 9, 100)]

    assert [tier and tier["name"] for tier in found] == ["C", "S", "L"]
    assert cheapest_tier([CLOSED], 9) is None
    assert cheapest_tier(None, 9) is cheapest_tier(tiers, None) is None


def test_worth_grows_with_the_units() -> None:
    told = lead_recommendation(about(metric="posting", worth=WORTH), traits={}, expected_units=10)

    assert {name: told["worth"][name] for name in ("value", "low", "high", "unit")} == {
        "value": 200.0, "low": 150.0, "high": 250.0, "unit": "EUR/month",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("known", "units", "reasons"),
    [
        ({}, 5.0, {"tier": "nothing_published", "worth": "not_analysed"}),
        (
            {"tiers": [SMALL], "worth": WORTH},
            None,
            {"tier": "no_expected_units", "worth": "no_expected_units"},
        ),
        ({"tiers": [CLOSED], "worth": WORTH}, 9.0, {"tier": "no_tier_is_large_enough"}),
    ],
)
def test_what_is_not_known_says_why(
    known: dict[str, Any], units: float | None, reasons: dict[str, str]
) -> None:
    told = lead_recommendation(about(**known), traits={}, expected_units=units)

    assert reasons.items() <= told["reasons"].items()
    assert all(told[name] is None for name in told["reasons"])
    assert set(told["reasons"]) == {name for name, value in told.items() if value is None}


def test_the_fit_is_the_score_of_the_stored_scorecard() -> None:
    certain, anything = Calibration(1.0, np.zeros((2, 2))), Familiarity((), (), -np.inf)
    card = Scorecard(base_rate=0.25, constant=0.0, calibration=certain, parts=(), familiarity=anything)

    told = lead_recommendation(about(scorecard=card.to_json()), traits={"country": "DE"}, expected_units=1)

    assert told["ideal"]["score"] == 0.5
