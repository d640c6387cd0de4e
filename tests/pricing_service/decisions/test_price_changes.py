"""Prices that customers were told must become evidence by the unit, and our own pairs must move the survey bias."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pricing_service.decisions import canonical_json
from pricing_service.decisions._price_changes import told_prices
from pricing_service.panel import StoredPanel
from tests.pricing_service.decisions.small_business import Row, decided, job_board, panel_from

WILLING = 6.0
"""What the median customer would pay for one posting."""


def raised(customers: int, *, assignment: str = "randomised") -> list[Row]:
    """A raise by lot for every customer, to between half and double of what the median would pay per posting."""
    rng = np.random.default_rng(11)
    rows: list[Row] = []
    for at in range(customers):
        per_unit, willing = WILLING * rng.choice([0.5, 0.8, 1.2, 2.0]), WILLING * np.exp(rng.normal(0, 0.4))
        stays = 1.12 * willing >= per_unit  # the usual inertia
        rows.append(
            {
                "customer_id": f"c{at:03d}", "date": "2025-06-30", "assignment": assignment,
                "old_mrr": round(30 * WILLING / 2, 2), "offered_mrr": round(30 * per_unit, 2),
                "new_mrr": round(30 * per_unit, 2) if stays else "",
                "response": "accepted" if stays else "left", "reason": "" if stays else "price",
            }
        )  # fmt: skip
    return rows


def answers(customers: int, *, exaggeration: float) -> list[Row]:
    """Stated prices of every customer, as many times what it would really pay."""
    stated = WILLING * exaggeration
    names = {"too_cheap": 0.5, "cheap": 0.8, "expensive": 0.9, "too_expensive": 1 / 0.9}
    prices = {name: round(factor * stated, 2) for name, factor in names.items()}
    return [
        {"respondent_id": f"r{at}", "customer_id": f"c{at:03d}", "item": "postings", **prices}
        for at in range(customers)
    ]


def steady(tables: dict[str, list[Row]]) -> dict[str, list[Row]]:
    """Thirty postings a month for everybody, so that a price per unit is a thirtieth of the bill."""
    for row in tables["usage"]:
        if row["metric"] == "postings":
            row["units"] = 30
    return tables


def worth(panel: StoredPanel, **options: Any) -> dict[str, Any]:
    return json.loads(canonical_json(decided("unit_worth", panel, metric="postings", **options).result))


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> StoredPanel:
    tables = steady(job_board(80)) | {"price_changes": raised(80)}
    tables["price_sensitivity"] = answers(80, exaggeration=2.0)
    return panel_from(tables, tmp_path_factory.mktemp("told"))


def test_what_customers_accept_and_leave_for_says_what_they_would_pay(told: StoredPanel) -> None:
    result = worth(told, sources=["outcomes", "renewals"])

    (renewals,) = result["evidence"]["willingness"]
    assert renewals["source"] == "renewals"
    assert renewals["estimate"]["low"] < WILLING < renewals["estimate"]["high"]
    assert renewals["weight"] == pytest.approx(1)
    assert result["recommended_price"]["rests_on"] == "willingness"


def test_our_own_pairs_move_the_bias_of_surveys_towards_what_we_see(told: StoredPanel) -> None:
    pairs = worth(told)["evidence"]["own_pairs"]

    assert pairs["pairs"]["direct"] > 40
    before, after = pairs["bias_before"]["direct"], pairs["bias_after"]["direct"]
    assert before["value"] < after["value"] < 2.2
    assert after["high"] / after["low"] < before["high"] / before["low"]


def test_a_bias_that_is_given_is_not_learnt(told: StoredPanel) -> None:
    evidence = worth(told, hypothetical_bias=2.0)["evidence"]

    assert "own_pairs" not in evidence
    assert evidence["bias"]["direct"]["value"] == pytest.approx(2.0)


def test_negotiated_prices_identify_nothing(tmp_path: Path) -> None:
    tables = steady(job_board(30)) | {"price_changes": raised(30, assignment="negotiated")}

    (renewals,) = worth(panel_from(tables, tmp_path), sources=["renewals"])["evidence"]["willingness"]

    assert renewals["estimate"]["reason"] == "not_identified"


def test_the_last_price_counts_and_other_reasons_to_leave_say_nothing(tmp_path: Path) -> None:
    first = {"customer_id": "c000", "date": "2025-02-01", "old_mrr": 100, "offered_mrr": 120, "new_mrr": 120}
    left = {
        "customer_id": "c000",
        "date": "2025-05-01",
        "old_mrr": 120,
        "offered_mrr": 200,
        "response": "left",
    }
    closed = left | {"customer_id": "c001", "reason": "closed_business"}
    panel = panel_from(job_board(3) | {"price_changes": [first, left, closed]}, tmp_path)

    found = told_prices(panel, {"c000": 10.0, "c001": 10.0})

    assert found.customers == ["c000", "c001"]
    np.testing.assert_allclose(found.kept, [12, 12])
    np.testing.assert_allclose(found.refused, [20, np.nan])
    np.testing.assert_allclose(found.before, [12, 12])


def test_without_price_changes_nobody_was_told(tmp_path: Path) -> None:
    assert told_prices(panel_from(job_board(3), tmp_path), {"c000": 1.0}).customers == []


def test_an_announcement_that_nobody_has_answered_tells_nothing_and_an_acceptance_needs_no_new_price(
    tmp_path: Path,
) -> None:
    announced = {"customer_id": "c000", "date": "2025-02-01", "old_mrr": 100, "offered_mrr": 120}
    accepted = announced | {"customer_id": "c001", "response": "accepted"}

    found = told_prices(
        panel_from(job_board(3) | {"price_changes": [announced, accepted]}, tmp_path),
        {"c000": 10.0, "c001": 10.0},
    )

    assert found.customers == ["c001"]
    np.testing.assert_allclose(found.kept, [12])
