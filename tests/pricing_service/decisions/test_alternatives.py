"""Worth net of what customers would do without us, by customer and by trait."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pricing_service.decisions._alternatives import net_worth
from pricing_service.panel import StoredPanel
from tests.pricing_service.decisions.conftest import FrontDoor
from tests.pricing_service.decisions.small_business import Row, decided, job_board


def offered(front_door: FrontDoor, rows: list[Row], *, attribution: float | None = None) -> StoredPanel:
    return front_door(job_board(40, attribution=attribution) | {"alternatives": rows})


def own(customers: int, **known: object) -> list[Row]:
    row = {"alternative": "agency", "price": 500, "value_difference": 300} | known
    return [{"customer_id": f"c{at:03d}"} | row for at in range(customers)]


def worth(panel: StoredPanel, **options: object) -> dict[str, Any]:
    return decided("unit_worth", panel, metric="postings", **options).result


def ranking(panel: StoredPanel, **options: object) -> dict[str, Any]:
    return decided("value_metrics", panel, **options).result


def caveat(result: dict[str, Any], code: str) -> str:
    (found,) = [each["message"] for each in result["caveats"] if each["code"] == code]
    return str(found)


def test_the_next_best_alternative_is_the_one_that_leaves_us_least(front_door: FrontDoor) -> None:
    rows: list[Row] = [
        *own(1),
        *own(1, alternative="spreadsheet", price=0, value_difference=600),
        {"trait": "country", "level": "DE", "alternative": "union", "price": 300, "value_difference": 250},
        {"trait": "country", "level": "NL", "alternative": "union", "price": 900, "value_difference": 0},
    ]

    net = net_worth(offered(front_door, rows))

    # c000 is German: agency 800, spreadsheet 600, union 550.
    assert (net["c000"], net["c001"]) == (550, 900)
    assert "c002" not in net  # nothing is known of France


def test_alternatives_of_a_customer_merged_since_are_the_survivors(front_door: FrontDoor) -> None:
    tables = job_board(3)
    tables["customers"][1] |= {"merged_into": "c000", "merged_on": "2025-01-05"}
    tables["alternatives"] = [*own(1), *own(2, price=100)[1:]]

    assert net_worth(front_door(tables)) == {"c000": 400}


def test_a_customer_with_an_alternative_of_unknown_difference_is_left_out(front_door: FrontDoor) -> None:
    rows = [*own(2), *own(1, alternative="spreadsheet", price=0, value_difference="")]

    assert net_worth(offered(front_door, rows)) == {"c001": 800}


def test_alternatives_in_another_currency_are_converted_or_left_out(front_door: FrontDoor) -> None:
    tables = job_board(3)
    tables["alternatives"] = [
        *own(1),
        {
            "customer_id": "c001",
            "alternative": "agency",
            "price": 100,
            "value_difference": 0,
            "currency": "USD",
        },
        {
            "customer_id": "c002",
            "alternative": "agency",
            "price": 100,
            "value_difference": 0,
            "currency": "GBP",
        },
    ]
    tables["exchange_rates"] = [{"date": "2025-01-01", "currency": "USD", "rate": 0.9}]

    assert net_worth(front_door(tables)) == {"c000": 800, "c001": pytest.approx(90)}


def test_gross_outcomes_give_way_to_alternatives(front_door: FrontDoor) -> None:
    tables = job_board(40, attribution=None)
    postings: dict[str, float] = {}
    for row in tables["usage"]:
        if row["metric"] == "postings":
            customer = str(row["customer_id"])
            postings[customer] = postings.get(customer, 0) + float(str(row["units"])) / 6

    result = worth(offered(front_door, own(40)))

    assert result["basis"] == "net"
    assert [each["source"] for each in result["evidence"]["worth"]] == ["alternatives"]
    assert result["worth"]["value"] == pytest.approx(800 / np.median(list(postings.values())), rel=0.03)
    assert result["charts"]["attributions"] == []
    assert caveat(result, "net_of_alternatives").startswith("for 40 of 40 customers worth is net")


def test_net_outcomes_stay_for_customers_without_alternatives(front_door: FrontDoor) -> None:
    panel = offered(front_door, own(10), attribution=0.5)

    outcome = decided("unit_worth", panel, metric="postings")

    assert caveat(outcome.result, "net_of_alternatives").startswith("for 10 of 40 customers")
    assert [each["source"] for each in outcome.result["evidence"]["worth"]] == ["outcomes"]
    alone = decided("unit_worth", panel, metric="postings", sources=["outcomes"])
    assert outcome.rows is not None
    assert alone.rows is not None
    assert outcome.rows["worth"][:10] != alone.rows["worth"][:10]
    assert alone.result["worth"]["value"] == pytest.approx(20, rel=0.1)


def test_a_few_alternatives_do_not_stand_for_all_where_value_is_gross(front_door: FrontDoor) -> None:
    result = worth(offered(front_door, own(5)))

    assert result["basis"] == "gross"
    assert caveat(result, "too_few_alternatives").startswith(
        "alternatives are known in full for 5 customers only"
    )


def test_a_sum_a_month_says_nothing_about_one_more_unit(front_door: FrontDoor) -> None:
    assert worth(offered(front_door, own(40)))["marginal"]["reason"] == "not_identified"


def test_coverage_still_counts_who_reports_outcomes(front_door: FrontDoor) -> None:
    assert worth(offered(front_door, own(10)))["coverage"]["reporting"] == 40


def test_metrics_are_compared_on_what_we_are_worth_over_the_alternative(front_door: FrontDoor) -> None:
    # The agency bills by the seat: over it, seats and not postings are what value follows.
    tables = job_board(40, attribution=None)
    seats = {
        row["customer_id"]: float(str(row["units"])) for row in tables["usage"] if row["metric"] == "seats"
    }
    rng = np.random.default_rng(0)
    rows: list[Row] = [
        {
            "customer_id": customer,
            "alternative": "agency",
            "price": round(60 * held * float(np.exp(rng.normal(0, 0.1))), 2),
            "value_difference": 0,
        }
        for customer, held in seats.items()
    ]

    alone, over = ranking(front_door(tables)), ranking(front_door(tables | {"alternatives": rows}))

    assert (alone["recommended"], alone["basis"]) == ("postings", "gross")
    assert (over["recommended"], over["basis"]) == ("seats", "net")
    assert caveat(over, "net_of_alternatives").startswith("for 40 of 40 customers worth is net")
    assert any("next best alternative is known" in sentence for sentence in over["sentences"])
    assert over["coverage"]["reporting"] == 40


def test_alternatives_of_a_few_do_not_replace_the_outcomes_of_many_in_the_ranking(
    front_door: FrontDoor,
) -> None:
    gross = job_board(40, attribution=None)

    few = ranking(front_door(gross | {"alternatives": own(10)}))

    assert few["ranking"] == ranking(front_door(gross))["ranking"]
    assert caveat(few, "too_few_alternatives").startswith(
        "alternatives are known in full for 10 customers only"
    )


def test_a_worth_a_month_is_no_value_without_units_in_the_months_that_have_none(
    front_door: FrontDoor,
) -> None:
    tables = job_board(40, attribution=None)
    tables["usage"] = [
        row for row in tables["usage"] if row["metric"] != "postings" or str(row["date"])[5:7] in {"01", "04"}
    ]

    result = ranking(front_door(tables | {"alternatives": own(40)}))

    (postings,) = [each for each in result["ranking"] if each["metric"] == "postings"]
    assert postings["value_without_units_share"] == 0


def test_a_kpi_computed_from_a_metric_is_left_out_and_alternatives_stay(front_door: FrontDoor) -> None:
    tables = job_board(40, attribution=0.5)
    seats = {
        (row["customer_id"], str(row["date"])[:7]): row["units"]
        for row in tables["usage"]
        if row["metric"] == "seats"
    }
    tables["outcomes"] += [
        row | {"kpi": "activity", "amount": 3 * float(str(seats[row["customer_id"], str(row["date"])[:7]]))}
        for row in tables["outcomes"]
    ]
    tables["kpis"].append({"kpi": "activity", "kind": "revenue", "value_per_unit": 1, "attribution": 1})

    result = ranking(front_door(tables | {"alternatives": own(10)}))

    assert [each["kpi"] for each in result["circular_kpis"]] == ["activity"]
    assert caveat(result, "net_of_alternatives").startswith("for 10 of 40 customers")


def test_without_outcomes_alternatives_alone_can_name_the_metric(front_door: FrontDoor) -> None:
    tables = job_board(40)
    seats = {
        row["customer_id"]: float(str(row["units"])) for row in tables["usage"] if row["metric"] == "seats"
    }
    del tables["outcomes"]
    rng = np.random.default_rng(1)
    rows: list[Row] = [
        {
            "customer_id": who,
            "alternative": "agency",
            "price": round(60 * held * float(np.exp(rng.normal(0, 0.1))), 2),
            "value_difference": 5,
        }
        for who, held in seats.items()
    ]

    result = ranking(front_door(tables | {"alternatives": rows}))

    assert (result["recommended"], result["verdict"]) == ("seats", "clear")
