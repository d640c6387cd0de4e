"""Product value as a force: a bridge that closes, what revenue captured of it, and a lever where it keeps customers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pricing_service.decisions import Outcome
from tests.pricing_service.decisions.conftest import FrontDoor
from tests.pricing_service.decisions.small_business import Tables, decided
from tests.pricing_service.decisions.test_growth import KIND, month, monthly

MONTHS, CUSTOMERS = 25, 300
Json = dict[str, Any]


def valued(*, keeps: float = 6.0, seed: int = 4) -> Tables:
    """Half realise 10 for each 1 that they pay, half a tenth of that, and leave `keeps` times as often as 1 %.

    In month 13 value rises by 40 % at a half of all, whose bill rises by a tenth of what it is worth to them.
    """
    rng = np.random.default_rng(seed)
    rich, grows = np.arange(CUSTOMERS) % 2 == 0, np.arange(CUSTOMERS) % 4 < 2
    stays = (rng.random((MONTHS, CUSTOMERS)) >= np.where(rich, 0.01, 0.01 * keeps)).cumprod(axis=0)
    bill = np.rint(rng.lognormal(5, 0.4, CUSTOMERS))
    worth = np.where(rich, 10.0, 1.0) * bill
    later = (np.arange(MONTHS) >= 13)[:, None] & grows
    bills = np.rint(bill + later * 0.1 * 0.4 * worth) * stays
    values = np.where(later, 1.4, 1.0) * worth * stays
    tables = monthly(bills.astype(np.int64))
    tables["outcomes"] = [
        {
            "customer_id": f"c0{who}",
            "date": f"{month(at)[:8]}28",
            "kpi": "savings",
            "amount": float(values[at, who]),
        }
        for at in range(MONTHS)
        for who in range(CUSTOMERS)
        if values[at, who]
    ]
    tables["kpis"] = [{"kpi": "savings", "kind": "revenue", "value_per_unit": 1, "attribution": 1}]
    tables["usage"] = [{"customer_id": "c00", "date": "2026-01-31", "metric": "searches", "units": 1}]
    return tables


@pytest.fixture(scope="module")
def found(front_door: FrontDoor) -> Outcome:
    return decided(KIND, front_door(valued()))


def forces(outcome: Outcome) -> Json:
    return dict(outcome.result["forces"])


def test_the_bridge_of_value_closes_to_the_cent(found: Outcome) -> None:
    told = forces(found)["value_bridge"]
    moved = told["new"] - told["lost"] + told["grown"] - told["shrunk"]
    moved += told["now_known"] - told["no_longer_known"]

    assert round(told["opening"] + moved - told["closing"], 2) == 0
    assert told["lost"] > 0
    assert told["grown"] == pytest.approx(0.4 * told["closing"] / 2.4, rel=0.25)


def test_what_revenue_captured_of_the_value_added_is_found(found: Outcome) -> None:
    told = forces(found)["value_bridge"]

    assert told["captured"]["value"] == pytest.approx(0.1, abs=0.001)
    assert told["captured"]["low"] < told["captured"]["high"]
    assert told["mrr_where_grown"] > 0
    assert told["mrr_where_shrunk"] == 0
    assert "became revenue" in " ".join(found.result["sentences"])


def test_value_that_keeps_customers_is_a_lever(found: Outcome) -> None:
    (lever,) = (row for row in forces(found)["levers"] if row["lever"] == "value")

    assert lever["mrr_change"]["value"] > 0
    assert lever["mrr_change"]["low"] >= 0
    assert lever["revenue"]["value"] > lever["mrr_change"]["value"]
    assert "value_lever" not in forces(found)["reasons"]


def test_value_that_keeps_nobody_is_no_lever_and_a_reason_is_there(front_door: FrontDoor) -> None:
    told = forces(decided(KIND, front_door(valued(keeps=1.0, seed=6))))

    assert told["reasons"]["value_lever"] == "value_effect_unknown"
    assert "value" not in {row["lever"] for row in told["levers"]}


def test_without_values_every_line_has_a_reason(front_door: FrontDoor) -> None:
    told = forces(decided(KIND, front_door(monthly(np.full((MONTHS, 30), 100)))))["value_bridge"]

    assert told["closing"] is None
    assert set(told["reasons"].values()) == {told["captured"]["reason"]} == {"no_value_known"}


def test_a_history_of_one_window_has_no_bridge_of_value(front_door: FrontDoor) -> None:
    told = forces(decided(KIND, front_door(monthly(np.full((13, 30), 100)))))["value_bridge"]

    assert told["captured"]["reason"] == "window_not_over"
