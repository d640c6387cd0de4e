"""What foretells leaving: a planted cause is found and noise is not, and chances come true on later months."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pricing_service.decisions import Outcome
from tests.pricing_service.decisions.conftest import FrontDoor
from tests.pricing_service.decisions.small_business import Row, Tables, decided
from tests.pricing_service.decisions.test_growth import KIND, month, monthly

MONTHS, CUSTOMERS = 24, 300


def business(*, idle_leaves: float = 8.0, seed: int = 4) -> Tables:
    """Customers of whom a fifth uses nothing in a month, which multiplies their chance to leave of 1.5 %."""
    rng = np.random.default_rng(seed)
    idle = rng.random((MONTHS, CUSTOMERS)) < 0.2
    leaves = rng.random((MONTHS, CUSTOMERS)) < 0.015 * np.where(idle, idle_leaves, 1.0)
    there = np.ones((MONTHS, CUSTOMERS), dtype=bool)
    there[1:] = (~leaves[:-1]).cumprod(axis=0) > 0
    bills = np.rint(rng.lognormal(5, 0.7, CUSTOMERS)) * there
    tables = monthly(bills.astype(np.int64))
    used = np.where(idle, 0, rng.poisson(20, idle.shape) + 1)
    rows: list[Row] = [
        {
            "customer_id": f"c0{who}",
            "date": f"{month(at)[:8]}15",
            "metric": "searches",
            "units": int(used[at, who]),
        }
        for at in range(MONTHS)
        for who in range(CUSTOMERS)
        if there[at, who] and used[at, who]
    ]
    rows.append({"customer_id": "c00", "date": "2025-12-31", "metric": "searches", "units": 1})
    opinions: list[Row] = [
        {"customer_id": f"c0{who}", "date": month(0), "component": "nps", "score": int(rng.integers(0, 11))}
        for who in range(CUSTOMERS)
    ]
    return tables | {"usage": rows, "perceptions": opinions}


@pytest.fixture(scope="module")
def found(front_door: FrontDoor) -> Outcome:
    return decided(KIND, front_door(business()))


def effects(outcome: Outcome) -> dict[str, dict[str, Any]]:
    return {row["covariate"]: row for row in outcome.result["leaving"]["effects"]}


def test_the_planted_cause_is_found_with_its_size(found: Outcome) -> None:
    idle = effects(found)["idle"]

    assert idle["stands_out"]
    # Odds of 12 % against odds of 1.5 %.
    assert idle["odds_ratio"]["low"] < (0.12 / 0.88) / (0.015 / 0.985) < idle["odds_ratio"]["high"]
    assert "a month without any use" in " ".join(found.result["sentences"])


def test_what_has_no_part_in_it_does_not_stand_out(found: Outcome) -> None:
    told = effects(found)

    assert not any(told[name]["stands_out"] for name in ("bill", "opinion", "use:searches"))


def test_where_nothing_foretells_leaving_it_is_said(front_door: FrontDoor) -> None:
    calm = decided(KIND, front_door(business(idle_leaves=1.0, seed=8)))

    assert not any(row["stands_out"] for row in effects(calm).values())
    assert "none is sure to foretell who leaves" in " ".join(calm.result["sentences"])


def test_chances_that_earlier_months_taught_come_true_in_later_ones(found: Outcome) -> None:
    tried = found.result["leaving"]["out_of_time"]["observed_to_expected"]

    assert tried["low"] <= 1 <= tried["high"]
    assert len(found.result["leaving"]["out_of_time"]["groups"]) >= 2


def test_every_customer_who_pays_has_a_chance_of_leaving(found: Outcome) -> None:
    rows = found.rows or {}

    assert len(rows["customer_id"]) == found.result["months"][-1]["customers"]
    assert all(0 < chance < 1 for chance in rows["chance_of_leaving"])
    assert max(rows["chance_of_leaving"]) > 4 * min(rows["chance_of_leaving"])


def test_a_raise_is_known_to_the_month_before_it(front_door: FrontDoor) -> None:
    tables = business(idle_leaves=1.0)
    tables["price_changes"] = [
        {"customer_id": f"c0{who}", "date": month(20), "old_mrr": 100, "offered_mrr": 110, "new_mrr": 110}
        for who in range(0, CUSTOMERS, 2)
    ]
    told = effects(decided(KIND, front_door(tables)))

    assert told["raised"]["odds_ratio"]["value"] is not None
    assert told["raised"]["words"] == "a raise of price within three months"


def test_with_few_departures_nothing_is_said_of_their_reasons(front_door: FrontDoor) -> None:
    calm = decided(KIND, front_door(monthly(np.full((14, 30), 100))))

    assert calm.result["leaving"]["reason"] == "too_few_left"
    assert calm.rows is None
