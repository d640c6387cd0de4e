"""Who is ideal: a planted trait is found, noise is called noise, and what comes later never leaks in."""

from __future__ import annotations

from typing import Any

import pytest

from models.errors import InvalidInput
from models.ideal_customers.scorecard import Scorecard
from pricing_service.decisions import Outcome
from pricing_service.decisions._ideal_scores import ideal_scores
from tests.pricing_service.decisions.conftest import FrontDoor
from tests.pricing_service.decisions.small_business import Tables, decided
from tests.pricing_service.decisions.subscribers import bill_of, first_of, leads, subscribers, won

KIND = "ideal_customers"


@pytest.fixture(scope="module")
def planted(front_door: FrontDoor) -> Outcome:
    return decided(KIND, front_door(subscribers()))


@pytest.fixture(scope="module")
def noisy(front_door: FrontDoor) -> Outcome:
    return decided(KIND, front_door(subscribers(seed=4, foretold=False)))


def levels(outcome: Outcome) -> dict[tuple[str, str], dict[str, Any]]:
    return {(row["trait"], row["level"]): row for row in outcome.result["profile"]}


def rows(outcome: Outcome) -> dict[str, dict[str, Any]]:
    columns = outcome.rows or {}
    return {
        who: {name: column[at] for name, column in columns.items()}
        for at, who in enumerate(columns["customer_id"])
    }


def without_seed(outcome: Outcome) -> dict[str, Any]:
    """What a change of money's unit must not touch: all but lifetime value."""
    return {name: outcome.result[name] for name in ("profile", "score_quality", "ideal", "success")}


def test_the_planted_trait_is_the_profile(planted: Outcome) -> None:
    found = levels(planted)

    assert planted.result["score_quality"]["predicts"] == "yes"
    assert {key for key, row in found.items() if row["stands_out"]} == {
        ("country", "DE"), ("country", "FR"), ("country", "NL"),
    }  # fmt: skip
    assert found["country", "DE"]["lift"]["low"] > 1 > found["country", "FR"]["lift"]["high"]
    assert "country DE" in planted.result["sentences"][2]


def test_the_score_separates_the_customers_and_says_why(planted: Outcome) -> None:
    told = rows(planted)
    countries = {str(row["customer_id"]): row["country"] for row in subscribers()["customers"]}

    means = {
        country: sum(told[who]["score"] for who, own in countries.items() if own == country)
        / sum(own == country for own in countries.values())
        for country in ("DE", "FR")
    }
    assert means["DE"] > 2 * means["FR"]
    german = next(row for who, row in told.items() if countries[who] == "DE")
    assert german["reasons"].startswith("country DE ×")
    assert german["score_low"] < german["score"] < german["score_high"]


def test_in_noise_there_is_no_profile_and_everybody_has_the_base_rate(noisy: Outcome) -> None:
    told = rows(noisy)

    assert noisy.result["score_quality"]["predicts"] == "no"
    assert noisy.result["sentences"][0].startswith("Nothing that is known at signing foretells who succeeds")
    assert not any(row["stands_out"] for row in noisy.result["profile"])
    assert noisy.result["ideal"] == {}
    assert {round(row["score"], 12) for row in told.values()} == {round(noisy.result["success"]["share"], 12)}
    assert {row["ideal"] for row in told.values()} == {None}


def test_young_customers_are_neither_successes_nor_failures_even_if_they_left(planted: Outcome) -> None:
    told = rows(planted)
    young = [
        str(row["customer_id"]) for row in subscribers()["customers"] if str(row["signed_up"]) >= "2024-07-01"
    ]

    assert len(young) > 30
    assert {told[who]["succeeded"] for who in young} == {"too_early"}
    assert planted.result["success"]["too_early"] == len(young)


def test_what_becomes_of_young_customers_does_not_move_the_profile(
    front_door: FrontDoor, planted: Outcome
) -> None:
    tables = subscribers()
    for row in tables["subscriptions"]:
        if str(row["start"]) >= "2024-07-01" and row["customer_id"] != "newest":
            row["end"] = first_of(28)

    again = decided(KIND, front_door(tables), window_months=12)

    expected = decided(KIND, front_door(subscribers()), window_months=12)
    assert again.result["profile"] == expected.result["profile"]


def test_those_who_left_count_as_failures(planted: Outcome) -> None:
    told = rows(planted)
    early = [
        str(row["customer_id"]) for row in subscribers()["subscriptions"]
        if row["end"] and str(row["start"]) < "2023-10-01" and str(row["end"]) < "2024-01-01"
    ]  # fmt: skip

    assert len(early) > 10
    assert {told[who]["succeeded"] for who in early} == {"no"}


def test_plan_bills_and_what_they_were_sold_are_never_traits(front_door: FrontDoor) -> None:
    tables = subscribers()
    bills = {row["customer_id"]: row for row in tables["subscriptions"]}
    for row in tables["customers"]:
        own = bills[row["customer_id"]]
        row |= {
            "tier": own["plan"], "current_mrr": own["mrr"], "lifetime_value": own["mrr"],
            "churned": bool(own["end"]), "package": f"pack {own['plan']}",
        }  # fmt: skip

    found = decided(KIND, front_door(tables)).result

    assert {row["trait"] for row in found["traits"]} == {"country", "colour", "staff"}
    assert {"tier", "current_mrr", "lifetime_value", "package"} <= {row["trait"] for row in found["left_out"]}


def test_giants_do_not_define_the_profile(front_door: FrontDoor) -> None:
    """A trait that every tenth customer has, who pays a hundredfold and stays no longer, does not stand out."""
    tables = subscribers()
    for at, row in enumerate(tables["customers"]):
        row["league"] = "giant" if at % 10 == 0 else "other"
    for at, row in enumerate(tables["subscriptions"]):
        row["mrr"] = float(str(row["mrr"])) * (100 if at % 10 == 0 else 1)

    found = levels(decided(KIND, front_door(tables)))

    assert not found["league", "giant"]["stands_out"]
    assert found["country", "DE"]["stands_out"]


def test_money_in_another_unit_gives_the_same_answer(front_door: FrontDoor, planted: Outcome) -> None:
    tables = subscribers()
    for row in tables["subscriptions"]:
        row["mrr"] = 1000 * float(str(row["mrr"]))

    assert without_seed(decided(KIND, front_door(tables))) == without_seed(planted)


def test_a_trait_as_it_was_at_signing_goes_before_what_it_is_today(front_door: FrontDoor) -> None:
    tables = subscribers()
    tables["leads"] = won(tables)
    for row in tables["customers"]:
        row["country"] = "moved"

    found = decided(KIND, front_door(tables)).result

    assert {"trait": "country", "as_of": "signing"} in found["traits"]
    assert found["score_quality"]["predicts"] == "yes"
    assert all(
        "country" not in each["message"] for each in found["caveats"] if each["code"] == "traits_of_today"
    )


def test_costs_to_serve_count_against_a_customer(front_door: FrontDoor) -> None:
    tables = subscribers(foretold=False)
    red = {row["customer_id"] for row in tables["customers"] if row["colour"] == "red"}
    tables["costs"] = [
        {"customer_id": row["customer_id"], "date": first_of(month), "kind": "support", "amount": cost}
        for row in tables["subscriptions"]
        if row["customer_id"] in red
        for month, cost in ((month, 0.9 * float(str(row["mrr"]))) for month in range(24))
        if str(row["start"]) <= first_of(month)
    ]

    found = decided(KIND, front_door(tables))

    assert levels(found)["colour", "blue"]["lift"]["low"] > 1
    assert "no_costs" not in {each["code"] for each in found.result["caveats"]}


@pytest.fixture(scope="module")
def with_leads(front_door: FrontDoor) -> dict[str, Any]:
    tables = subscribers()
    tables["leads"] = won(tables) + leads()
    return decided(KIND, front_door(tables)).result["leads"]


def test_leads_are_scored_by_success_times_the_chance_of_winning_them(with_leads: dict[str, Any]) -> None:
    told = {row["lead_id"]: row for row in with_leads["scored"]}

    assert with_leads["open"] == 3
    assert not with_leads["conditional_on_winning"]
    assert told["good"]["score"] > told["bad"]["score"]
    assert told["good"]["win_chance"] < told["bad"]["win_chance"]
    for row in told.values():
        assert row["expected"] == pytest.approx(row["score"] * row["win_chance"])
    assert [row["lead_id"] for row in with_leads["scored"]] == sorted(
        told, key=lambda who: -told[who]["expected"]
    )


def test_a_lead_unlike_anything_seen_is_said_to_be_so(with_leads: dict[str, Any]) -> None:
    told = {row["lead_id"]: row for row in with_leads["scored"]}

    assert told["odd"]["unlike_anything_seen"]
    assert told["odd"]["unlike"] == ["no customer had country Mars"]
    assert not told["good"]["unlike_anything_seen"]


def test_without_lost_leads_scores_hold_on_the_condition_that_the_lead_is_won(front_door: FrontDoor) -> None:
    tables = subscribers()
    tables["leads"] = won(tables) + leads(lost=0)

    found = decided(KIND, front_door(tables)).result

    assert found["leads"]["conditional_on_winning"]
    for row in found["leads"]["scored"]:
        assert row["expected"] is None
        assert row["reasons_for_null"]["win_chance"] == "no_lost_leads"
    assert any("on the condition that they are won" in sentence for sentence in found["sentences"])


def test_a_stored_scorecard_gives_the_scores_of_the_result(planted: Outcome) -> None:
    card = Scorecard.from_json(planted.result["scorecard"])

    for row in subscribers()["customers"][:20]:
        own = {name: row[name] for name in ("country", "colour", "staff")}
        assert card.score(own).value == pytest.approx(rows(planted)[str(row["customer_id"])]["score"])


def test_other_decisions_get_the_same_scores_and_the_same_ideal_customers(
    front_door: FrontDoor, planted: Outcome
) -> None:
    told = rows(planted)

    found = ideal_scores(front_door(subscribers()), seed=3)

    assert found is not None
    assert found.predicts == "yes"
    assert dict(zip(found.customers, found.ideal.tolist(), strict=True)) == {
        who: row["ideal"] for who, row in told.items()
    }


def test_lifetime_value_is_known_of_everybody_who_ever_paid_and_exact_of_those_who_left(
    planted: Outcome,
) -> None:
    told = rows(planted)
    left = [row for row in subscribers()["subscriptions"] if row["end"]]

    assert planted.result["lifetime_value"]["typical"]["value"] > 0
    for bill in left:
        own = told[str(bill["customer_id"])]
        assert own["lifetime_value_basis"] == "observed"
        assert own["lifetime_value_low"] == own["lifetime_value"] == own["lifetime_value_high"]


def test_too_few_customers_get_no_score_and_the_reason(front_door: FrontDoor) -> None:
    found = decided(KIND, front_door(subscribers(14)))

    assert found.result["score_quality"]["predicts"] == "cannot_tell"
    assert found.result["success"]["reasons"]["share"] == "insufficient_customers"
    assert {row["score"] for row in rows(found).values()} == {None}
    assert "too few customers" in found.result["sentences"][0]


def test_customers_that_all_fare_alike_have_no_profile(front_door: FrontDoor) -> None:
    tables = subscribers()
    tables["subscriptions"] = [
        bill_of(str(row["customer_id"]), str(row["start"]), "", 100.0) for row in tables["subscriptions"]
    ]

    found = decided(KIND, front_door(tables)).result

    assert found["profile"] == []
    assert found["score_quality"]["reasons"]["out_of_sample"] == "no_variation"


@pytest.mark.parametrize("option", [{"traits": ["height"]}, {"segment_by": "height"}, {"traits": ["plan"]}])
def test_a_trait_that_is_not_there_is_refused_by_name(
    front_door: FrontDoor, option: dict[str, object]
) -> None:
    with pytest.raises(InvalidInput, match=r"height|plan"):
        decided(KIND, front_door(small()), **option)


def small() -> Tables:
    return subscribers(30)
