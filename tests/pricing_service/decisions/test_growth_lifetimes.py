"""How long customers stay and what that is worth: a known churn is found, none is finite, and costs are taken off."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pricing_service.decisions import Outcome
from pricing_service.decisions._growth_calendar import UsualTerms
from pricing_service.decisions._growth_ledger import read_book
from pricing_service.decisions._growth_lives import Lives
from tests.pricing_service.decisions.conftest import FrontDoor
from tests.pricing_service.decisions.small_business import Row, Tables, decided
from tests.pricing_service.decisions.test_growth import KIND, month, monthly
from tests.pricing_service.decisions.test_growth_renewals import seen, yearly

MONTHS, CUSTOMERS, BILL = 30, 500, 200
CHURN = 0.05


def leaving(churn: float, *, customers: int = CUSTOMERS) -> Tables:
    """Customers who come evenly over the months and leave with one chance a month, all paying the same."""
    rng = np.random.default_rng(9)
    first = np.arange(customers) % (MONTHS - 2)
    stayed = rng.geometric(churn, customers) if churn else np.full(customers, MONTHS)
    at = np.arange(MONTHS)[:, None]
    return monthly(np.where((at >= first) & (at < first + stayed), BILL, 0))


def worth(*, churn: float, months: int = 60, rate: float = 0.12) -> float:
    kept = (1 - churn) * (1 + rate) ** (-1 / 12)
    return float(BILL * (kept ** np.arange(months)).sum())


@pytest.fixture(scope="module")
def found(front_door: FrontDoor) -> Outcome:
    tables = leaving(CHURN)
    tables["costs"] = [
        {"customer_id": "c01", "date": month(at), "kind": kind, "amount": amount, "purpose": ""}
        for at in range(MONTHS)
        for kind, amount in (("hosting", 4000), ("acquisition", 9000))
    ]
    return decided(KIND, front_door(tables))


@pytest.fixture(scope="module")
def plain(front_door: FrontDoor) -> Outcome:
    return decided(KIND, front_door(leaving(CHURN)))


def holds(estimate: dict[str, Any], truth: float) -> bool:
    return bool(estimate["low"] <= truth <= estimate["high"])


def test_a_known_churn_makes_the_lifetime_value_that_it_should(plain: Outcome) -> None:
    assert holds(plain.result["lifetime_value"], worth(churn=CHURN))
    assert plain.result["lifetime_value"]["unit"] == "EUR/customer"


def test_half_of_the_customers_are_gone_when_they_should_be(plain: Outcome) -> None:
    assert holds(plain.result["lifetime"]["median_months"], float(np.ceil(np.log(0.5) / np.log(1 - CHURN))))


def test_the_share_still_paying_at_an_age_is_kaplan_and_meiers(plain: Outcome) -> None:
    rows = {row["age_months"]: row["paying"] for row in plain.result["by_age"]}

    assert holds(rows[12], (1 - CHURN) ** 12)


def test_costs_to_serve_are_taken_off_and_said_so(found: Outcome, plain: Outcome) -> None:
    share = found.result["gross_margin"]

    assert 0.5 < share < 0.95
    assert plain.result["gross_margin"] is None
    assert plain.result["reasons"]["gross_margin"] == "no_costs_to_serve"
    assert found.result["lifetime_value"]["value"] == pytest.approx(
        share * plain.result["lifetime_value"]["value"]
    )
    assert "margin after cost to serve" in " ".join(found.result["sentences"])
    assert "no table tells costs" in " ".join(plain.result["sentences"])


def test_winning_a_customer_is_paid_back_after_some_months(found: Outcome) -> None:
    cost, payback = found.result["acquisition_cost"], found.result["cac_payback_months"]
    alone = cost["value"] / (BILL * found.result["gross_margin"])

    assert cost["value"] == pytest.approx(12 * 9000 / cost["n"])
    assert alone <= payback["value"] < 3 * alone


def test_without_acquisition_costs_there_is_no_payback_and_a_reason(plain: Outcome) -> None:
    assert plain.result["cac_payback_months"]["reason"] == "no_acquisition_costs"


def test_where_nobody_left_a_life_is_long_and_finite(front_door: FrontDoor) -> None:
    calm = decided(KIND, front_door(leaving(0.0, customers=60)))
    value = calm.result["lifetime_value"]

    assert worth(churn=0.05) < value["low"] < value["value"] <= worth(churn=0.0) + 1e-6
    assert calm.result["lifetime"]["median_months"]["value"] is None


def test_lifetime_value_is_set_beside_that_of_a_year_ago(plain: Outcome) -> None:
    growth = plain.result["lifetime_value_growth"]

    assert holds(growth, 0.0)
    assert growth["unit"] == "share"


def test_who_has_stayed_longer_has_as_much_still_to_come_where_churn_is_the_same_for_all(
    plain: Outcome,
) -> None:
    new, old = (plain.result["lifetime"]["by_tenure"][at]["still_to_come"] for at in (0, 1))

    assert old["value"] == pytest.approx(new["value"], rel=0.2)


def test_a_year_on_contract_is_one_renewal_and_first_bills_tell_what_new_customers_pay(
    front_door: FrontDoor,
) -> None:
    """A fifth leaves at the end of each year; who came of late pays 100, and twice that after a year."""
    rng = np.random.default_rng(4)
    rows = []
    for at in range(300):
        start, years = int(rng.integers(1, 24)) - 12 * int(at < 150), int(rng.geometric(0.2))
        for year in range(years):
            since = start + 12 * year
            until = since + 12 if since + 12 < 25 else None
            bill = 100 if year == 0 else 200
            rows.append(yearly(f"a{at:03d}", since, until, bill, term_end=month(since + 12)))
            if until is None:
                break
    customers = [{"customer_id": f"a{at:03d}", "signed_up": rows_start(rows, at)} for at in range(300)]
    found = decided(KIND, front_door(seen(rows, customers=customers))).result
    months = np.arange(60)
    truth = 100 * (1.12 ** (-months / 12) * 0.8 ** (months // 12)).sum()

    assert holds(found["lifetime_value"], truth)
    assert found["lifetime"]["new_pays"]["value"] == pytest.approx(100)
    assert found["lifetime"]["new_pays_by"] == "first_bills"
    assert [(row["term_months"], row["customers"]) for row in found["lifetime"]["terms"]] == [
        (12, found["lifetime"]["terms"][0]["customers"])
    ]
    said = " ".join(found["sentences"])
    assert "who pays as those of the last two years did at first" in said
    assert "of those on terms a renewal is a term's end" in said


def rows_start(rows: list[Row], at: int) -> object:
    return next(row["start"] for row in rows if row["customer_id"] == f"a{at:03d}")


def test_who_signed_up_weeks_before_its_contract_began_has_renewed_no_more_often(
    front_door: FrontDoor,
) -> None:
    panel = front_door(
        seen(
            [yearly("a", 2, 14, 100), yearly("b", 3, None, 100)],
            customers=[{"customer_id": each, "signed_up": month(1)} for each in ("a", "b")],
        )
    )
    book = read_book(panel)
    stays = Lives(book, book.ledger.months, UsualTerms.of(panel, book)).by_terms

    assert stays is not None
    assert stays.months.tolist() == [12, 22]
    assert stays.renewals(12).up.tolist() == [2]
