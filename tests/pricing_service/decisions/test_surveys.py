"""Survey tables as columns: sorted, converted, by item, numbers with NaN and texts with None."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from pricing_service.decisions._surveys import surveys_of
from tests.pricing_service.decisions.small_business import Row, job_board, panel_from


def answer(respondent: str, **other: object) -> Row:
    prices = {"cheap": 10, "expensive": 20, "too_expensive": 30}
    return {"respondent_id": respondent, "item": "team", "too_cheap": 5, **prices, **other}


def test_rows_come_by_item_and_sorted_by_respondent(tmp_path: Path) -> None:
    rows = [answer("r2"), answer("r1"), answer("r1", item="gold")]

    gold, team = surveys_of(panel_from({"price_sensitivity": rows}, tmp_path), ["price_sensitivity"])

    assert (gold.item, team.item) == ("gold", "team")
    assert team.columns["respondent_id"].tolist() == ["r1", "r2"]


def test_what_was_not_answered_is_nan_and_who_is_not_given_is_none(tmp_path: Path) -> None:
    rows = [answer("r1", too_cheap=""), answer("r2", intent_cheap=4)]

    (survey,) = surveys_of(panel_from({"price_sensitivity": rows}, tmp_path), ["price_sensitivity"])

    np.testing.assert_array_equal(survey.columns["too_cheap"], [np.nan, 5])
    np.testing.assert_array_equal(survey.columns["intent_cheap"], [np.nan, 4])
    assert survey.columns["customer_id"].tolist() == [None, None]


def test_answers_in_another_currency_are_converted(tmp_path: Path) -> None:
    tables = {
        "price_sensitivity": [answer("r1", currency="USD"), answer("r2")],
        "exchange_rates": [{"date": "2025-01-01", "currency": "USD", "rate": 0.5}],
    }

    (survey,) = surveys_of(panel_from(tables, tmp_path), ["price_sensitivity"])

    assert survey.columns["cheap"].tolist() == [5, 10]


def test_contacts_of_a_merged_customer_speak_for_the_survivor(tmp_path: Path) -> None:
    tables = job_board(3, periods=1)
    tables["customers"][1] |= {"merged_into": "c000", "merged_on": "2025-01-05"}
    tables["price_sensitivity"] = [answer("r1", customer_id="c001"), answer("r2", customer_id="c000")]

    (survey,) = surveys_of(panel_from(tables, tmp_path), ["price_sensitivity"])

    assert survey.columns["customer_id"].tolist() == ["c000", "c000"]


def test_attributes_of_choices_keep_their_kind(tmp_path: Path) -> None:
    offers = [
        {"respondent_id": "r1", "task": "t", "alternative": name, "chosen": int(name == "a"), "price": price,
         "item": "team", "seats": seats, "support": support}
        for name, price, seats, support in (("a", 10, 5, "basic"), ("b", 20, 10, "premium"), ("none", "", "", ""))
    ]  # fmt: skip

    (survey,) = surveys_of(panel_from({"choices": offers}, tmp_path), ["choices"])

    np.testing.assert_array_equal(survey.columns["seats"], [5, 10, np.nan])
    assert survey.columns["support"].tolist() == ["basic", "premium", None]


def test_respondents_can_be_left_out(tmp_path: Path) -> None:
    rows = [answer("r1"), answer("r2"), answer("r3")]
    (survey,) = surveys_of(panel_from({"price_sensitivity": rows}, tmp_path), ["price_sensitivity"])

    assert survey.without(["r2"]).columns["respondent_id"].tolist() == ["r1", "r3"]


def test_a_task_is_about_what_its_offers_are_about_though_none_names_nothing(tmp_path: Path) -> None:
    task = {"respondent_id": "r1", "task": "t"}
    offers = [
        task | {"alternative": name, "chosen": int(name == "none"), "price": price, "item": item}
        for name, price, item in (("a", 10, "team"), ("b", 20, "team"), ("none", "", ""))
    ]

    (survey,) = surveys_of(panel_from({"choices": offers}, tmp_path), ["choices"])

    assert survey.item == "team"
    assert survey.columns["alternative"].tolist() == ["a", "b", "none"]


def test_equal_answers_are_one_survey_and_others_another(tmp_path: Path) -> None:
    panel = panel_from({"price_sensitivity": [answer("r1"), answer("r2")]}, tmp_path)
    (one,), (again,) = (surveys_of(panel, ["price_sensitivity"]) for _ in range(2))

    assert one == again
    assert hash(one) == hash(again)
    assert one != one.without(["r2"])
