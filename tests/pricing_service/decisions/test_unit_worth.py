"""What one unit is worth: ordinary data, odd data, research, and what is said about prices."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from models.errors import InvalidInput
from pricing_service.panel import StoredPanel
from tests.pricing_service.decisions.conftest import FrontDoor
from tests.pricing_service.decisions.small_business import Tables, decided, four_prices, job_board
from tests.pricing_service.decisions.test_offers import quotes


def worth(panel: StoredPanel, **options: object) -> dict[str, Any]:
    return decided("unit_worth", panel, **{"metric": "postings"} | options).result


def codes(entries: list[dict[str, Any]]) -> set[str]:
    return {each["code"] for each in entries}


def test_the_typical_worth_is_what_one_posting_brings_and_is_owed_to_the_product(
    ordinary: StoredPanel,
) -> None:
    result = worth(ordinary)

    assert result["worth"]["low"] < 20 < result["worth"]["high"]
    assert result["worth"]["unit"] == "EUR/postings"
    assert result["basis"] == "net"
    assert result["price_corridor"]["low"] == pytest.approx(0.10 * result["worth"]["value"])
    assert result["price_corridor"]["high"] == pytest.approx(0.15 * result["worth"]["value"])
    assert result["recommended_price"]["against_corridor"] == "inside"
    assert result["recommended_price"]["price"]["value"] == pytest.approx(0.125 * result["worth"]["value"])


def test_without_a_metric_the_recommended_one_is_taken_and_echoed(ordinary: StoredPanel) -> None:
    result = decided("unit_worth", ordinary).result

    assert result["metric"] == result["options"]["metric"] == "postings"


def test_todays_price_is_what_is_paid_per_unit_in_months_with_records(ordinary: StoredPanel) -> None:
    """Subscriptions began half a year before the first usage row: those months are unknown, not zero."""
    tables = job_board()
    bills = sum(float(str(row["mrr"])) for row in tables["subscriptions"])
    postings = sum(float(str(row["units"])) for row in tables["usage"] if row["metric"] == "postings") / 6

    today = worth(ordinary)["today"]

    assert today["price_per_unit"] == pytest.approx(bills / postings)
    assert today["against_corridor"] == "above"


def test_a_seat_is_worth_so_much_a_month(ordinary: StoredPanel) -> None:
    result = worth(ordinary, metric="seats")

    assert "a month to the typical customer" in result["sentences"][0]
    assert any("per seat and month" in sentence for sentence in result["sentences"])
    assert result["today"]["price_per_unit"] == pytest.approx(15)


def test_without_subscriptions_the_price_of_today_is_unknown(front_door: FrontDoor) -> None:
    tables = job_board(40)
    del tables["subscriptions"]

    result = worth(front_door(tables))

    assert result["worth"]["value"] is not None
    assert result["today"]["price_per_unit"] is None
    assert result["today"]["reasons"] == dict.fromkeys(("price_per_unit", "against_corridor"), "no_bills")


def test_outcomes_that_are_all_zero_give_no_number(fruitless: StoredPanel) -> None:
    outcome = decided("unit_worth", fruitless)
    result = outcome.result

    assert result["worth"]["reason"] == "no_value_for_typical_customer"
    assert result["price_corridor"]["reasons"]["low"] == "no_value_for_typical_customer"
    assert result["distribution"]["reasons"]["p50"] == "no_value_for_typical_customer"
    assert result["recommended_price"]["price"]["value"] is None
    assert "metric_not_recommended" in codes(result["caveats"])
    assert "the typical customer reports no gain" in result["sentences"][0]
    assert outcome.rows is not None
    assert set(outcome.rows["worth"]) == {None}


@pytest.mark.parametrize("customers", [1, 2])
def test_one_or_two_customers_give_no_number(front_door: FrontDoor, customers: int) -> None:
    result = decided("unit_worth", front_door(job_board(customers))).result

    assert result["worth"]["value"] is None
    assert (result["worth"]["reason"], result["worth"]["n"]) == ("insufficient_customers", customers)
    assert {result[name]["reason"] for name in ("worth_by_units", "ideal", "marginal")} == {
        "insufficient_customers"
    }


def test_nobody_who_reports_gives_no_number(silent: StoredPanel) -> None:
    result = worth(silent)

    assert result["worth"]["reason"] == "no_outcomes"
    assert result["sensitivity"]["reasons"] == {"flips_at": "no_outcomes"}
    assert result["by_segment"] == []
    assert result["next_data"][0]["what"] == "outcomes"


def test_customers_who_gained_nothing_count_as_worth_nothing(front_door: FrontDoor) -> None:
    tables = job_board()
    for row in tables["outcomes"]:
        if int(str(row["customer_id"])[1:]) % 5 < 2:
            row["amount"] = -float(str(row["amount"]))

    outcome = decided("unit_worth", front_door(tables), metric="postings")

    assert outcome.result["price_corridor"]["priced_out_share"] == pytest.approx(0.4)
    assert outcome.result["distribution"]["p25"] == 0
    assert any("gains nothing" in sentence for sentence in outcome.result["sentences"])
    assert outcome.rows is not None
    assert [outcome.rows["basis"][at] for at in (0, 1, 2)] == ["no_gain", "no_gain", "measured"]
    assert outcome.rows["worth"][0] is None


def test_a_typical_customer_close_to_nothing_can_still_be_set_beside_research(front_door: FrontDoor) -> None:
    """Some draws of the median customer gain nothing: the interval reaches 0, which has no log."""
    tables = job_board(20)
    for row in tables["outcomes"]:
        if int(str(row["customer_id"])[1:]) < 9:
            row["amount"] = 0

    result = worth(front_door(tables), prior={"value": 20, "low": 15, "high": 27})

    outcomes, prior = result["evidence"]["worth"]
    assert outcomes["estimate"]["low"] == 0
    assert 0 < outcomes["weight"] < prior["weight"] < 1


def test_silent_customers_do_not_narrow_the_distribution(
    half_silent: StoredPanel, front_door: FrontDoor
) -> None:
    """Half of the customers are silent: they are as different from each other as those who report."""

    def width(panel: StoredPanel) -> float:
        distribution = worth(panel)["distribution"]
        return distribution["p75"] / distribution["p25"]

    assert width(half_silent) == pytest.approx(width(front_door(job_board(100))), rel=0.1)


def test_every_customer_has_a_row_measured_or_modelled(half_silent: StoredPanel) -> None:
    rows = decided("unit_worth", half_silent, metric="postings").rows

    assert rows is not None
    assert rows["customer_id"] == [f"c{at:03d}" for at in range(100)]
    assert rows["basis"] == ["measured", "modelled"] * 50
    assert all(
        low <= value <= high
        for low, value, high in zip(rows["low"], rows["worth"], rows["high"], strict=True)
    )


def test_silent_customers_are_tried_at_less_of_the_modelled_value(half_silent: StoredPanel) -> None:
    tried = worth(half_silent)["sensitivity"]["non_reporters_at"]

    values = [each["worth"]["value"] for each in tried]
    assert [each["share"] for each in tried] == [1.0, 0.75, 0.5, 0.25]
    assert values == sorted(values, reverse=True)
    assert values[-1] < 0.8 * values[0]


def test_the_share_from_which_todays_price_is_misplaced_is_found(front_door: FrontDoor) -> None:
    """Today 2.55 EUR a posting lies inside 10–15 % of 20 EUR; at half the value for half of them it is above."""
    tables = job_board(100)
    tables["outcomes"] = [row for row in tables["outcomes"] if int(str(row["customer_id"])[1:]) % 2 == 0]
    for row in tables["subscriptions"]:
        row["mrr"] = round(0.62 * float(str(row["mrr"])), 2)

    result = worth(front_door(tables))

    assert result["today"]["against_corridor"] == "inside"
    assert (result["sensitivity"]["from"], result["sensitivity"]["to"]) == ("inside", "above")
    assert 0 < result["sensitivity"]["flips_at"] < 1
    assert any("would lie above the corridor" in sentence for sentence in result["sentences"])


def test_gross_value_shows_the_corridor_at_several_attributions(
    gross: StoredPanel, ordinary: StoredPanel
) -> None:
    result = worth(gross)

    assert result["basis"] == "gross"
    assert "gross_value" in codes(result["caveats"]) & codes(result["worth"]["warnings"])
    shown = result["charts"]["attributions"]
    assert [each["attribution"] for each in shown] == [1.0, 0.75, 0.5, 0.25, 0.1]
    # At an attribution of a half it is the corridor of the business whose value is attributed by a half.
    assert shown[2]["low"] == pytest.approx(worth(ordinary)["price_corridor"]["low"])
    assert "before asking how much" in result["sentences"][0]
    assert worth(ordinary)["charts"]["attributions"] == []


def test_research_enters_beside_the_outcomes_by_how_sure_it_is(ordinary: StoredPanel) -> None:
    alone = worth(ordinary)["worth"]["value"]

    vague = worth(ordinary, prior={"value": 40, "low": 10, "high": 160})
    sure = worth(ordinary, prior={"value": 40, "low": 39, "high": 41})

    assert [each["source"] for each in sure["evidence"]["worth"]] == ["outcomes", "prior"]
    assert alone < vague["worth"]["value"] < 1.1 * alone
    # What contradicts measured outcomes is named and set aside, not blended in.
    outcomes, research = sure["evidence"]["worth"]
    assert (outcomes["weight"], research["weight"]) == (pytest.approx(1), 0)
    assert research["contradicts"] == ["outcomes"]
    assert sure["worth"]["value"] == pytest.approx(alone)
    assert "sources_disagree" in codes(sure["worth"]["warnings"])
    assert any("contradict each other" in sentence for sentence in sure["sentences"])


def test_the_sources_that_count_can_be_chosen(ordinary: StoredPanel) -> None:
    prior = {"value": 40, "low": 39, "high": 41}

    assert worth(ordinary, prior=prior, sources=["prior"])["worth"]["value"] == 40
    assert worth(ordinary, prior=prior, sources=["outcomes"])["worth"]["value"] < 30
    assert worth(ordinary, sources=["quotes"])["worth"]["reason"] == "no_evidence"


def test_capture_moves_the_corridor(ordinary: StoredPanel) -> None:
    result = worth(ordinary, capture=[0.2, 0.3])

    assert result["price_corridor"]["capture"] == [0.2, 0.3]
    assert result["price_corridor"]["high"] == pytest.approx(0.3 * result["worth"]["value"])
    assert any("20 % to 30 %" in sentence for sentence in result["sentences"])


def test_a_circular_kpi_makes_worth_an_assumption(circular_alone: StoredPanel) -> None:
    result = worth(circular_alone, metric="seats")

    assert "kpi_computed_from_metric" in codes(result["caveats"])
    assert "That is no finding" in result["sentences"][0]


def test_worth_is_shown_by_the_trait_that_is_asked_for(ordinary: StoredPanel) -> None:
    rows = worth(ordinary, segment_by="country")["by_segment"]

    assert [(row["trait"], row["level"]) for row in rows] == [
        ("country", name) for name in ("DE", "FR", "NL")
    ]
    assert all(row["worth"]["n"] == 20 for row in rows)


def test_marginal_worth_is_an_association_with_a_bound(ordinary: StoredPanel) -> None:
    result = worth(ordinary)

    low, high = result["marginal_confounding_bound"]
    assert low < result["marginal"]["value"] < high
    assert "association" in codes(result["marginal"]["warnings"])


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"metric": "planets"}, ["planets", "postings", "seats"]),
        ({"kpis": ["moons"]}, ["moons", "hires"]),
        ({"segment_by": "planet"}, ["planet", "country", "plan"]),
    ],
)
def test_unknown_names_are_refused_with_those_that_exist(
    ordinary: StoredPanel, options: dict[str, object], named: list[str]
) -> None:
    with pytest.raises(InvalidInput) as refusal:
        worth(ordinary, **options)

    assert all(name in str(refusal.value) for name in named)


@pytest.mark.parametrize(
    "options",
    [
        {"capture": [0.3, 0.2]},
        {"capture": [0, 0.1]},
        {"sources": ["rumours"]},
        {"prior": {"value": 5, "low": 6, "high": 7}},
        {"prior": {"value": 5, "low": 5, "high": 5}},
        {"hypothetical_bias": float("nan")},
        {"kpis": []},
    ],
)
def test_options_that_mean_nothing_are_refused(ordinary: StoredPanel, options: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        worth(ordinary, **options)


def test_a_kpi_left_out_of_a_month_is_not_taken_for_nothing_achieved(front_door: FrontDoor) -> None:
    """Savings equal to hires, told in every other month: a posting brings twice as much, not once and a half."""
    tables = job_board(40)
    tables["outcomes"] += [row | {"kpi": "savings"} for row in tables["outcomes"][::2]]
    tables["kpis"].append(tables["kpis"][0] | {"kpi": "savings"})

    both = worth(front_door(tables))["worth"]["value"]
    one = worth(front_door(job_board(40)))["worth"]["value"]

    assert both == pytest.approx(2 * one, rel=0.05)


@pytest.mark.parametrize(
    ("heard", "wanted"),
    [
        ({}, "price_sensitivity or quotes"),
        ({"price_sensitivity": four_prices("postings", median=5.0)}, "quotes"),
        ({"quotes": quotes(150, willing=4.0)}, None),
    ],
)
def test_what_customers_would_pay_is_asked_for_only_where_nothing_tells_it(
    front_door: FrontDoor, heard: Tables, wanted: str | None
) -> None:
    result = worth(front_door(job_board() | heard))

    asked = [each["what"] for each in result["next_data"]]
    assert [what for what in asked if "quotes" in what] == ([wanted] if wanted else [])
