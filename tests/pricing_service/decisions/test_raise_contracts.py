"""What customers have agreed to decides from when on a price may change, and by how much."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from pricing_service.decisions._raise_contracts import Contract, contracts, due_months, months_until
from tests.pricing_service.decisions.conftest import FrontDoor
from tests.pricing_service.decisions.raising_business import last_day
from tests.pricing_service.decisions.small_business import Row

TODAY = date(2026, 6, 30)


def test_without_a_term_a_price_changes_with_the_month_after_notice():
    assert Contract().effective(TODAY, notice_days=60) == date(2026, 9, 1)
    assert Contract().effective(date(2026, 6, 1), notice_days=0) == date(2026, 6, 1)


def test_a_contract_that_needs_longer_notice_gets_it():
    assert Contract(notice_days=90).effective(TODAY, notice_days=60) == date(2026, 10, 1)
    assert Contract(notice_days=5).effective(TODAY, notice_days=60) == date(2026, 9, 1)


def test_a_term_that_ends_after_notice_is_waited_for():
    assert Contract(every=12, term_end=date(2027, 2, 15)).effective(TODAY, notice_days=60) == date(
        2027, 2, 15
    )


def test_a_term_that_ends_before_notice_is_over_waits_for_the_next_end():
    assert Contract(every=12, term_end=date(2026, 7, 31)).effective(TODAY, notice_days=60) == date(
        2027, 7, 31
    )
    assert Contract(every=3, term_end=date(2024, 1, 1)).effective(TODAY, notice_days=60) == date(2026, 10, 1)


def test_terms_that_end_on_a_months_last_day_stay_there_after_a_short_month():
    contract = Contract(every=1, term_end=date(2026, 1, 31))

    assert contract.effective(date(2026, 2, 10), notice_days=0) == date(2026, 2, 28)
    assert contract.effective(date(2026, 3, 10), notice_days=0) == date(2026, 3, 31)


@pytest.mark.parametrize(
    ("contract", "months", "day"),
    [
        (Contract(), 1, date(2026, 9, 1)),
        (Contract(), 12, date(2027, 7, 1)),
        (Contract(notice_days=400), 12, date(2027, 9, 1)),
        (Contract(every=12, term_end=date(2026, 10, 15)), 3, date(2026, 10, 15)),
        (Contract(every=12, term_end=date(2026, 10, 15)), 4, date(2027, 10, 15)),
    ],
)
def test_a_price_that_is_kept_for_months_changes_on_the_next_day_that_it_may(contract, months, day):
    assert contract.effective(TODAY, notice_days=60, kept_months=months) == day
    begins = contract.begins_in(TODAY, notice_days=60, kept_months=months)
    assert begins == day.year * 12 + day.month - 1


@pytest.mark.parametrize(
    ("day", "months"),
    [(date(2026, 6, 1), 0), (date(2026, 7, 1), 1), (date(2027, 6, 30), 12), (date(2025, 1, 1), 0)],
)
def test_months_are_counted_from_month_to_month_and_never_backwards(day, months):
    assert months_until(day, TODAY) == months


def test_only_months_in_which_a_term_ends_are_due():
    month = 12 * 2026 + np.arange(24)

    due = due_months(Contract(every=12, term_end=date(2027, 3, 30)), month)

    assert np.flatnonzero(due).tolist() == [2, 14]
    assert due_months(Contract(), month).all()


@pytest.mark.parametrize("end", [date(2026, 12, 31), date(2027, 1, 1)])
def test_a_terms_last_day_or_the_day_after_is_one_month(end):
    contract = Contract(every=12, term_end=end)

    assert np.flatnonzero(due_months(contract, 12 * 2026 + np.arange(24))).tolist() == [0, 12]
    assert contract.begins_in(TODAY, notice_days=60) == 12 * 2027
    assert contract.begins_in(date(2026, 11, 30), notice_days=60) == 12 * 2028


def test_terms_that_would_end_after_a_short_months_last_day_stay_in_it():
    contract = Contract(every=6, term_end=date(2026, 8, 30))

    assert contract.begins_in(date(2026, 10, 1), notice_days=60) == 12 * 2027 + 1


def found(front_door: FrontDoor, *subscriptions: Row, ended: bool = False) -> dict[str, Contract]:
    rows: list[Row] = [{"end": "", "plan": "team"} | row for row in subscriptions]
    tables: dict[str, list[Row]] = {
        "customers": [{"customer_id": "a", "signed_up": "2024-01-01"}],
        "subscriptions": rows,
        "outcomes": [{"customer_id": "a", "date": last_day(29), "kpi": "hires", "amount": 100}],
        "kpis": [{"kpi": "hires", "kind": "revenue", "value_per_unit": 1, "attribution": 1}],
    }
    return contracts(front_door(tables), ended=ended)


def test_the_subscription_that_pays_most_decides(front_door: FrontDoor):
    common = {"customer_id": "a", "start": "2024-01-01"}
    small = common | {"subscription_id": "s1", "plan": "extra", "mrr": 10, "max_uplift": 0.01}
    large = common | {"subscription_id": "s2", "plan": "team", "mrr": 90, "max_uplift": 0.07}

    contract = found(front_door, small, large)["a"]

    assert (contract.plan, contract.max_uplift) == ("team", pytest.approx(0.07))


def test_what_has_ended_or_not_begun_binds_nobody(front_door: FrontDoor):
    over = {"customer_id": "a", "start": "2024-01-01", "end": "2025-01-01", "plan": "old", "mrr": 900}
    now = {"customer_id": "a", "start": "2025-01-01", "plan": "now", "mrr": 90}

    assert found(front_door, over, now)["a"].plan == "now"


def test_of_customers_who_left_the_last_contract_is_told_where_it_is_asked_for(front_door: FrontDoor):
    common = {"customer_id": "a", "mrr": 90}
    first = common | {"start": "2024-01-01", "end": "2025-01-01", "plan": "first", "mrr": 900}
    last = common | {"start": "2025-01-01", "end": "2026-01-01", "plan": "last"}

    assert found(front_door, first, last) == {}
    assert found(front_door, first, last, ended=True)["a"].plan == "last"
    running = common | {"start": "2026-01-01", "plan": "now", "mrr": 5}
    assert found(front_door, first, last, running, ended=True)["a"].plan == "now"


def test_a_term_without_an_end_is_counted_from_its_start(front_door: FrontDoor):
    contract = found(
        front_door,
        {"customer_id": "a", "start": "2024-01-01", "mrr": 90, "term_months": 6, "notice_days": 30},
    )["a"]

    assert (contract.every, contract.term_end, contract.notice_days) == (6, date(2024, 7, 1), 30)
    assert contract.effective(TODAY, notice_days=0) == date(2027, 1, 1)
    assert contract.due == 12 * 2024 + 6


def test_an_end_without_a_length_is_taken_for_a_year(front_door: FrontDoor):
    contract = found(
        front_door, {"customer_id": "a", "start": "2024-01-01", "mrr": 90, "term_end": "2026-12-31"}
    )["a"]

    assert (contract.every, contract.term_end) == (12, date(2026, 12, 31))


def test_without_terms_nothing_binds(front_door: FrontDoor):
    assert found(front_door, {"customer_id": "a", "start": "2024-01-01", "mrr": 90})["a"] == Contract(
        plan="team", on_plan_since=date(2024, 1, 1)
    )


def test_how_long_a_customer_is_on_its_plan_counts_from_the_plans_first_price(front_door: FrontDoor):
    common = {"customer_id": "a", "mrr": 90}
    before = common | {"start": "2023-01-01", "end": "2024-01-01", "plan": "small"}
    then = common | {"start": "2024-01-01", "end": "2025-01-01"}

    assert found(front_door, before, then, common | {"start": "2025-01-01"})["a"].on_plan_since == date(
        2024, 1, 1
    )
