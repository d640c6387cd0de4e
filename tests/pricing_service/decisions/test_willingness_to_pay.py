"""Willingness to pay through the front door: items, methods, options, and what cannot be known."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from models.errors import InvalidInput
from pricing_service.decisions import canonical_json
from pricing_service.decisions.willingness_to_pay import WillingnessOptions
from pricing_service.panel import StoredPanel
from tests.pricing_service.decisions.small_business import (
    Row,
    choices,
    decided,
    four_prices,
    job_board,
    panel_from,
    told,
)

INTENTS = {"intent_cheap": 5, "intent_expensive": 3}


def asked(panel: StoredPanel, **options: Any) -> dict[str, Any]:
    return json.loads(canonical_json(decided("willingness_to_pay", panel, **options).result))


@pytest.fixture(scope="module")
def survey_alone(tmp_path_factory: pytest.TempPathFactory) -> StoredPanel:
    rows: list[Row] = [
        row | {"item": "", "customer_id": ""} for row in four_prices("", median=50.0, respondents=60)
    ]
    return panel_from({"price_sensitivity": rows}, tmp_path_factory.mktemp("alone"))


@pytest.fixture(scope="module")
def two_items(tmp_path_factory: pytest.TempPathFactory) -> StoredPanel:
    tables = job_board(12)
    by_unit = [
        row | INTENTS | {"respondent_id": f"u{row['respondent_id']}"}
        for row in four_prices("postings", median=4.0)
    ]
    tables["price_sensitivity"] += by_unit
    tables["metrics"][0]["unit_cost"] = 1
    return panel_from(tables, tmp_path_factory.mktemp("two"))


def test_a_survey_alone_is_enough(survey_alone: StoredPanel) -> None:
    (entry,) = asked(survey_alone)["items"]

    assert entry["method"] == "van_westendorp"
    assert entry["item"] is None
    assert entry["reasons"]["item"] == "not_named"
    assert entry["quality"]["respondents"] == 60
    for point in ("pmc", "opp", "idp", "pme"):
        assert (
            entry["points"][point]["low"] < entry["points"][point]["value"] < entry["points"][point]["high"]
        )


def test_without_a_dated_row_no_day_is_the_last_with_data(survey_alone: StoredPanel) -> None:
    assert asked(survey_alone)["options"]["as_of"] is None


def test_the_option_names_what_answers_without_an_item_are_about(survey_alone: StoredPanel) -> None:
    (entry,) = asked(survey_alone, item="team")["items"]

    assert (entry["item"], entry["unit"]) == ("team", "EUR/month")
    assert "a month of team" in asked(survey_alone, item="team")["sentences"][0]


def test_a_metric_is_priced_by_the_unit_and_a_plan_by_the_month(two_items: StoredPanel) -> None:
    entries = asked(two_items)["items"]

    assert {(entry["item"], entry["unit"]) for entry in entries} == {
        ("large", "EUR/month"), ("postings", "EUR/postings"),
    }  # fmt: skip


def test_intents_make_demand_and_the_metrics_own_cost_makes_profit(two_items: StoredPanel) -> None:
    entries = {(entry["item"], entry["method"]): entry for entry in asked(two_items)["items"]}

    assert ("large", "newton_miller_smith") not in entries
    best = entries["postings", "newton_miller_smith"]["best_price"]
    assert best["profit"]["value"] >= best["revenue"]["value"] > 1
    assert best["profit"]["unit"] == "EUR/postings"


def test_only_the_items_that_are_asked_for_are_read(two_items: StoredPanel) -> None:
    assert {entry["item"] for entry in asked(two_items, items=["large"])["items"]} == {"large"}


def test_an_item_that_no_survey_is_about_is_refused_with_those_that_are(two_items: StoredPanel) -> None:
    with pytest.raises(InvalidInput, match=r"'gold'.*large"):
        asked(two_items, items=["gold"])


def test_doubtful_answers_are_counted_and_their_weight_is_shown(tmp_path: Path) -> None:
    rows = four_prices("team", median=50.0, respondents=40)
    for row in rows[:4]:
        row.update(dict.fromkeys(("too_cheap", "cheap", "expensive", "too_expensive"), 20))
    panel = panel_from({"price_sensitivity": [row | {"customer_id": ""} for row in rows]}, tmp_path)

    (entry,) = asked(panel)["items"]

    flagged = {flag["code"]: flag["count"] for flag in entry["quality"]["flags"]}
    assert flagged["straight_lining"] == 4
    without = entry["quality"]["without_flagged"]
    assert without["respondents"] == 36
    assert without["typical"]["value"] > entry["typical"]["value"]


def test_calibrations_that_rise_are_refused() -> None:
    with pytest.raises(ValueError, match="must not rise"):
        WillingnessOptions(intent_calibration=(0.1, 0.3, 0.5, 0.7, 0.9))


@pytest.mark.parametrize(("value", "currency"), [(10, "EUR"), (20, "USD")])
def test_features_are_ranked_and_priced_by_what_customers_put_on_one_of_them(
    value: float, currency: str, tmp_path: Path
) -> None:
    features = ["alerts", "exports", "search"]
    answers = [
        {
            "respondent_id": f"r{at}",
            "task": 1,
            "feature": name,
            "best": int(name == best),
            "worst": int(name == worst),
        }
        for at in range(30)
        for best, worst in [("search", "alerts") if at % 3 else ("exports", "alerts")]
        for name in features
    ]
    values = [
        {"customer_id": f"c{at:03d}", "feature": "exports", "value": value, "currency": currency}
        for at in range(6)
    ]
    tables = job_board(8) | {"feature_choices": answers, "feature_values": values}
    tables["features"] = [{"feature": name} for name in features]
    tables["exchange_rates"] = [{"date": "2025-01-01", "currency": "USD", "rate": 0.5}]

    result = asked(panel_from(tables, tmp_path))

    wanted = result["features"]["features"]
    assert [each["feature"] for each in wanted] == ["search", "exports", "alerts"]
    assert sum(each["share"]["value"] for each in wanted) == pytest.approx(1)
    assert {each["feature"]: each["money"]["value"] for each in wanted}["exports"] == pytest.approx(10)
    assert any("search is wanted most" in sentence for sentence in result["sentences"])


def test_the_answers_that_are_needed_are_no_more_than_there_are_customers(two_items: StoredPanel) -> None:
    for entry in asked(two_items)["items"]:
        needed = entry["quality"]["customers_needed"]
        assert needed["unit"] == "customers"
        assert needed["value"] is None or needed["value"] > 1


def test_products_are_set_against_each_other_by_the_choices(tmp_path: Path) -> None:
    panel = panel_from({"choices": choices(40)}, tmp_path)
    products = [
        {"name": "ours", "price": 25, "own": True, "attributes": {"support": "premium"}},
        {"name": "theirs", "price": 25, "attributes": {"support": "basic"}},
    ]

    (entry,) = asked(panel, model="logit", products=products)["items"]

    shares = {row["name"]: row["share"]["value"] for row in entry["details"]["market"]["shares"]}
    assert shares["ours"] > shares["theirs"]
    assert sum(shares.values()) == pytest.approx(1)
    with pytest.raises(InvalidInput, match=r"gold.*basic.*premium"):
        asked(panel, model="logit", products=[products[0] | {"attributes": {"support": "gold"}}])


def test_a_reading_is_told_of_while_it_lasts_not_only_when_it_ends(tmp_path: Path) -> None:
    surveys = {"price_sensitivity": four_prices("large", median=50.0), "choices": choices(20)}

    heard = told("willingness_to_pay", panel_from(surveys, tmp_path), model="mixed_logit")

    shares = [share for _, share in heard]
    assert shares == sorted(shares)
    assert shares[-1] == 1
    assert len({share for step, share in heard if step == "Choice-based conjoint"}) > 10
    assert max(share for step, share in heard if step == "Van Westendorp") <= 0.5


def test_rows_that_were_refused_are_told_beside_the_answer(tmp_path: Path) -> None:
    rows = [row | {"customer_id": ""} for row in four_prices("team", median=50.0, respondents=30)]
    rows[0] |= {"currency": "USD"}

    result = asked(panel_from({"price_sensitivity": rows}, tmp_path))

    (told,) = (each for each in result["caveats"] if each["code"] == "rows_in_quarantine")
    assert "1 of 30 rows of price_sensitivity" in told["message"]
