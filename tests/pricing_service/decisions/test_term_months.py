"""Growth and raises tell the same months in which terms end, however their last day is written down."""

from __future__ import annotations

from datetime import date

import ibis
import numpy as np
import pyarrow as pa
import pytest

from pricing_service.decisions._growth_calendar import Contracts
from pricing_service.decisions._growth_ledger import read_book
from pricing_service.decisions._raise_contracts import contracts, due_months
from pricing_service.decisions._term_months import again, term_month
from tests.pricing_service.decisions.conftest import FrontDoor
from tests.pricing_service.decisions.raising_business import MONTHS, first_day, last_day
from tests.pricing_service.decisions.small_business import Tables

DAYS = [date(2024, 2, 28), date(2024, 2, 29), date(2024, 3, 1), date(2024, 12, 30), date(2024, 12, 31)]


def test_the_day_after_decides_the_month():
    assert [term_month(day) - 12 * 2024 for day in DAYS] == [1, 2, 2, 11, 12]


def test_the_engine_tells_the_same_months_as_a_single_date():
    table = ibis.memtable(pa.table({"day": pa.array(DAYS, pa.date32())}))

    found = table.select(month=term_month(table.day)).to_pyarrow()["month"].to_pylist()

    assert found == [term_month(day) for day in DAYS]


def test_terms_end_again_before_and_after_one_that_is_known():
    assert again(np.array([-12, -1, 0, 6, 24]), 12).tolist() == [True, False, True, False, True]


def business(**term: object) -> Tables:
    return {
        "customers": [{"customer_id": "a", "signed_up": first_day(0)}],
        "subscriptions": [
            {"customer_id": "a", "start": first_day(0), "end": "", "plan": "team", "mrr": 100} | term
        ],
        "outcomes": [{"customer_id": "a", "date": last_day(MONTHS - 1), "kpi": "hires", "amount": 100}],
        "kpis": [{"kpi": "hires", "kind": "revenue", "value_per_unit": 1, "attribution": 1}],
    }


@pytest.mark.parametrize(
    "term",
    [
        {"term_months": 12, "term_end": "2025-12-31"},
        {"term_months": 12, "term_end": "2026-01-01"},
        {"term_months": 3, "term_end": "2025-11-29"},
        {"term_months": 6},
        {"term_months": 6, "start": "2024-01-31"},
        {"term_months": 6, "start": "2024-02-29"},
    ],
)
def test_raises_wait_for_the_month_in_which_growth_sees_a_term_end(front_door: FrontDoor, term):
    panel = front_door(business(**term))
    book = read_book(panel)
    seen = Contracts.of(panel, book, history=MONTHS)
    assert seen is not None
    months = book.ledger.months
    due = np.flatnonzero(seen.calendar(np.zeros(1, dtype=np.intp)).past[:, 0] > 1)
    first = book.first.astype("datetime64[M]").astype(int) + 12 * 1970

    ours = np.flatnonzero(due_months(contracts(panel)["a"], first + np.arange(months)))

    assert (
        due.tolist()
        == ours[ours > term_month(date.fromisoformat(str(term.get("start", first_day(0))))) - first].tolist()
    )
