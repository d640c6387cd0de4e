"""The return on a success budget: planted care is found beside similar customers, and every silence has a reason."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pricing_service.decisions import Outcome
from tests.pricing_service.decisions.conftest import FrontDoor
from tests.pricing_service.decisions.small_business import Row, Tables, decided
from tests.pricing_service.decisions.test_growth import KIND, month, monthly

MONTHS, CUSTOMERS = 25, 300
Json = dict[str, Any]


def cared_for(*, helps: bool = True, seed: int = 2, everybody: bool = False) -> Tables:
    """Every other customer is looked after in 2024 for 5 a month; the others leave five times as often in 2025."""
    rng = np.random.default_rng(seed)
    cared = np.arange(CUSTOMERS) % 2 == 0
    leaves = np.where(cared | (not helps), 0.01, 0.05) * (np.arange(MONTHS) >= 13)[:, None]
    stays = (rng.random((MONTHS, CUSTOMERS)) >= leaves).cumprod(axis=0)
    bills = np.rint(rng.lognormal(5, 0.5, CUSTOMERS)) * stays
    costs: list[Row] = [
        {
            "customer_id": f"c0{who}", "date": month(at), "kind": "success", "purpose": "value_delivery",
            "amount": 5 if cared[who] else 1,
        }
        for who in range(CUSTOMERS)
        for at in range(MONTHS)
        if cared[who] or everybody
    ]  # fmt: skip
    return monthly(bills.astype(np.int64)) | {"costs": costs}


@pytest.fixture(scope="module")
def found(front_door: FrontDoor) -> Outcome:
    return decided(KIND, front_door(cared_for()))


def compared(outcome: Outcome) -> Json:
    return dict(outcome.result["success_budget"]["comparison"])


def test_what_care_keeps_is_found_and_is_called_a_comparison(found: Outcome) -> None:
    """Over twelve months in which 1 or 5 % leave, 94 and 73 % of the revenue comes in on the mean."""
    told = compared(found)
    paid = found.result["months"][-13]["closing_mrr"]
    kept = [np.mean((1 - leaves) ** np.arange(1, 13)) for leaves in (0.01, 0.05)]
    planted = (kept[0] - kept[1]) * 12 * paid / 2

    assert (told["identified_by"], told["causal"], told["than"]) == ("comparison", False, "without")
    assert told["retained"]["low"] < planted < told["retained"]["high"]
    assert told["cost"] == pytest.approx(150 * 12 * 5)
    assert told["return"]["value"] == pytest.approx(told["retained"]["value"] / told["cost"])
    assert told["return"]["low"] > 1


def test_care_that_does_nothing_is_not_said_to_return_anything(front_door: FrontDoor) -> None:
    told = compared(decided(KIND, front_door(cared_for(helps=False))))

    assert told["return"]["low"] < 0 < told["return"]["high"]


def test_where_everybody_gets_some_those_with_more_stand_beside_those_with_less(
    front_door: FrontDoor,
) -> None:
    told = compared(decided(KIND, front_door(cared_for(everybody=True))))

    assert told["than"] == "less"
    assert told["with"] + told["others"] == CUSTOMERS
    assert told["retained"]["value"] > 0


def test_without_values_the_value_realised_has_a_reason(found: Outcome) -> None:
    assert compared(found)["value"]["reason"] == "no_value_known"


def test_without_costs_every_figure_has_a_reason(front_door: FrontDoor) -> None:
    tables = cared_for()
    del tables["costs"]
    budget = decided(KIND, front_door(tables)).result["success_budget"]

    empty = [name for name, figure in budget.items() if figure is None]
    assert {budget["reasons"][name] for name in empty} == {"no_success_costs"}
    assert budget["comparison"]["return"]["reason"] == "no_success_costs"


def test_with_few_who_are_looked_after_nothing_is_compared(front_door: FrontDoor) -> None:
    tables = cared_for()
    tables["costs"] = [row for row in tables["costs"] if row["customer_id"] in {"c00", "c02"}]
    budget = decided(KIND, front_door(tables)).result["success_budget"]

    assert budget["comparison"]["reason"] == budget["comparison"]["return"]["reason"] == "nobody_with"
    assert budget["break_even_share"] > 0


def test_a_history_of_one_window_is_too_short_to_compare(front_door: FrontDoor) -> None:
    told = compared(decided(KIND, front_door(cared_for()), window_months=20))

    assert told["reason"] == "window_not_over"
