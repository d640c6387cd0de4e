"""What the tables say of themselves."""

import ibis
import pytest

from pricing_service.panel.checked import Checked
from pricing_service.panel.facts import Facts


@pytest.fixture
def facts(rows_to_arrow):
    def asked(**rows):
        return Facts.of(
            Checked({name: ibis.memtable(rows_to_arrow(name, given)) for name, given in rows.items()}), "EUR"
        )

    return asked


def outcome(day, **more):
    return {"customer_id": "a", "date": day, "kpi": "sales", "amount": 1, "period": "month"} | more


def test_usage_is_counted_by_metric(facts):
    use = {"customer_id": "a", "metric": "m", "units": 1}
    (row,) = facts(
        usage=[use | {"date": "2025-01-05"}, use, use | {"date": "2025-02-05", "unit_id": "u"}]
    ).usage
    assert (row["rows"], row["dated"], row["with_unit"]) == (3, 2, 1)
    assert (row["first"].isoformat(), row["last"].isoformat()) == ("2025-01-05", "2025-02-05")


def test_the_first_day_is_that_of_the_earliest_period(facts):
    assert facts(outcomes=[outcome("2025-05-05", period="year")]).first_day().isoformat() == "2025-01-01"
    odd = outcome("2025-05-05", period=None, period_start="2025-03-03", period_end="2025-06-01")
    assert facts(outcomes=[odd]).first_day().isoformat() == "2025-03-03"


@pytest.mark.parametrize(
    ("word", "only_months"), [("day", True), ("month", True), ("quarter", False), ("year", False)]
)
def test_days_and_months_need_no_unions_of_periods(facts, word, only_months):
    assert facts(outcomes=[outcome("2025-05-05", period=word)]).only_months is only_months


def test_the_last_day_of_subscriptions_serves_where_there_is_neither_usage_nor_outcomes(facts):
    paid = {"customer_id": "a", "plan": "p", "mrr": 1}
    told = facts(
        subscriptions=[paid | {"start": "2025-01-01", "end": "2025-03-05"}, paid | {"start": "2025-02-01"}]
    )
    assert told.last_day().isoformat() == "2025-03-05"


def test_nothing_dated_has_no_last_day(facts):
    assert facts(customers=[{"customer_id": "a"}]).last_day() is None
