"""Fences of a menu: from money that customers put on features, or from how they choose between them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pricing_service.decisions._tier_fences import fences_of
from pricing_service.panel import StoredPanel
from tests.pricing_service.decisions.conftest import FrontDoor
from tests.pricing_service.decisions.small_business import Row, Tables, decided, job_board
from tests.pricing_service.decisions.test_tiers import board

CUSTOMERS = 40
IDS = [f"c{at:03d}" for at in range(CUSTOMERS)]
TIER = np.repeat([0, 1], CUSTOMERS // 2)
NAMES = ("Basic", "Pro")
FEATURES = ("alerts", "sso")
"""Everybody wants alerts alike; single sign-on is wanted by the second half of the customers."""


def worth(feature: str, at: int) -> float:
    spread = 1 + (at % 5) / 5
    return spread * (40.0 if feature == "sso" and at >= CUSTOMERS // 2 else 10.0)


def with_values(tables: Tables, *, source: str = "stated") -> Tables:
    values: list[Row] = [
        {"customer_id": IDS[at], "feature": feature, "value": worth(feature, at), "source": source}
        for feature in FEATURES
        for at in range(CUSTOMERS)
    ]
    return tables | {"features": [{"feature": each} for each in FEATURES], "feature_values": values}


def with_choices(tables: Tables) -> Tables:
    """Everybody sees both features and a third one twice."""
    rows: list[Row] = []
    for at in range(CUSTOMERS):
        order = ("sso", "alerts", "export") if at >= CUSTOMERS // 2 else ("alerts", "export", "sso")
        for task in range(2):
            for feature in order:
                rows.append({
                    "respondent_id": f"r{at:03d}", "customer_id": IDS[at], "task": task, "feature": feature,
                    "best": int(feature == order[0]), "worst": int(feature == order[-1]),
                })  # fmt: skip
    return tables | {
        "features": [{"feature": each} for each in (*FEATURES, "export")],
        "feature_choices": rows,
    }


def fences(panel: StoredPanel) -> dict[str, dict[str, Any]]:
    return {row["feature"]: row for row in fences_of(panel, IDS, TIER, NAMES, level=0.9)["features"]}


def test_a_feature_that_larger_customers_want_more_begins_in_the_larger_tier(front_door: FrontDoor) -> None:
    found = fences(front_door(with_values(job_board(CUSTOMERS))))

    assert (found["sso"]["from_tier"], found["sso"]["every_tier"]) == ("Pro", False)
    assert found["sso"]["wanted_more_above"]["low"] > 0.5
    assert (found["alerts"]["from_tier"], found["alerts"]["every_tier"]) == ("Basic", True)
    assert {row["rests_on"] for row in found.values()} == {"feature_values"}


def test_choices_tell_it_where_nobody_put_money_on_features(front_door: FrontDoor) -> None:
    found = fences(front_door(with_choices(job_board(CUSTOMERS))))

    assert found["sso"]["from_tier"] == "Pro"
    assert found["export"]["every_tier"]
    assert {row["rests_on"] for row in found.values()} == {"feature_choices"}


def test_what_was_measured_counts_before_what_was_said(front_door: FrontDoor) -> None:
    tables = with_values(job_board(CUSTOMERS))
    said_by_nobody = [
        {**row, "source": "outcome", "value": 10.0}
        for row in tables["feature_values"]
        if row["feature"] == "sso"
    ]
    tables["feature_values"] += said_by_nobody

    assert fences(front_door(tables))["sso"]["every_tier"]


def test_customers_without_a_tier_do_not_count(front_door: FrontDoor) -> None:
    panel = front_door(with_values(job_board(CUSTOMERS)))
    gone = np.where(np.arange(CUSTOMERS) % 2 == 0, -1, TIER)

    found = fences_of(panel, IDS, gone, NAMES, level=0.9)["features"]

    assert {row["wanted_more_above"]["n"] for row in found} == {CUSTOMERS // 2}


@pytest.mark.parametrize(("options", "reason"), [({}, "no_features"), ({"fences": False}, "not_asked")])
def test_without_features_or_when_nobody_asks_there_are_none(
    front_door: FrontDoor, options: dict[str, Any], reason: str
) -> None:
    result = decided("tiers", front_door(board()), metric="postings", max_tiers=1, **options).result

    assert result["fences"] == {"features": [], "reason": reason}
