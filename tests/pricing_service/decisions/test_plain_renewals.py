"""Subscriptions that went on or ended must become decisions about their price, and told prices come first."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pricing_service.decisions import canonical_json
from pricing_service.decisions._plain_renewals import plain_renewals
from pricing_service.panel import StoredPanel
from tests.pricing_service.decisions.small_business import Row, Tables, decided, job_board, panel_from

WILLING = 6.0
"""What the median customer would pay for one posting."""
NAN = np.nan


def paying(customers: int, *, reason: str = "price") -> Tables:
    """A job board at thirty postings a month, prices around 4 a posting; who would pay less leaves for `reason`."""
    rng, tables = np.random.default_rng(5), job_board(customers)
    for row in tables["usage"]:
        if row["metric"] == "postings":
            row["units"] = 30
    for row in tables["subscriptions"]:
        price, willing = 4.0 * np.exp(0.15 * rng.normal()), WILLING * np.exp(0.5 * rng.normal())
        leaves = 1.12 * willing < price
        row |= {"mrr": round(30 * price, 2), "end_reason": reason if leaves else ""}
        row["end"] = "2025-05-01" if leaves else ""
    return tables


def renewals(panel: StoredPanel, **options: Any) -> list[dict[str, Any]]:
    result = decided("unit_worth", panel, metric="postings", **options).result
    rows = json.loads(canonical_json(result))["evidence"]["willingness"]
    return [row for row in rows if row["source"] == "renewals"]


def stretch(customer: str, start: str, end: str, mrr: float, **more: object) -> Row:
    return {"customer_id": customer, "start": start, "end": end, "plan": "pro", "mrr": mrr} | more


@pytest.fixture(scope="module")
def panel(tmp_path_factory: pytest.TempPathFactory) -> StoredPanel:
    return panel_from(paying(120), tmp_path_factory.mktemp("paying"))


def test_who_stays_and_who_leaves_for_the_price_says_what_a_unit_is_worth_paying(panel: StoredPanel) -> None:
    (row,) = renewals(panel)

    assert row["estimate"]["low"] < WILLING < row["estimate"]["high"]
    assert row["estimate"]["n"] == 120
    assert "from_subscriptions" in {each["code"] for each in row["estimate"]["warnings"]}
    assert renewals(panel, sources=["outcomes"]) == []


def test_leaving_for_other_reasons_tells_nothing_of_the_price(tmp_path: Path) -> None:
    assert renewals(panel_from(paying(60, reason="closed_business"), tmp_path)) == []


def test_customers_who_were_told_a_price_keep_what_they_decided(tmp_path: Path) -> None:
    tables = paying(120)
    rng = np.random.default_rng(2)
    tables["price_changes"] = [
        {
            "customer_id": f"c{at:03d}", "date": "2025-04-01", "assignment": "randomised", "old_mrr": 120,
            "offered_mrr": (told := 30 * float(rng.choice([4, 6, 9]))), "response": "accepted" if stays else "left",
            "new_mrr": told if stays else "", "reason": "" if stays else "price",
        }
        for at in range(80)
        for stays in [rng.random() < 0.6]
    ]  # fmt: skip
    panel = panel_from(tables, tmp_path)

    (row,) = renewals(panel)

    assert row["estimate"]["n"] == 80
    assert "from_subscriptions" not in {each["code"] for each in row["estimate"]["warnings"]}


@pytest.mark.parametrize(
    ("rows", "kept", "refused"),
    [
        ([stretch("c000", "2025-01-01", "", 100)], 10, NAN),
        ([stretch("c000", "2025-01-01", "2025-04-01", 100, end_reason="price")], NAN, 10),
        ([stretch("c000", "2025-01-01", "2025-04-01", 100, end_reason="competitor")], 10, NAN),
        ([stretch("c000", "2025-01-01", "", 100, term_end="2025-03-01")], 10, NAN),
        ([stretch("c000", "2025-01-01", "", 100, term_end="2026-01-01")], None, None),
        ([stretch("c000", "2025-01-01", "2025-03-01", 100, term_end="2025-03-01", end_reason="no_value")], None, None),
        ([stretch("c000", "2025-01-01", "2025-03-01", 100, term_end="2025-03-01", end_reason="price")], NAN, 10),
        ([stretch("c000", "2025-01-01", "2025-03-01", 100, term_end="2025-03-01"),
          stretch("c000", "2025-03-01", "", 140, term_end="2026-03-01")], 14, NAN),
        ([stretch("c000", "2025-01-01", "2025-03-01", 100, end_reason="price"),
          stretch("c000", "2025-04-01", "", 80)], 8, NAN),
        ([stretch("c000", "2025-01-01", "", 100, subscription_id="a"),
          stretch("c000", "2025-01-01", "", 50, subscription_id="b")], 15, NAN),
        ([stretch("c000", "2025-01-01", "", 100, status="trial")], None, None),
        ([stretch("c000", "2027-01-01", "", 100)], None, None),
    ],
)  # fmt: skip
def test_the_last_decision_of_a_customer_is_read(
    rows: list[Row], kept: float | None, refused: float | None, tmp_path: Path
) -> None:
    tables = job_board(2)
    tables["subscriptions"] = [*rows, stretch("c001", "2025-01-01", "", 30)]

    found = plain_renewals(panel_from(tables, tmp_path), {"c000": 10.0})

    assert found.customers == ([] if kept is None else ["c000"])
    if kept is not None:
        np.testing.assert_allclose([found.kept[0], found.refused[0]], [kept, refused])
        assert found.assignment == ["renewal"]


def test_without_subscriptions_nothing_was_renewed(tmp_path: Path) -> None:
    tables = job_board(3)
    del tables["subscriptions"]

    assert plain_renewals(panel_from(tables, tmp_path), {"c000": 10.0}).customers == []
