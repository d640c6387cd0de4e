"""What growth does not say, or says first, where the data cannot carry it."""

from __future__ import annotations

import numpy as np
import pytest

from pricing_service.decisions import Outcome
from tests.models.retention.ledgers import MINI
from tests.pricing_service.decisions.conftest import FrontDoor
from tests.pricing_service.decisions.small_business import Tables, decided
from tests.pricing_service.decisions.test_growth import KIND, month, monthly, subscription

SEEN = {"customer_id": "c0", "date": "2025-03-31", "metric": "seats", "units": 1}


def codes(outcome: Outcome) -> list[str]:
    return [each["code"] for each in outcome.result["caveats"]]


@pytest.fixture(scope="module")
def doubling(front_door: FrontDoor) -> Outcome:
    """Forty customers whose bills double every two months, each in its own one."""
    rng = np.random.default_rng(2)
    ends = np.rint(100 * 2.0 ** np.cumsum(rng.random((25, 40)) < 0.5, axis=0)).astype(np.int64)
    return decided(KIND, front_door(monthly(ends)))


def test_where_most_rows_are_refused_it_is_said_before_anything_else(front_door: FrontDoor) -> None:
    overlapping = [subscription(f"c{at}", start, None, 100) for at in range(30) for start in (0, 1, 2)]
    sound = [subscription(f"d{at}", 0, None, 100) for at in range(12)]
    tables: Tables = {"subscriptions": [*overlapping, *sound], "usage": [SEEN | {"customer_id": "d0"}]}
    found = decided(KIND, front_door(tables))

    assert codes(found)[0] == "rows_in_quarantine"
    assert found.result["sentences"][0].startswith("Nothing below stands for all customers: 90 of 102 rows")
    assert "subscription_id" in found.result["sentences"][0]


def test_growth_that_no_business_keeps_up_is_no_forecast_to_rely_on(doubling: Outcome) -> None:
    assert "grows_beyond_experience" in codes(doubling)
    assert doubling.result["forces"]["levers"] == []
    assert doubling.result["forces"]["reasons"] == {"levers": "grows_beyond_experience"}


def test_retention_that_is_rarer_than_a_mistake_is_questioned(doubling: Outcome) -> None:
    assert "implausible_retention" in codes(doubling)


def test_an_ordinary_book_has_none_of_these_caveats(front_door: FrontDoor) -> None:
    assert not {"rows_in_quarantine", "implausible_retention", "grows_beyond_experience"} & set(
        codes(decided(KIND, front_door(monthly(MINI, times=3))))
    )


def test_the_border_of_a_year_is_not_held_against_half_a_year(front_door: FrontDoor) -> None:
    found = decided(KIND, front_door(monthly(MINI, times=3)), window_months=6)

    assert found.result["sentences"][0].startswith("Of the revenue of 6 months ago")
    assert "three companies in four" not in found.result["sentences"][0]


def test_another_convention_says_nothing_of_raises(front_door: FrontDoor) -> None:
    found = decided(KIND, front_door(monthly(MINI, times=3)), convention="movements")

    assert found.result["months"][-1]["nrr_without_raises"]["reason"] == "other_convention"
    assert not any("Without raises" in sentence for sentence in found.result["sentences"])


def test_of_a_handful_of_customers_no_share_and_no_lifetime_value_is_told(front_door: FrontDoor) -> None:
    found = decided(KIND, front_door(monthly(MINI)))

    assert found.result["doubled"]["reason"] == "insufficient_customers"
    assert found.result["lifetime_value"]["value"] is None


def test_the_month_in_which_the_ledger_begins_moves_nothing_in_the_sentence(front_door: FrontDoor) -> None:
    tables: Tables = {
        "subscriptions": [subscription(f"c{at}", 0, None, 100) for at in range(12)],
        "customers": [{"customer_id": f"c{at}", "signed_up": "2021-05-01"} for at in range(12)],
        "usage": [SEEN | {"date": f"{month(1)[:8]}29"}],
    }
    told = " ".join(decided(KIND, front_door(tables)).result["sentences"])

    assert "In the last month revenue a month stayed at 1,200 EUR" in told
