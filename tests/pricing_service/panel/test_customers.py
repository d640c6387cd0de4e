"""Who counts, and what each customer is at the end of the panel."""

from datetime import date

import pytest

PAID = {"plan": "pro", "mrr": 10, "start": "2025-01-01"}


def use(customer, day="2025-01-31", units=1):
    return {"customer_id": customer, "date": day, "metric": "m", "units": units}


def test_traits_are_columns_and_a_customer_without_data_is_there(build):
    panel = build(
        customers=[{"customer_id": "a", "segment": "big"}, {"customer_id": "b", "segment": "small"}],
        usage=[use("a")],
    )
    assert panel.customer("a")["segment"] == "big"
    assert panel.customer("b")["first_month"] is None
    assert panel.customer("b")["reported"] is False


def test_a_trait_with_the_name_of_a_panel_column_is_kept_under_another(build):
    panel = build(customers=[{"customer_id": "a", "plan": "old", "mrr": "12"}], usage=[use("a")])
    assert (panel.customer("a")["trait_plan"], panel.customer("a")["trait_mrr"]) == ("old", "12")
    assert panel.customer("a")["plan"] is None


def test_internal_customers_are_left_out_everywhere(build):
    panel = build(
        customers=[{"customer_id": "a"}, {"customer_id": "us", "is_internal": True}],
        usage=[use("a"), use("us")],
        subscriptions=[PAID | {"customer_id": "us"}],
        outcomes=[
            {
                "customer_id": "us",
                "date": "2025-01-31",
                "period": "month",
                "kpi": "k",
                "amount": 1,
                "value": 1,
            }
        ],
    )
    assert {row["customer_id"] for row in [*panel.customers, *panel.months, *panel.periods]} == {"a"}


def test_a_merged_customer_counts_for_the_last_of_its_chain(build):
    panel = build(
        customers=[
            {"customer_id": "a"},
            {"customer_id": "b", "merged_into": "a", "merged_on": "2025-02-01"},
            {"customer_id": "c", "merged_into": "b"},
        ],
        usage=[use("a"), use("b"), use("c")],
        subscriptions=[PAID | {"customer_id": "b"}, PAID | {"customer_id": "a"}],
    )
    assert [row["customer_id"] for row in panel.customers] == ["a"]
    assert [(row["units_m"], row["mrr_end"]) for row in panel.months] == [(3, 20)]
    assert "2 customers were merged" in " ".join(panel.stored.report["notes"])


def test_unknown_customers_are_set_aside(build):
    panel = build(customers=[{"customer_id": "a"}], usage=[use("a"), use("x")])
    assert [row["customer_id"] for row in panel.months] == ["a"]


def test_without_customers_they_come_from_the_table_that_tells_mrr(build):
    panel = build(usage=[use("a"), use("x")], subscriptions=[PAID | {"customer_id": "a"}])
    assert [row["customer_id"] for row in panel.customers] == ["a"]


def test_with_usage_and_outcomes_only_months_span_the_first_to_the_last_of_them(build):
    panel = build(
        usage=[use("a", "2025-01-15"), use("a", "2025-03-10"), use("b", "2025-05-31")],
        outcomes=[
            {"customer_id": "a", "date": "2025-04-10", "period": "month", "kpi": "k", "amount": 1, "value": 1}
        ],
    )
    row = panel.customer("a")
    assert (row["first_month"], row["last_month"]) == (date(2025, 1, 1), date(2025, 4, 1))
    assert [r["days_observed"] for r in panel.months if r["customer_id"] == "a"] == [17, 28, 31, 30]
    assert (row["mrr"], row["churned"], row["reported"]) == (None, None, True)
    assert row["tenure_months"] == pytest.approx(106 / 30.4375)


def test_tenure_and_months_since_sign_up_count_from_sign_up(build):
    panel = build(
        customers=[{"customer_id": "a", "signed_up": "2024-11-20"}],
        subscriptions=[PAID | {"customer_id": "a"}],
        as_of="2025-02-28",
    )
    assert [row["months_since_signup"] for row in panel.months] == [2, 3]
    assert panel.customer("a")["tenure_months"] == pytest.approx(101 / 30.4375)


def test_ids_are_kept_to_the_letter(build):
    ids = ["007", "NA", "société-1", " a "]
    panel = build(usage=[use(customer) for customer in ids])
    assert sorted(row["customer_id"] for row in panel.customers) == sorted(ids)
