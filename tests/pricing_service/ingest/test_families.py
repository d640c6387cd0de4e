"""Orphans, unmatched rows and derived customers."""

from __future__ import annotations

from datetime import date

import pytest

CUSTOMERS = "customer_id,signed_up\nc1,2024-01-01\nc2,2024-02-01\n"
USAGE = "customer_id,date,metric,units\n"


def test_rows_of_customers_that_nobody_knows_are_set_aside_with_a_match_rate(shop):
    usage = USAGE + "c1,2024-01-01,m,1\nt9,2024-01-01,m,2\nc2,2024-01-01,m,3\nC1,2024-01-01,m,4\n"
    checked = shop.check({"customers.csv": CUSTOMERS, "usage.csv": usage})
    assert checked.unmatched("usage", "customer_id") == [("C1",), ("t9",)]
    report = checked.dataset.report
    assert (report["tables"]["usage"]["match_rate"], report["tables"]["usage"]["unmatched"]) == (0.5, 2)
    assert [warning["code"] for warning in report["warnings"]] == ["unmatched"]
    assert not checked.quarantine()


def test_ids_match_after_unicode_normalisation_and_are_never_trimmed(shop):
    customers = "customer_id\nsoci\u00e9t\u00e9\n007\n"
    usage = (
        USAGE
        + "socie\u0301te\u0301,2024-01-01,m,1\n007,2024-01-01,m,1\n7,2024-01-01,m,1\n 007,2024-01-01,m,1\n"
    )
    checked = shop.check({"customers.csv": customers, "usage.csv": usage})
    assert checked.rows("usage", "customer_id") == [("007",), ("soci\u00e9t\u00e9",)]


def test_rows_orphaned_by_a_quarantined_parent_say_so(shop):
    customers = "customer_id,signed_up\nc1,2024-01-01\nc2,soon\n"
    usage = USAGE + "c1,2024-01-01,m,1\nc2,2024-01-01,m,2\nc3,2024-01-01,m,2\n"
    checked = shop.check({"customers.csv": customers, "usage.csv": usage})
    assert checked.quarantine("table", "line", "value", "code") == [
        ("customers", 3, "soon", "not_a_date"),
        ("usage", 3, "c2", "orphaned"),
    ]
    assert checked.unmatched("usage", "customer_id") == [("c3",)]


def test_usage_of_a_metric_whose_declaration_is_broken_is_orphaned(shop):
    metrics = "metric,kind\nseats,stocks\nposts,flow\n"
    usage = USAGE + "c1,2024-01-01,seats,1\nc1,2024-01-01,posts,2\nc1,2024-01-01,other,3\n"
    checked = shop.check({"metrics.csv": metrics, "usage.csv": usage})
    assert checked.rows("usage", "metric") == [("other",), ("posts",)]


def test_orphans_reach_through_leads(shop):
    leads = "lead_id,created\nl1,2024-01-01\nl2,x\n"
    funnel = "lead_id,stage,date\nl1,demo,2024-01-02\nl2,demo,2024-01-02\n"
    checked = shop.check({"leads.csv": leads, "funnel.csv": funnel})
    assert checked.rows("funnel", "lead_id") == [("l1",)]


@pytest.mark.parametrize(
    ("table", "rows"),
    [
        ("subscriptions", "customer_id,start,plan,mrr\nc1,2024-02-01,p,1\nc2,2024-03-01,p,1\n"),
        ("monthly_mrr", "customer_id,month,mrr\nc1,2024-02,1\nc2,2024-03,1\nc2,2024-04,1\n"),
        ("mrr_movements", "customer_id,date,change\nc1,2024-02-01,1\nc2,2024-03-01,1\n"),
        (
            "invoices",
            "customer_id,period_start,period_end,amount,kind\n"
            "c1,2024-02-01,2024-03-01,1,usage\nc2,2024-03-01,2024-04-01,1,usage\n",
        ),
    ],
)
def test_customers_are_derived_from_what_tells_their_money(shop, table, rows):
    usage = USAGE + "c1,2024-02-01,m,1\nt1,2024-02-01,m,1\n"
    checked = shop.check({f"{table}.csv": rows, "usage.csv": usage})
    assert checked.rows("customers", "customer_id", "signed_up") == [
        ("c1", date(2024, 2, 1)),
        ("c2", date(2024, 3, 1)),
    ]
    assert checked.dataset.report["customers_from"] == [table]
    assert checked.unmatched("usage", "customer_id") == [("t1",)]


def test_without_any_table_of_customers_nothing_is_unmatched(shop):
    checked = shop.check({"usage.csv": USAGE + "c1,2024-02-01,m,1\n"})
    assert checked.dataset.tables == {"usage": 1}
    assert checked.dataset.report["tables"]["usage"]["match_rate"] is None


def test_an_answer_without_a_customer_is_not_unmatched(shop):
    survey = "respondent_id,cheap,expensive,too_expensive,customer_id\nr1,1,2,3,\nr2,1,2,3,c1\nr3,1,2,3,cX\n"
    checked = shop.check({"customers.csv": CUSTOMERS, "price_sensitivity.csv": survey})
    assert checked.rows("price_sensitivity", "respondent_id") == [("r1",), ("r2",)]
    assert checked.dataset.report["tables"]["price_sensitivity"]["match_rate"] == 0.5


def test_a_table_of_which_every_row_is_unmatched_is_refused_with_the_reason(shop):
    checked = shop.check({"customers.csv": CUSTOMERS, "usage.csv": USAGE + "x1,2024-02-01,m,1\n"})
    assert "1 belong to no known customer" in checked.dataset.refused["usage"]
    assert checked.dataset.tables == {"customers": 2}


def test_customers_of_whom_no_row_survives_are_derived(shop):
    customers = "customer_id,signed_up,industry\nc1,soon,food\n"
    files = {
        "customers.csv": customers,
        "subscriptions.csv": "customer_id,start,plan,mrr\nc1,2024-02-01,p,1\n",
    }
    checked = shop.check(files)
    assert checked.rows("customers", "customer_id", "signed_up") == [("c1", date(2024, 2, 1))]
    assert "no row survives" in checked.dataset.refused["customers"]
