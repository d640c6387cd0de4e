"""Which metric to price on: the verdict on ordinary data, and what is said where data cannot tell."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from models.errors import InvalidInput
from pricing_service.panel import StoredPanel
from tests.pricing_service.decisions.conftest import FrontDoor
from tests.pricing_service.decisions.small_business import Tables, decided, job_board


def verdict(panel: StoredPanel, **options: object) -> dict[str, Any]:
    return decided("value_metrics", panel, **options).result


def entry(result: dict[str, Any], metric: str) -> dict[str, Any]:
    (found,) = [each for each in result["ranking"] if each["metric"] == metric]
    return found


def codes(entries: list[dict[str, Any]]) -> set[str]:
    return {each["code"] for each in entries}


def used_like(tables: Tables, like: str, metric: str, factor: float) -> list[dict[str, object]]:
    rows = [row for row in tables["usage"] if row["metric"] == like]
    return [row | {"metric": metric, "units": factor * float(str(row["units"]))} for row in rows]


def test_the_metric_that_value_follows_is_recommended_clearly(ordinary: StoredPanel) -> None:
    result = verdict(ordinary)

    assert (result["recommended"], result["verdict"]) == ("postings", "clear")
    assert [each["metric"] for each in result["ranking"]] == ["postings", "seats"]
    spread = entry(result, "postings")["spread"]
    assert spread["low"] < 0.17 < spread["high"]  # √(0.15² + 0.2²/6) between customers, over six months
    assert entry(result, "postings")["eligible"] == "yes"


def test_the_sentences_speak_of_one_unit_by_its_own_name_and_never_of_certainty(
    ordinary: StoredPanel,
) -> None:
    sentences = verdict(ordinary)["sentences"]

    assert sentences[0].startswith("Price by postings")
    assert "more than 99 %" in sentences[0]
    assert any("one posting" in sentence for sentence in sentences)
    assert any("per posting" in sentence for sentence in sentences)
    assert not any(
        "(probability 100 %" in sentence or "unit of postings" in sentence for sentence in sentences
    )


def test_two_metrics_that_are_one_are_a_tie_that_names_both(front_door: FrontDoor) -> None:
    tables = job_board()
    tables["usage"] += used_like(tables, "postings", "posting_days", 2)

    result = verdict(front_door(tables))

    assert result["verdict"] == "tie"
    assert {result["recommended"], *result["tied_with"]} == {"postings", "posting_days"}
    assert "posting_days" in result["sentences"][0]
    assert "postings" in result["sentences"][0]


def test_a_constant_metric_is_a_flat_fee_and_never_eligible(front_door: FrontDoor) -> None:
    tables = job_board()
    tables["usage"] += [row | {"units": 1} for row in used_like(tables, "postings", "accounts", 1)]

    result = verdict(front_door(tables))

    assert entry(result, "accounts")["eligible"] == "no"
    assert codes(entry(result, "accounts")["reasons"]) == {"constant_metric"}
    assert result["recommended"] == "postings"


def test_outcomes_that_are_all_zero_recommend_nothing(fruitless: StoredPanel) -> None:
    result = verdict(fruitless)

    assert (result["recommended"], result["verdict"]) == (None, "cannot_tell")
    assert all(each["spread"]["reason"] == "insufficient_customers" for each in result["ranking"])
    assert entry(result, "postings")["zero_value_share"] == 1
    assert "no customer reports that it gained anything" in result["sentences"][0]
    assert "customers_without_gain" in codes(result["caveats"])


@pytest.mark.parametrize("customers", [1, 2])
def test_one_or_two_customers_are_no_ranking(front_door: FrontDoor, customers: int) -> None:
    result = verdict(front_door(job_board(customers)))

    assert (result["recommended"], result["verdict"]) == (None, "cannot_tell")
    assert all(each["spread"]["value"] is None for each in result["ranking"])
    assert all(each["probability_best"] is None for each in result["ranking"])
    assert entry(result, "seats")["reasons_for_null"]["probability_best"] == "insufficient_customers"


def test_a_kpi_computed_from_a_metric_is_left_out_of_the_ranking(
    circular: StoredPanel, ordinary: StoredPanel
) -> None:
    result = verdict(circular)

    assert result["circular_kpis"] == [{"kpi": "activity", "metric": "seats"}]
    assert "kpi_computed_from_metric" in codes(result["caveats"])
    assert result["ranking"] == verdict(ordinary)["ranking"]


def test_a_circular_kpi_alone_recommends_nothing_with_confidence(circular_alone: StoredPanel) -> None:
    result = verdict(circular_alone)

    assert result["verdict"] == "cannot_tell"
    assert {each["spread"]["reason"] for each in result["ranking"]} == {"kpi_computed_from_metric"}
    assert entry(result, "seats")["eligible"] == "unknown"
    assert "computed from a metric" in result["sentences"][0]


def test_without_outcomes_the_order_rests_on_payment_and_steadiness(silent: StoredPanel) -> None:
    result = verdict(silent)

    assert result["verdict"] == "cannot_tell"
    assert {each["spread"]["reason"] for each in result["ranking"]} == {"no_outcomes"}
    assert entry(result, "postings")["growth_with_payment"]["low"] > 0
    assert entry(result, "postings")["scores"]["predictability"]["unit_variation"]["value"] == pytest.approx(
        0.2, abs=0.05
    )
    assert result["next_data"][0]["what"] == "outcomes"


def test_bills_that_are_charged_by_a_metric_do_not_speak_for_it(silent: StoredPanel) -> None:
    result = verdict(silent)

    assert entry(result, "seats")["growth_with_payment"]["reason"] == "bills_computed_from_metric"
    assert result["recommended"] == "postings"
    assert any("bills are charged by seats" in sentence for sentence in result["sentences"])


def test_without_outcomes_and_bills_only_steadiness_is_left(front_door: FrontDoor) -> None:
    tables = job_board(20)
    del tables["outcomes"], tables["subscriptions"]

    result = verdict(front_door(tables))

    assert result["verdict"] == "cannot_tell"
    assert {each["growth_with_payment"]["reason"] for each in result["ranking"]} == {"no_bills"}
    assert result["recommended"] == "seats"  # they stand still, postings vary from month to month


def test_a_month_that_is_cut_short_scores_nothing_and_says_so(front_door: FrontDoor) -> None:
    tables = job_board(12, periods=1)
    del tables["outcomes"]
    tables["usage"] = [row | {"date": "2025-01-10"} for row in tables["usage"]]

    result = verdict(front_door(tables))

    assert result["verdict"] == "cannot_tell"
    assert all(each["spread"]["value"] is None for each in result["ranking"])


def test_outcomes_that_nothing_turns_into_money_are_told_apart_from_silence(front_door: FrontDoor) -> None:
    tables = job_board(20)
    del tables["kpis"]

    result = verdict(front_door(tables))

    assert {each["spread"]["reason"] for each in result["ranking"]} == {"no_money"}
    assert "kpi_not_monetised" in codes(result["caveats"])
    assert result["next_data"][0]["what"] == "kpis.value_per_unit"


def test_value_of_customers_without_usage_counts_as_value_without_units(front_door: FrontDoor) -> None:
    tables = job_board()
    tables["usage"] = [row for row in tables["usage"] if int(str(row["customer_id"])[1:]) % 2]

    result = verdict(front_door(tables))

    postings = entry(result, "postings")
    assert postings["value_without_units_share"] > 0.3
    assert postings["eligible"] == "no"
    assert "fails_value_without_units_share" in codes(postings["reasons"])


def test_units_that_mostly_bring_nothing_make_a_metric_ineligible(front_door: FrontDoor) -> None:
    tables = job_board()
    for row in tables["outcomes"]:
        if str(row["date"]) > "2025-02":
            row["amount"] = 0

    result = verdict(front_door(tables))

    postings = entry(result, "postings")
    assert postings["zero_value_share"] > 0.6
    assert postings["eligible"] == "no"
    assert "fails_zero_value_share" in codes(postings["reasons"])
    assert result["recommended"] is None


def test_customers_who_lose_are_counted_and_not_hidden(front_door: FrontDoor) -> None:
    tables = job_board()
    for row in tables["outcomes"]:
        if int(str(row["customer_id"])[1:]) % 3 == 0:
            row["amount"] = -float(str(row["amount"]))

    result = verdict(front_door(tables))

    assert result["verdict"] == "cannot_tell"
    (caveat,) = [each for each in result["caveats"] if each["code"] == "customers_without_gain"]
    assert caveat["message"].startswith("20 of 60 reporting customers gained nothing or lost")


def test_a_stock_that_some_customers_never_had_is_judged_on_the_others(front_door: FrontDoor) -> None:
    tables = job_board()
    tables["usage"] = [
        row for row in tables["usage"] if row["metric"] != "seats" or int(str(row["customer_id"])[1:]) % 3
    ]

    result = verdict(front_door(tables))

    assert entry(result, "seats")["spread"]["n"] == 40
    assert entry(result, "postings")["spread"]["n"] == 60


def test_an_outcome_of_one_metric_is_that_metrics_alone(front_door: FrontDoor, ordinary: StoredPanel) -> None:
    tables = job_board()
    tables["outcomes"] = [row | {"metric": "postings"} for row in tables["outcomes"]]

    result = verdict(front_door(tables))

    assert entry(result, "postings")["spread"] == entry(verdict(ordinary), "postings")["spread"]
    assert entry(result, "seats")["spread"]["value"] is None


def test_quarterly_outcomes_are_set_against_the_quarters_units(front_door: FrontDoor) -> None:
    tables = job_board()
    quarters: dict[tuple[str, str], float] = {}
    for row in tables["outcomes"]:
        end = "2025-03-31" if str(row["date"]) <= "2025-03-31" else "2025-06-30"
        key = str(row["customer_id"]), end
        quarters[key] = quarters.get(key, 0) + float(str(row["amount"]))
    tables["outcomes"] = [
        {
            "customer_id": customer,
            "date": end,
            "period": "quarter",
            "kpi": "hires",
            "amount": round(amount, 2),
        }
        for (customer, end), amount in quarters.items()
    ]

    panel = front_door(tables)
    worth = decided("unit_worth", panel, metric="postings").result["worth"]

    assert verdict(panel)["recommended"] == "postings"
    assert worth["low"] < 20 < worth["high"]


def test_units_told_apart_inside_customers_lead_the_spread(front_door: FrontDoor) -> None:
    tables = job_board(30)
    channels = ("board", "social")
    tables["usage"] += [
        row | {"unit_id": channel, "metric": "channels"}
        for row in tables["usage"]
        if row["metric"] == "postings"
        for channel in channels
    ]
    tables["outcomes"] = [
        row
        | {"metric": "channels", "unit_id": channel, "amount": round(share * float(str(row["amount"])), 2)}
        for row in tables["outcomes"]
        for channel, share in zip(channels, (0.2, 0.8), strict=True)
    ]

    result = verdict(front_door(tables))

    channel = entry(result, "channels")
    # Two channels at one and four parts of the value lie log 4 apart: far more than customers do.
    assert channel["inside"]["value"] > 0.6
    assert channel["spread"]["value"] > 0.6 > channel["between"]["value"]
    assert "spread_is_lower_bound" not in codes(result["caveats"])


def test_units_that_are_not_told_apart_are_a_lower_bound(ordinary: StoredPanel) -> None:
    result = verdict(ordinary)

    assert entry(result, "postings")["inside"]["reason"] == "units_not_told_apart"
    assert "spread_is_lower_bound" in codes(result["caveats"])


def test_gross_value_warns(gross: StoredPanel, ordinary: StoredPanel) -> None:
    assert verdict(gross)["basis"] == "gross"
    assert "gross_value" in codes(verdict(gross)["caveats"])
    assert verdict(ordinary)["basis"] == "net"
    assert "gross_value" not in codes(verdict(ordinary)["caveats"])


def test_a_kpi_that_is_reported_now_and_then_is_named(front_door: FrontDoor) -> None:
    tables = job_board(20)
    tables["outcomes"] += [row | {"kpi": "referrals", "amount": 50} for row in tables["outcomes"][::4]]
    tables["kpis"].append(tables["kpis"][0] | {"kpi": "referrals"})

    caveats = verdict(front_door(tables))["caveats"]

    (caveat,) = [each for each in caveats if each["code"] == "kpi_partly_reported"]
    assert caveat["message"].startswith("referrals is reported in 25 % of the periods")


def test_coverage_is_shown_by_everything_known_of_everybody(half_silent: StoredPanel) -> None:
    coverage = verdict(half_silent)["coverage"]

    assert (coverage["customers"], coverage["reporting"], coverage["share"]) == (100, 50, 0.5)
    by = {row["trait"]: row for row in coverage["by"]}
    assert {"size", "plan", "country"} <= set(by)
    sizes = [row for row in coverage["by"] if row["trait"] == "size"]
    assert sum(row["customers"] for row in sizes) == 100
    assert sum(row["reporting"] for row in sizes) == 50


def test_coverage_tells_churned_customers_from_active_ones(front_door: FrontDoor) -> None:
    tables = job_board(40)
    for row in tables["subscriptions"][::2]:
        row["end"] = "2025-04-01"
    tables["outcomes"] = [row for row in tables["outcomes"] if int(str(row["customer_id"])[1:]) % 2]

    rows = [row for row in verdict(front_door(tables))["coverage"]["by"] if row["trait"] == "churned"]

    assert {row["level"]: row["share"] for row in rows} == {"active": 1.0, "churned": 0.0}


def test_silent_customers_are_tried_at_less_of_the_modelled_value(half_silent: StoredPanel) -> None:
    found = verdict(half_silent)["sensitivity"]

    assert [each["share"] for each in found["non_reporters_at"]] == [1.0, 0.75, 0.5, 0.25]
    assert {each["recommended"] for each in found["non_reporters_at"]} == {"postings"}
    assert found["flips_at"] is None
    assert found["reasons"] == {"flips_at": "never_flips"}


def test_where_everybody_reports_there_is_nobody_to_try(ordinary: StoredPanel) -> None:
    assert verdict(ordinary)["sensitivity"]["reasons"] == {"flips_at": "everybody_reports"}


def test_the_ranking_is_shown_by_the_trait_that_is_asked_for(ordinary: StoredPanel) -> None:
    result = verdict(ordinary, segment_by="country")

    assert [(row["level"], row["reporting"]) for row in result["by_segment"]] == [
        ("DE", 20),
        ("FR", 20),
        ("NL", 20),
    ]
    assert {row["recommended"] for row in result["by_segment"]} == {"postings"}


def test_candidates_can_be_chosen(ordinary: StoredPanel) -> None:
    result = verdict(ordinary, metrics=["seats"], kpis=["hires"])

    assert [each["metric"] for each in result["ranking"]] == ["seats"]
    assert result["options"]["metrics"] == ["seats"]


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"metrics": ["planets"]}, ["planets", "postings", "seats"]),
        ({"kpis": ["moons"]}, ["moons", "hires"]),
        ({"segment_by": "planet"}, ["planet", "country", "plan"]),
    ],
)
def test_unknown_names_are_refused_with_those_that_exist(
    ordinary: StoredPanel, options: dict[str, object], named: list[str]
) -> None:
    with pytest.raises(InvalidInput) as refusal:
        verdict(ordinary, **options)

    assert all(name in str(refusal.value) for name in named)


@pytest.mark.parametrize("options", [{"metrics": []}, {"kpis": []}, {"level": 1.0}, {"planet": 1}])
def test_options_that_mean_nothing_are_refused(ordinary: StoredPanel, options: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        verdict(ordinary, **options)
