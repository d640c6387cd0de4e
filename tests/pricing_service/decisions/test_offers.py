"""Quotes won and lost must become evidence by the unit; contradictions and disagreement are said, not blended."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pricing_service.decisions import canonical_json
from pricing_service.panel import StoredPanel
from tests.pricing_service.decisions.small_business import Row, decided, four_prices, job_board, panel_from

LIST_PRICES = (2.0, 4.0, 6.0, 9.0)


def quotes(count: int, *, willing: float, metric: str = "postings") -> list[Row]:
    """Offers at list prices that changed over time, won where the lead would pay that much a posting."""
    rng = np.random.default_rng(21)
    rows: list[Row] = []
    for at in range(count):
        units, price = int(rng.integers(10, 60)), LIST_PRICES[at % len(LIST_PRICES)]
        won = willing * np.exp(rng.normal(0, 0.4)) >= price
        rows.append(
            {
                "quote_id": f"q{at:03d}", "lead_id": f"l{at:03d}", "date": "2025-03-01", "metric": metric,
                "units": units, "list_price": units * price, "price": units * price,
                "result": "won" if won else "lost", "reason": "" if won else "price", "rep": f"rep{at % 3}",
            }
        )  # fmt: skip
    return rows


def worth(panel: StoredPanel, **options: Any) -> dict[str, Any]:
    return json.loads(canonical_json(decided("unit_worth", panel, metric="postings", **options).result))


@pytest.fixture(scope="module")
def offered(tmp_path_factory: pytest.TempPathFactory) -> StoredPanel:
    leads = [{"lead_id": f"l{at:03d}", "created": "2025-02-01"} for at in range(120)]
    tables = job_board(40) | {"quotes": quotes(120, willing=4.0), "leads": leads}
    return panel_from(tables, tmp_path_factory.mktemp("offered"))


def test_offers_at_list_prices_find_what_the_median_would_pay(offered: StoredPanel) -> None:
    result = worth(offered)

    (row,) = result["evidence"]["willingness"]
    assert row["source"] == "quotes"
    assert row["estimate"]["low"] < 4.0 < row["estimate"]["high"]
    assert row["estimate"]["unit"] == "EUR/postings"
    assert "quotes won and lost" in " ".join(result["sentences"])


@pytest.mark.parametrize(
    ("capture", "lies"), [([0.01, 0.02], "above"), ([0.1, 0.15], "inside"), ([0.5, 0.6], "below")]
)
def test_a_price_is_never_moved_into_the_corridor(
    offered: StoredPanel, capture: list[float], lies: str
) -> None:
    result = worth(offered, capture=capture)

    price, corridor = result["recommended_price"], result["price_corridor"]
    assert price["rests_on"] == "willingness"
    assert price["price"] == worth(offered)["recommended_price"]["price"]
    assert price["against_corridor"] == lies
    assert price["corridor_middle"]["value"] == pytest.approx((corridor["low"] + corridor["high"]) / 2)
    disagree = any("The two disagree, and both are shown" in said for said in result["sentences"])
    assert disagree == (lies != "inside")


def test_offers_of_another_metric_say_nothing(offered: StoredPanel) -> None:
    other = decided("unit_worth", offered, metric="seats").result

    assert other["evidence"]["willingness"] == []
    assert other["recommended_price"]["rests_on"] == "corridor"


def test_sources_that_contradict_each_other_are_named(tmp_path: Path) -> None:
    tables = job_board(40) | {"quotes": quotes(120, willing=4.0)}
    tables["leads"] = [{"lead_id": f"l{at:03d}", "created": "2025-02-01"} for at in range(120)]
    tables["price_sensitivity"] = four_prices("postings", median=60.0, respondents=60)

    result = worth(panel_from(tables, tmp_path))

    rows = {row["source"]: row for row in result["evidence"]["willingness"]}
    assert rows["quotes"]["contradicts"] == ["price_sensitivity"]
    assert any("contradict each other" in said for said in result["sentences"])
    assert sum(row["weight"] for row in rows.values()) <= 1 + 1e-9
