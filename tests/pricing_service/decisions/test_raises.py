"""Raises through the front door: what no plan may do, and what is said where the data tell too little for one."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from experiments.market import sample_business, write_dataset
from models.errors import InvalidInput
from pricing_service.decisions import DECISIONS, Outcome, canonical_json, missing_tables
from pricing_service.ingest import ingest, open_source
from pricing_service.panel import StoredPanel, panel_of
from tests.pricing_service.decisions.conftest import FrontDoor
from tests.pricing_service.decisions.raising_business import (
    KIND,
    changed,
    in_another_currency,
    raised,
    raising_board,
    rows,
    shuffled,
)
from tests.pricing_service.decisions.small_business import decided, job_board, told

CENT = 0.005
"""Bills are told to the cent."""


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> StoredPanel:
    folder = tmp_path_factory.mktemp("sample")
    write_dataset(sample_business(), folder / "raw")
    dataset = ingest(open_source(str(folder / "raw")), folder=folder / "dataset")
    return panel_of(dataset, folder=folder / "panel")


@pytest.fixture(scope="module")
def simulated(sample: StoredPanel) -> Outcome:
    return raised(sample)


@pytest.fixture(scope="module")
def found(raising: StoredPanel) -> Outcome:
    return raised(raising)


def nulls_without_reason(value: Any, path: str = "") -> list[str]:
    """Where a null stands without a reason beside it; options are what the caller put in."""
    if isinstance(value, dict):
        named = set(value.get("reasons") or {})
        own = [] if value.get("reason") else [
            f"{path}/{key}" for key, each in value.items()
            if each is None and key not in named | {"reason"}
        ]  # fmt: skip
        inner = [each for key, part in value.items() if key != "options"
                 for each in nulls_without_reason(part, f"{path}/{key}")]  # fmt: skip
        return own + inner
    if isinstance(value, list):
        return [each for at, part in enumerate(value) for each in nulls_without_reason(part, f"{path}/{at}")]
    return []


@pytest.mark.parametrize("business", ["found", "simulated"])
def test_nobody_is_raised_without_value_or_beyond_its_corridor(business, request: pytest.FixtureRequest):
    people = [row for row in rows(request.getfixturevalue(business)) if row["raise"]]

    assert len(people) > 10
    for row in people:
        assert row["value"] > 0
        assert row["recommended_mrr"] <= 0.15 * row["value"] + CENT
        assert row["current_mrr"] < row["recommended_mrr"] <= 1.25 * row["current_mrr"] + CENT
        assert row["recommended_mrr"] - row["current_mrr"] <= row["earned"] + row["catch_up"] + CENT
        assert set(row["reasons"]) <= {"value_added", "catch_up"}


def test_the_cap_on_what_is_captured_can_be_lowered(raising: StoredPanel):
    people = [row for row in rows(raised(raising, capture_cap=0.08)) if row["raise"]]

    assert people
    assert all(row["recommended_mrr"] <= 0.08 * row["value"] + CENT for row in people)


def test_nobody_is_raised_beyond_its_contract(front_door: FrontDoor):
    people = rows(raised(front_door(changed(raising_board(), "subscriptions", max_uplift=0.04))))

    assert any(row["raise"] for row in people)
    assert all(row["raise"] <= 0.04 for row in people)


def test_nobody_is_raised_within_a_year_of_its_last_raise(sample: StoredPanel, simulated: Outcome):
    held = [row for row in rows(simulated) if "raised_recently" in row["reasons"]]

    assert held
    assert all(row["raise"] == 0 and row["effective"] is None for row in held)


def test_a_wave_of_last_month_leaves_nobody_to_raise_again(front_door: FrontDoor):
    tables = raising_board()
    here = {row["customer_id"]: row["mrr"] for row in tables["subscriptions"] if row["end"] == ""}
    tables["price_changes"] += [
        {"customer_id": who, "date": "2026-06-01", "old_mrr": bill, "offered_mrr": 1.05 * float(str(bill)),
         "new_mrr": 1.05 * float(str(bill)), "assignment": "policy", "response": "accepted"}
        for who, bill in here.items()
    ]  # fmt: skip

    answer = raised(front_door(tables))

    assert answer.result["policy"]["raised"] == 0
    assert answer.result["expected"]["chance_of_gain"] is None
    assert answer.result["expected"]["reasons"] == {"chance_of_gain": "nobody_is_raised"}
    assert answer.result["policy"]["reasons"] == {"median_raise": "nobody_is_raised"}
    assert answer.result["sentences"][0].startswith("No raise is worth its churn")
    assert not nulls_without_reason(answer.result)


def test_the_same_group_gets_the_same_raise_up_to_what_each_may(found: Outcome):
    policy = found.result["policy"]

    assert policy["fairness_by"] == ["plan", "version", "usage_band"]
    levels = set(policy["levels"])
    for group in policy["groups"]:
        assert group["raise"] in levels
        assert 0 < group["raised"] <= group["customers"]
    highest = max(group["raise"] for group in policy["groups"])
    assert max(row["raise"] for row in rows(found)) <= highest
    asked = [row["raise"] for row in rows(found) if row["raise"]]
    assert policy["median_raise"] == pytest.approx(np.median(asked))
    assert sum(group["raised"] for group in policy["groups"]) == policy["raised"]


def test_the_plan_gains_within_its_churn_budget(found: Outcome):
    expected, certificate = found.result["expected"], found.result["policy"]["certificate"]

    assert expected["lifetime_value_change"]["low"] > 0
    assert 0 < expected["churn_change"]["value"] <= 0.01
    assert expected["mrr_change"]["value"] > 0
    assert expected["chance_of_gain"] > 0.9
    assert certificate["worth"] <= certificate["bound_of_all_plans"]


def test_a_book_without_given_raises_gets_a_band_and_what_would_tell_and_no_plan(never_raised: StoredPanel):
    answer = raised(never_raised)

    assert answer.result["policy"] == {}
    assert answer.result["elasticity"]["reason"] == "not_identified"
    assert len(answer.result["band"]) == 7
    assert answer.result["would_tell"]["customers"] > 0
    assert not nulls_without_reason(answer.result)
    assert all(row["raise"] is None and "not_identified" in row["reasons"] for row in rows(answer))


@pytest.mark.parametrize("assignment", ["negotiated", "policy"])
def test_raises_that_somebody_chose_whom_to_give_identify_nothing(front_door: FrontDoor, assignment):
    assert raised(front_door(raising_board(120, assignment=assignment))).result["policy"] == {}


def test_without_any_bill_the_answer_says_why(front_door: FrontDoor):
    tables = job_board(12)
    del tables["subscriptions"]

    result = raised(front_door(tables)).result

    assert result["expected"]["lifetime_value_change"]["reason"] == "no_bills"
    assert result["sentences"] == [
        "Nothing can be said of raises: no customer is known to pay anything today."
    ]
    assert not nulls_without_reason(result)


def test_without_any_value_nobody_is_raised_and_the_answer_says_why(front_door: FrontDoor):
    tables = raising_board()
    gone = {str(row["customer_id"]) for row in tables["subscriptions"]} - {
        str(row["customer_id"]) for row in tables["subscriptions"] if row["end"] == ""
    }
    tables["outcomes"] = [row for row in tables["outcomes"] if row["customer_id"] in gone]
    tables["usage"] = [
        {"customer_id": next(iter(gone)), "date": "2026-06-30", "metric": "seats", "units": 1},
    ]

    result = raised(front_door(tables)).result

    assert result["policy"]["raised"] == 0
    assert [row["reason"] for row in result["skipped"]] == ["value_unknown"]
    assert result["earned"]["captured_share"]["p50"] is None
    assert any("nothing tells what they get" in each for each in result["sentences"])
    assert not nulls_without_reason(result)


def test_the_kind_needs_bills_and_value():
    assert {need.unlocks for need in missing_tables(KIND, [])} == {
        need.unlocks for need in DECISIONS[KIND].needs
    }
    assert not missing_tables(KIND, ["subscriptions", "outcomes"])
    assert len(missing_tables(KIND, ["subscriptions"])) == 1


def test_the_order_of_rows_changes_nothing(front_door: FrontDoor, found: Outcome):
    other = raised(front_door(shuffled(raising_board())))

    assert canonical_json(other.result) == canonical_json(found.result)
    assert other.rows == found.rows


def test_money_in_another_currency_changes_no_raise(front_door: FrontDoor, found: Outcome):
    other = raised(front_door(in_another_currency(raising_board(), 10.0)))

    assert [row["raise"] for row in rows(other)] == [row["raise"] for row in rows(found)]
    here, there = (each.result["expected"]["lifetime_value_change"]["value"] for each in (found, other))
    assert there == pytest.approx(10 * here, rel=1e-3)


def test_the_same_seed_gives_the_same_bytes_and_another_does_not(raising: StoredPanel, found: Outcome):
    assert canonical_json(raised(raising).result) == canonical_json(found.result)
    assert canonical_json(decided(KIND, raising, seed=4).result) != canonical_json(found.result)


@pytest.mark.parametrize("business", ["found", "simulated"])
def test_every_null_has_a_reason(business, request: pytest.FixtureRequest):
    assert not nulls_without_reason(request.getfixturevalue(business).result)


def test_a_trait_that_is_not_there_is_refused(raising: StoredPanel):
    with pytest.raises(InvalidInput, match="no_such_trait"):
        raised(raising, fairness_by=["plan", "no_such_trait"])


def test_a_smaller_budget_raises_no_more_money(raising: StoredPanel, found: Outcome):
    tight = raised(raising, max_churn_change=0.002)

    for answer, budget in ((tight, 0.002), (found, 0.01)):
        assert answer.result["expected"]["churn_change"]["value"] <= budget
    worth = [each.result["policy"]["certificate"]["worth"] for each in (tight, found)]
    assert worth == sorted(worth)


def test_options_are_echoed_and_progress_ends(raising: StoredPanel, found: Outcome):
    steps = told(KIND, raising)

    assert set(found.result["options"]) == set(DECISIONS[KIND].options.model_fields)
    assert steps[0][1] == 0
    assert steps[-1][1] == 1


def test_the_answer_on_the_sample_is_told_in_whole_sentences(simulated: Outcome):
    sentences = simulated.result["sentences"]

    assert sentences[0].startswith("Raise ")
    for sentence in sentences:
        assert sentence.endswith(".")
        assert not any(word in sentence for word in ("None", "nan", "  ", " 1 customers"))
