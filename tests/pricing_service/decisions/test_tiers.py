"""A menu of tiers: what customers would do with it, how sure that is, and what is said where data cannot tell."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from pricing_service.decisions import Outcome, canonical_json
from pricing_service.decisions._newcomers import newcomers_of
from pricing_service.decisions._tier_customers import MONTHS, months_of_use
from pricing_service.decisions._tier_words import what_for
from pricing_service.panel import StoredPanel
from tests.pricing_service.decisions.conftest import FrontDoor
from tests.pricing_service.decisions.small_business import Row, Tables, decided, job_board
from tests.pricing_service.decisions.test_offers import quotes

CUSTOMERS = 60


def board(*, willing: float = 4.0, periods: int = 6) -> Tables:
    """A job board that has offered postings at list prices; a typical lead would pay `willing` for one."""
    leads = [{"lead_id": f"l{at:03d}", "created": "2025-02-01"} for at in range(150)]
    return job_board(CUSTOMERS, periods=periods) | {"quotes": quotes(150, willing=willing), "leads": leads}


@pytest.fixture(scope="module")
def sold(front_door: FrontDoor) -> StoredPanel:
    return front_door(board())


@pytest.fixture(scope="module")
def menu(sold: StoredPanel) -> Outcome:
    return decided("tiers", sold, metric="postings")


def asked(panel: StoredPanel, **options: Any) -> dict[str, Any]:
    return decided("tiers", panel, metric="postings", **options).result


def refused(panel: StoredPanel, **options: Any) -> tuple[str, str]:
    """Ask where there can be no menu; return the reason and what is said."""
    result = asked(panel, max_tiers=2, **options)
    assert result["tiers"] == []
    assert result["expected"]["monthly_revenue"]["value"] is None
    assert result["price_level"] is None
    assert result["today_rests_on"] is None
    assert result["usual_discount"]["reason"] == result["reasons"]["today_rests_on"]
    assert set(result["reasons"].values()) == {result["expected"]["monthly_revenue"]["reason"]}
    return result["reasons"]["certificate"], result["sentences"][0]


def test_tiers_rise_in_price_and_in_what_they_include(menu: Outcome) -> None:
    tiers = menu.result["tiers"]

    assert 1 <= len(tiers) <= 4
    assert [tier["price"] for tier in tiers] == sorted({tier["price"] for tier in tiers})
    assert all(tier["included_units"] > 0 for tier in tiers)
    assert sum(tier["share_of_customers"] for tier in tiers) <= 1


def test_what_it_earns_is_an_estimate_for_existing_customers_and_newcomers(menu: Outcome) -> None:
    expected = menu.result["expected"]

    total = expected["monthly_revenue"]
    assert total["unit"] == "EUR/month"
    assert total["low"] < total["value"] < total["high"]
    parts = (
        expected["existing"]["if_all_choose_anew"]["value"]
        + expected["newcomers"]["monthly_revenue"]["value"]
    )
    assert total["value"] == pytest.approx(parts)
    assert expected["newcomers"]["customers"] == 150
    assert menu.result["newcomers_rest_on"] == "leads"


def test_who_may_keep_todays_plan_never_pays_more_than_it_gains(menu: Outcome, sold: StoredPanel) -> None:
    existing = menu.result["expected"]["existing"]

    assert existing["customers"] == CUSTOMERS
    assert existing["if_they_may_keep_today"]["value"] > 0
    assert menu.result["against_today"]["monthly_revenue"] == pytest.approx(
        sum(float(row["mrr"]) for row in board()["subscriptions"])
    )


def test_the_menu_is_certified_and_tried_on_others(menu: Outcome) -> None:
    certificate = menu.result["certificate"]

    assert certificate["method"] == "enumeration"
    assert certificate["gap"] >= 0
    assert -0.05 <= certificate["held_out_regret"] < 0.5


def test_where_each_need_is_whole_and_steady_the_menu_is_computed(sold: StoredPanel) -> None:
    asked = {"metric": "seats", "max_tiers": 2, "kept": "hard", "fences": False}

    flat, sold_on = (
        decided("tiers", sold, overage=beyond, **asked).result["certificate"] for beyond in (False, True)
    )

    assert flat["method"] == "dynamic_programme"
    assert sold_on["method"] == "enumeration"


def test_each_further_tier_earns_at_least_as_much_and_says_what_it_adds(menu: Outcome) -> None:
    curve = menu.result["by_tier_count"]

    assert [row["tiers"] for row in curve] == [1, 2, 3, 4]
    earned = [row["monthly_margin"] for row in curve]
    assert earned == sorted(earned)
    assert curve[0]["reasons"] == {"adds": "first_tier"}


def test_every_paying_customer_has_its_tier_bill_and_change(menu: Outcome) -> None:
    rows = menu.rows
    assert rows is not None

    assert rows["customer_id"] == [f"c{at:03d}" for at in range(CUSTOMERS)]
    names = {tier["name"] for tier in menu.result["tiers"]}
    for tier, bill, change in zip(rows["tier"], rows["bill"], rows["change"], strict=True):
        assert (tier is None) == (bill is None) == (change is None)
        assert tier is None or (tier in names and bill > 0)


def test_the_same_data_options_and_seed_give_the_same_bytes(sold: StoredPanel) -> None:
    one, other = (asked(sold, max_tiers=2) for _ in range(2))

    assert canonical_json(one) == canonical_json(other)


def test_where_people_would_pay_more_the_menu_earns_more(front_door: FrontDoor, menu: Outcome) -> None:
    dearer = asked(front_door(board(willing=7.0)))

    assert (
        dearer["expected"]["monthly_revenue"]["value"]
        > 1.2 * menu.result["expected"]["monthly_revenue"]["value"]
    )


def test_without_overage_nothing_is_sold_beyond_what_is_included(sold: StoredPanel) -> None:
    assert all(tier["overage_price"] is None for tier in asked(sold, overage=False, max_tiers=2)["tiers"])


@pytest.mark.parametrize(("endings", "digit"), [("nine", "9"), ("round", "0")])
def test_fees_end_as_the_house_wants(sold: StoredPanel, endings: str, digit: str) -> None:
    fees = [tier["price"] for tier in asked(sold, price_endings=endings, max_tiers=2)["tiers"]]

    assert all(f"{fee:.0f}"[-1] == digit for fee in fees if fee >= 100)


def test_guard_rails_are_kept(sold: StoredPanel) -> None:
    tiers = asked(sold, max_cliff=0.5, max_tiers=3)["tiers"]

    for below, above in pairwise(tiers):
        jump = min(below["overage_price"] or np.inf, above["price"] - below["price"])
        assert jump <= 0.5 * below["price"]


def test_guard_rails_that_no_menu_can_keep_are_named(front_door: FrontDoor) -> None:
    tables = board()
    for row in tables["subscriptions"]:
        row["mrr"] = 0.01

    assert refused(front_door(tables), max_bill_rise=0.0) == (
        "guards_too_tight",
        "No menu of tiers can be designed: no menu keeps to max_cliff and max_bill_rise: loosen one of them.",
    )


def test_a_unit_that_costs_more_than_anybody_would_pay_is_not_sold(front_door: FrontDoor) -> None:
    tables = board()
    tables["metrics"][0]["unit_cost"] = 500

    assert refused(front_door(tables))[0] == "nobody_would_pay"


def test_today_is_kept_where_the_menu_is_not_credibly_better(front_door: FrontDoor) -> None:
    tables = board(willing=2.0)
    for row in tables["subscriptions"]:  # customers pay far more already than leads would
        row["mrr"] = 2000

    result = asked(front_door(tables), max_tiers=2)

    assert result["recommendation"] == "keep_today"
    assert result["todays_plans"]["reasons"] == dict.fromkeys(
        ("price_change", "probability_better"), "no_sure_gain"
    )
    assert result["sentences"][0].startswith("Keep today's prices for now")


def test_where_today_is_far_too_cheap_newcomers_are_offered_the_menu_and_a_step_of_prices_is_shown(
    front_door: FrontDoor,
) -> None:
    tables = board()
    for row in tables["subscriptions"]:
        row["mrr"] = 20

    result = asked(front_door(tables), max_tiers=2)

    assert (result["recommendation"], result["against_menu"]) == ("new_menu", None)
    assert result["reasons"] == {"against_menu": "menu_is_advised"}
    step = result["todays_plans"]
    assert (step["price_change"], step["probability_better"]) == (0.3, 1.0)
    assert step["menu_probability_better"] > 0.9
    assert (
        step["newcomers_monthly_margin"]["value"]
        > result["against_today"]["newcomers_monthly_revenue"]["value"]
    )
    assert result["sentences"][0].startswith("Offer new customers ")
    below = 100 * (1 - result["price_level"])
    assert below > 0
    said = result["sentences"][1].replace("\u202f", " ")
    assert f"{below:.0f} % below those that would earn most on average" in said
    assert result["certificate"]["gap"] > 0


def test_where_nobody_pays_today_the_menu_says_of_what_there_is_none(front_door: FrontDoor) -> None:
    tables = board()
    del tables["subscriptions"]

    result = asked(front_door(tables), max_tiers=2)

    canonical_json(result)
    assert (result["today_rests_on"], result["reasons"]["today_rests_on"]) == (None, "no_bills")
    for tier in result["tiers"]:
        assert (tier["share_of_customers"], tier["reasons"]["share_of_customers"]) == (None, "no_bills")
        assert tier["share_of_newcomers"] > 0


def test_where_nothing_tells_what_they_would_pay_or_too_few_use_it_there_is_no_menu(
    front_door: FrontDoor,
) -> None:
    reason, said = refused(front_door(board(periods=2) | job_board(10)))

    assert reason == "insufficient_customers"
    assert "needs 20 customers that used postings, has 10" in said


def test_months_of_use_are_the_latest_active_ones(front_door: FrontDoor) -> None:
    tables = job_board(30, periods=15)
    panel = front_door(tables)

    ids, units, known = months_of_use(
        panel, next(each for each in panel.metrics if each.metric == "postings")
    )

    assert ids == [f"c{at:03d}" for at in range(30)]
    assert known.all()
    assert units.shape == (30, MONTHS)
    own = [
        float(str(row["units"]))
        for row in tables["usage"]
        if row["customer_id"] == "c004" and row["metric"] == "postings"
    ]
    assert units[4].tolist() == own[-MONTHS:]


@pytest.mark.parametrize(
    ("kept", "basis", "count"),
    [(["leads", "quotes"], "leads", 2), (["quotes"], "quotes", 1), ([], "customers", 5)],
)
def test_newcomers_are_counted_where_they_are_told(
    front_door: FrontDoor, kept: list[str], basis: str, count: int
) -> None:
    leads: list[Row] = [
        {"lead_id": "old", "created": "2023-01-01"}, {"lead_id": "a", "created": "2025-01-01"},
        {"lead_id": "b", "created": "2025-03-01"},
    ]  # fmt: skip
    offers: list[Row] = [
        {"quote_id": f"q{at}", "lead_id": "a", "date": "2025-02-01", "price": 5, "result": "lost"}
        for at in range(2)
    ]
    tables = job_board(5) | {
        name: rows for name, rows in (("leads", leads), ("quotes", offers)) if name in kept
    }
    if "leads" not in kept and "quotes" in kept:
        for row in tables["quotes"]:
            row["customer_id"] = ""

    found = newcomers_of(front_door(tables))

    assert (found.basis, found.count) == (basis, count)


def test_every_tier_says_for_whom_it_is(menu: Outcome) -> None:
    told = [tier for tier in menu.result["tiers"] if tier["needs"] is not None]

    assert told
    for tier in told:
        assert tier["needs"]["p25"] <= tier["needs"]["p50"] <= tier["needs"]["p75"]
        assert tier["for"].startswith(("half of its customers need", "most of its customers need"))


def test_a_tier_that_no_customer_takes_says_so(sold: StoredPanel) -> None:
    metric = next(each for each in sold.metrics if each.metric == "postings")

    said = what_for({"needs": None, "included_units": 1200.0}, metric)

    assert said == "needs of up to 1,200 × posting a month; no customer of today takes it"


def test_overage_says_how_far_usage_may_shrink(sold: StoredPanel, menu: Outcome) -> None:
    overage = menu.result["overage"]

    assert overage["monthly_revenue"] > 0
    assert 0 < overage["break_even_shrink"] < 1
    none = asked(sold, overage=False, max_tiers=2)["overage"]
    assert none["monthly_revenue"] == 0
    assert none["reasons"] == {"break_even_shrink": "no_overage"}


def test_ideal_customers_are_told_apart_where_traits_foretell_them(menu: Outcome) -> None:
    ideal = menu.result["ideal"]

    assert 0 < ideal["customers"] < CUSTOMERS
    assert sum(row["share"] for row in ideal["tiers"]) == pytest.approx(1 - ideal["leave_share"])
    assert any(f"Of the {ideal['customers']} ideal customers" in said for said in menu.result["sentences"])


def test_ideal_customers_count_as_often_as_is_asked_for(sold: StoredPanel, menu: Outcome) -> None:
    often = asked(sold, ideal_weight=20, max_tiers=2)

    assert (menu.result["ideal"]["weight"], often["ideal"]["weight"]) == (1.0, 20.0)
    assert any("counting 20 times as much" in said for said in often["sentences"])
    assert not any("times as much" in said for said in menu.result["sentences"])


def test_a_menu_that_earns_less_but_costs_far_less_to_serve_is_better(front_door: FrontDoor) -> None:
    tables = board()
    tables["metrics"][0]["unit_cost"] = 3
    for row in tables["subscriptions"]:  # everybody pays the same, however much it costs us
        row["mrr"] = 100

    result = asked(front_door(tables), max_tiers=2)

    assert result["against_today"]["change"]["value"] < -0.1
    assert (result["recommendation"], result["against_today"]["probability_better"]) == ("new_menu", 1.0)
    assert result["ideal"] == {
        "customers": 0, "weight": 1.0, "tiers": [], "pay_more_share": None, "leave_share": None,
        "reasons": dict.fromkeys(("pay_more_share", "leave_share"), "nobody_known_to_be_ideal"),
    }  # fmt: skip


def test_shares_of_customers_by_tier_add_up_month_by_month(menu: Outcome) -> None:
    climbing = menu.result["charts"]["climbing"]

    for month in {row["month"] for row in climbing}:
        assert sum(row["share"] for row in climbing if row["month"] == month) == pytest.approx(1)


def test_the_path_begins_where_customers_are_and_goes_on_as_they_outgrow_their_tier(menu: Outcome) -> None:
    assert menu.rows is not None
    rows = list(zip(menu.rows["tier"], menu.rows["outgrows_in_months"], strict=True))
    placed = [tier for tier, _ in rows if tier is not None]
    within_a_year = [tier for tier, months in rows if months is not None and months <= 12]
    path = {(row["month"], row["tier"]): row["share"] for row in menu.result["charts"]["climbing"]}

    for tier in menu.result["tiers"]:
        name, here = tier["name"], placed.count(tier["name"])
        assert path[0, name] == pytest.approx(here / len(placed))
        assert tier["outgrown_within_a_year"] == pytest.approx(within_a_year.count(name) / here)
    smallest = menu.result["tiers"][0]["name"]
    stay = placed.count(smallest) - within_a_year.count(smallest)
    assert path[12, smallest] == pytest.approx(stay / len(placed))
