"""What people say about one unit, where customers report no outcomes: how far they agree, metric by metric."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pricing_service.panel import StoredPanel
from tests.pricing_service.decisions.conftest import FrontDoor
from tests.pricing_service.decisions.small_business import Row, Tables, decided, job_board


def priced(item: str, *, log_sd: float, respondents: int = 60, seed: int = 0) -> list[Row]:
    """Four prices of one unit of a metric, all around what each respondent would pay."""
    rng = np.random.default_rng(seed)
    rows: list[Row] = []
    for at in range(respondents):
        pays = 5 * np.exp(rng.normal(0, log_sd))
        four = dict(
            zip(
                ("too_cheap", "cheap", "expensive", "too_expensive"),
                pays * np.array([0.4, 0.6, 0.9, 1.1]),
                strict=True,
            )
        )
        rows.append(
            {"respondent_id": f"{item}{at}", "item": item}
            | {name: round(float(price), 4) for name, price in four.items()}
        )
    return rows


def silent(*surveys: list[Row], table: str = "price_sensitivity") -> Tables:
    tables = job_board(40)
    del tables["outcomes"]
    tables[table] = [row for survey in surveys for row in survey]
    return tables


def verdict(panel: StoredPanel) -> dict[str, Any]:
    return decided("value_metrics", panel).result


def stated(result: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {each["metric"]: each["stated_spread"] for each in result["ranking"]}


def test_the_metric_on_which_people_agree_leads_and_the_data_still_cannot_tell(front_door: FrontDoor) -> None:
    # Bills and steadiness speak for neither: seats are what is billed, and postings rise with bills.
    tables = silent(priced("postings", log_sd=0.9), priced("seats", log_sd=0.3))

    result = verdict(front_door(tables))

    assert (result["recommended"], result["verdict"]) == ("seats", "cannot_tell")
    said = stated(result)
    assert said["seats"]["source"] == "price_sensitivity"
    assert (
        said["seats"]["low"]
        < 0.3
        < said["seats"]["high"]
        < said["postings"]["low"]
        < 0.9
        < said["postings"]["high"]
    )
    assert any(
        "people agree most about seats" in sentence and "more than chance" in sentence
        for sentence in result["sentences"]
    )


def test_a_survey_about_one_metric_alone_compares_nothing(front_door: FrontDoor) -> None:
    result = verdict(front_door(silent(priced("seats", log_sd=0.1))))

    assert result["recommended"] == "postings"
    assert stated(result)["seats"]["value"] == pytest.approx(0.1, rel=0.5)
    assert (stated(result)["postings"]["value"], stated(result)["postings"]["reason"]) == (None, "not_asked")
    assert not any("people agree" in sentence for sentence in result["sentences"])


def test_a_difference_within_the_intervals_is_said_to_be_chance(front_door: FrontDoor) -> None:
    tables = silent(priced("postings", log_sd=0.5, seed=1), priced("seats", log_sd=0.5, seed=2))

    sentences = verdict(front_door(tables))["sentences"]

    assert any("a difference that may be chance" in sentence for sentence in sentences)


def test_yes_and_no_at_prices_tell_how_far_people_agree_too(front_door: FrontDoor) -> None:
    rng = np.random.default_rng(3)
    rows: list[Row] = []
    for item, log_sd in (("postings", 1.0), ("seats", 0.35)):
        for at in range(120):
            pays = 5 * np.exp(rng.normal(0, log_sd))
            for price in (2, 3, 4.5, 6, 9, 14):
                rows.append(
                    {
                        "respondent_id": f"{item}{at}",
                        "item": item,
                        "price": price,
                        "intent": int(pays >= price),
                    }
                )

    said = stated(verdict(front_door(silent(rows, table="purchase_intent"))))

    assert said["seats"]["low"] < 0.35 < said["seats"]["high"] < said["postings"]["low"]
    assert said["postings"]["source"] == "purchase_intent"


def test_with_outcomes_the_ranking_rests_on_them_alone(front_door: FrontDoor) -> None:
    tables = job_board(40) | {
        "price_sensitivity": priced("postings", log_sd=0.9) + priced("seats", log_sd=0.1)
    }

    result = verdict(front_door(tables))

    assert result["recommended"] == "postings"
    assert "stated_spread" not in result["ranking"][0]
