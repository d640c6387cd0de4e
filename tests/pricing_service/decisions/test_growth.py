"""Growth and retention through the front door: known figures, a bridge that closes, and what few data leave unsaid."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from models.errors import InvalidInput
from pricing_service.decisions import Outcome
from tests.models.retention.ledgers import MINI
from tests.pricing_service.decisions.conftest import FrontDoor
from tests.pricing_service.decisions.small_business import Row, Tables, decided

KIND = "growth"


def month(at: int) -> str:
    return f"{2024 + at // 12}-{at % 12 + 1:02d}-01"


def monthly(ends: np.ndarray, *, times: int = 1) -> Tables:
    """Month-ends (T, n) as the table monthly_mrr, each customer so many times."""
    rows: list[Row] = [
        {"customer_id": f"c{copy}{who}", "month": month(at), "mrr": int(ends[at, who])}
        for copy in range(times)
        for who in range(ends.shape[1])
        for at in range(len(ends))
        if ends[at, who]
    ]
    return {"monthly_mrr": rows}


def subscription(who: str, start: int, end: int | None, mrr: float, **more: object) -> Row:
    stop = "" if end is None else month(end)
    return {"customer_id": who, "start": month(start), "end": stop, "plan": "team", "mrr": mrr, **more}


@pytest.fixture(scope="module")
def mini(front_door: FrontDoor) -> Outcome:
    return decided(KIND, front_door(monthly(MINI, times=3)))


def last(outcome: Outcome) -> dict[str, Any]:
    rows: list[dict[str, Any]] = outcome.result["months"]
    return rows[-1]


def test_the_mini_ledger_has_its_known_retention_by_the_default_convention(mini: Outcome) -> None:
    assert last(mini)["nrr"]["value"] == pytest.approx(580 / 700)
    assert last(mini)["grr"]["value"] == pytest.approx(520 / 700)
    assert last(mini)["logo_retention"]["value"] == pytest.approx(5 / 6)
    assert mini.result["convention"]["name"] == "endpoint"
    assert mini.result["variants"]["nrr_survivors"]["value"] == pytest.approx(0.966667, abs=1e-6)


def test_the_bridge_of_every_month_closes_to_the_cent(mini: Outcome) -> None:
    for row in mini.result["months"]:
        gained = row["new"] + row["reactivation"] + row["expansion"] + row["price_raise"]
        moved = gained - row["contraction"] - row["churn"]
        assert round(row["opening_mrr"] + moved - row["closing_mrr"], 2) == 0


def test_another_convention_is_named_and_counted_by_its_own_formula(front_door: FrontDoor) -> None:
    found = decided(KIND, front_door(monthly(MINI, times=3)), convention="compounded")

    assert last(found)["nrr"]["value"] == pytest.approx(0.727848, abs=1e-6)
    assert last(found)["grr"]["value"] == pytest.approx(0.596745, abs=1e-6)
    assert "compounded" in found.result["sentences"][-2]


def test_gross_retention_is_told_first_and_a_leak_before_expansion(mini: Outcome) -> None:
    first, second = mini.result["sentences"][:2]

    assert first.startswith("The bucket may leak. Of the revenue of 12 months ago 74 %")
    assert second.startswith("With expansion it is 83 %")


def test_a_window_that_is_not_over_has_a_reason_and_no_number(mini: Outcome) -> None:
    assert mini.result["months"][5]["nrr"]["reason"] == "window_not_over"


def test_a_history_shorter_than_the_window_says_so(front_door: FrontDoor) -> None:
    found = decided(KIND, front_door(monthly(MINI[:8], times=3)))

    assert found.result["sentences"][0] == (
        "How much revenue stays is not known: the data do not span 12 months yet."
    )
    assert found.result["variants"] == {}


def test_customers_of_one_parent_are_one(front_door: FrontDoor) -> None:
    tables = monthly(MINI, times=3)
    ids = sorted({str(row["customer_id"]) for row in tables["monthly_mrr"]})
    tables["customers"] = [
        {"customer_id": who, "signed_up": month(0), "parent_id": "c00" if who.startswith("c0") else ""}
        for who in ids
    ]
    found = decided(KIND, front_door(tables))

    assert last(found)["nrr"]["n"] == 12 + 1
    # Of the first group those who are not there yet count as growth of the one parent.
    assert last(found)["nrr"]["value"] == pytest.approx((2 * 580 + 700) / 2100)


def test_who_signed_up_before_the_first_month_is_no_new_business(front_door: FrontDoor) -> None:
    tables: Tables = {
        "subscriptions": [subscription(f"c{at}", 0, None, 100) for at in range(12)],
        "customers": [{"customer_id": f"c{at}", "signed_up": "2021-05-01"} for at in range(12)],
        "usage": [{"customer_id": "c0", "date": "2025-03-31", "metric": "seats", "units": 1}],
    }
    first = decided(KIND, front_door(tables)).result["months"][0]

    assert (first["opening_mrr"], first["new"], first["closing_mrr"]) == (1200, 0, 1200)


def test_raises_that_were_told_and_taken_are_a_line_of_their_own(front_door: FrontDoor) -> None:
    rows = [subscription(f"c{at}", 0, None, 100, subscription_id="s") for at in range(12)]
    rows[0]["end"] = month(8)
    rows.append(subscription("c0", 8, None, 110, subscription_id="s"))
    tables: Tables = {
        "subscriptions": rows,
        "price_changes": [
            {"customer_id": "c0", "date": month(8), "old_mrr": 100, "offered_mrr": 110, "new_mrr": 110},
            {"customer_id": "c1", "date": month(8), "old_mrr": 100, "offered_mrr": 110, "new_mrr": 110},
        ],
        "usage": [{"customer_id": "c0", "date": "2025-03-31", "metric": "seats", "units": 1}],
    }
    found = decided(KIND, front_door(tables))

    assert (found.result["months"][8]["price_raise"], found.result["months"][8]["expansion"]) == (10, 0)
    assert last(found)["nrr"]["value"] == pytest.approx(1210 / 1200)
    assert last(found)["nrr_without_raises"]["value"] == pytest.approx(1.0)
    assert [each["code"] for each in found.result["caveats"]].count("raises_not_in_mrr") == 1


def test_a_raise_that_was_told_to_a_customer_merged_since_is_the_survivors(front_door: FrontDoor) -> None:
    rows = [subscription(f"c{at}", 0, None, 100) for at in range(12)]
    rows += [subscription("old", 0, 8, 100), subscription("old", 8, None, 110)]
    tables: Tables = {
        "subscriptions": rows,
        "customers": [{"customer_id": f"c{at}", "signed_up": month(0)} for at in range(12)]
        + [{"customer_id": "old", "signed_up": month(0), "merged_into": "c0", "merged_on": month(10)}],
        "price_changes": [
            {"customer_id": "old", "date": month(8), "old_mrr": 100, "offered_mrr": 110, "new_mrr": 110}
        ],
        "usage": [{"customer_id": "c0", "date": "2025-03-31", "metric": "seats", "units": 1}],
    }
    found = decided(KIND, front_door(tables))

    assert (found.result["months"][8]["price_raise"], found.result["months"][8]["expansion"]) == (10, 0)
    assert "raises_not_in_mrr" not in [each["code"] for each in found.result["caveats"]]


def test_a_trial_that_becomes_paid_is_new_when_it_is_paid(front_door: FrontDoor) -> None:
    rows = [subscription(f"c{at}", 0, None, 100) for at in range(12)]
    rows += [subscription("t", 2, 4, 50, status="trial"), subscription("t", 4, None, 50)]
    tables: Tables = {
        "subscriptions": rows,
        "usage": [{"customer_id": "c0", "date": "2025-03-31", "metric": "seats", "units": 1}],
    }
    months = decided(KIND, front_door(tables)).result["months"]

    assert (months[2]["new"], months[4]["new"]) == (0, 50)


def test_the_paid_period_of_a_cancelled_year_counts_to_its_end(front_door: FrontDoor) -> None:
    """The worked case of four Gold at 2,000 a year: new 166.67 a month each, and churn when the paid year is over."""
    rows = [subscription(f"gold{at}", 0, 12, round(2000 / 12, 6)) for at in range(4)]
    rows += [subscription(f"c{at}", 0, None, 100) for at in range(10)]
    tables: Tables = {
        "subscriptions": rows,
        "usage": [{"customer_id": "c0", "date": "2025-03-31", "metric": "seats", "units": 1}],
    }
    months = decided(KIND, front_door(tables)).result["months"]

    assert months[0]["new"] == pytest.approx(4 * 166.67 + 1000)
    assert [row["churn"] for row in months[1:13]] == [0] * 11 + [pytest.approx(4 * 166.67)]


def test_the_share_that_doubled_counts_only_who_was_there(front_door: FrontDoor) -> None:
    ends = np.full((13, 20), 100)
    ends[6:, :5] = 200
    ends[:3, 19] = 0
    found = decided(KIND, front_door(monthly(ends)))

    assert found.result["doubled"]["value"] == pytest.approx(5 / 19)
    assert found.result["doubled"]["low"] < 5 / 19 < found.result["doubled"]["high"]


def test_one_customer_that_carries_the_number_is_named(front_door: FrontDoor) -> None:
    ends = np.full((13, 20), 100)
    ends[:, 0] = 10_000
    found = decided(KIND, front_door(monthly(ends)))

    assert "few_customers_carry_it" in [each["code"] for each in found.result["caveats"]]
    assert found.result["concentration"]["largest_share"] == pytest.approx(10_000 / 11_900)


def test_cohorts_start_with_their_first_bill_and_age(mini: Outcome) -> None:
    cohorts = {row["month"]: row for row in mini.result["cohorts"]}

    assert cohorts["2024-03"]["customers"][0] == 6
    assert cohorts["2024-03"]["mrr"][-1] == 3 * 120
    assert mini.result["by_age"][0]["paying"]["value"] == 1


def test_the_forecast_goes_on_from_the_last_month_in_bands_that_widen(mini: Outcome) -> None:
    ahead = mini.result["forecast"]
    widths = [row["mrr"]["high"] - row["mrr"]["low"] for row in ahead]

    assert [ahead[0]["month"], ahead[-1]["month"]] == ["2025-02", "2026-01"]
    assert widths[11] > widths[5] > widths[0] > 0
    assert ahead[-1]["grr"]["value"] <= min(1, ahead[-1]["nrr"]["value"])


def test_beyond_the_window_retention_is_not_foreseen_but_money_is(front_door: FrontDoor) -> None:
    ahead = decided(KIND, front_door(monthly(MINI, times=3)), forecast_months=14).result["forecast"]

    assert ahead[13]["nrr"]["reason"] == "begins_after_today"
    assert ahead[13]["mrr"]["value"] > 0


def test_without_a_whole_month_nothing_is_claimed(front_door: FrontDoor) -> None:
    tables: Tables = {
        "subscriptions": [subscription("c0", 0, None, 100)],
        "usage": [{"customer_id": "c0", "date": "2024-01-10", "metric": "seats", "units": 1}],
    }
    found = decided(KIND, front_door(tables))

    assert found.result["months"] == []
    assert found.result["doubled"]["reason"] == "no_bills"


def test_an_unknown_trait_is_refused(mini: Outcome, front_door: FrontDoor) -> None:
    with pytest.raises(InvalidInput, match="not a trait"):
        decided(KIND, front_door(monthly(MINI)), segment_by="colour")
