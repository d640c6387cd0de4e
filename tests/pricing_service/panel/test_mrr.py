"""MRR per month, from whichever table tells it."""

import pytest

PAID = {"customer_id": "a", "plan": "pro", "mrr": 100}


def test_mrr_at_month_end_counts_what_is_active_on_the_last_day(build):
    panel = build(subscriptions=[PAID | {"start": "2025-01-11", "end": "2025-02-28"}], as_of="2025-02-28")
    january, february = panel.month("a", "2025-01-01"), panel.month("a", "2025-02-01")
    assert (january["mrr_end"], february["mrr_end"]) == (100, 0)
    assert january["mrr_average"] == pytest.approx(100 * 21 / 31)
    assert february["mrr_average"] == pytest.approx(100 * 27 / 28)
    assert (january["days_observed"], february["days_observed"]) == (21, 27)


def test_a_subscription_that_ends_with_the_month_is_active_on_its_last_day(build):
    panel = build(subscriptions=[PAID | {"start": "2025-01-01", "end": "2025-02-01"}], as_of="2025-03-31")
    assert [row["mrr_end"] for row in panel.months] == [100]
    assert panel.customer("a")["churned"]
    assert panel.customer("a")["mrr"] == 0


@pytest.mark.parametrize("status", ["trial", "paused"])
def test_trial_and_paused_stretches_have_no_mrr_but_are_observed(build, status):
    panel = build(subscriptions=[PAID | {"start": "2025-01-01", "status": status}], as_of="2025-01-31")
    (row,) = panel.months
    assert (row["mrr_end"], row["mrr_average"], row["days_observed"]) == (0, 0, 31)
    assert not panel.customer("a")["churned"]


def test_past_due_still_counts(build):
    panel = build(subscriptions=[PAID | {"start": "2025-01-01", "status": "past_due"}], as_of="2025-01-31")
    assert panel.months[0]["mrr_end"] == 100


def test_different_subscriptions_add_up_and_the_dearest_gives_the_plan(build):
    panel = build(
        subscriptions=[
            PAID | {"start": "2025-01-01", "subscription_id": "s1", "plan": "small", "mrr": 10},
            PAID | {"start": "2025-01-21", "subscription_id": "s2", "plan": "large", "mrr": 90},
        ],
        as_of="2025-01-31",
    )
    (row,) = panel.months
    assert (row["mrr_end"], row["plan"], row["days_observed"]) == (100, "large", 31)


def test_a_change_of_price_is_two_stretches(build):
    panel = build(
        subscriptions=[
            PAID | {"start": "2025-01-01", "end": "2025-01-16", "mrr": 31},
            PAID | {"start": "2025-01-16", "mrr": 62},
        ],
        as_of="2025-01-31",
    )
    (row,) = panel.months
    assert (row["mrr_end"], row["mrr_average"]) == (62, pytest.approx(15 + 32))


def test_a_gap_between_stretches_is_a_month_without_mrr(build):
    panel = build(
        subscriptions=[
            PAID | {"start": "2025-01-01", "end": "2025-02-01"},
            PAID | {"start": "2025-03-01", "end": None},
        ],
        as_of="2025-03-31",
    )
    assert [row["mrr_end"] for row in panel.months] == [100, 0, 100]
    assert [row["days_observed"] for row in panel.months] == [31, 0, 31]


def test_monthly_mrr_serves_instead_of_subscriptions(build):
    panel = build(
        monthly_mrr=[
            {"customer_id": "a", "month": "2025-01-01", "mrr": 50, "plan": "pro"},
            {"customer_id": "a", "month": "2025-02-01", "mrr": 70, "plan": "max"},
            {"customer_id": "b", "month": "2025-01-01", "mrr": 10},
        ]
    )
    assert panel.stored.as_of.isoformat() == "2025-02-28"
    assert [row["mrr_end"] for row in panel.months] == [50, 70, 10]
    assert (panel.customer("a")["mrr"], panel.customer("a")["plan"]) == (70, "max")
    assert (panel.customer("b")["churned"], panel.customer("b")["mrr"]) == (True, 0)


def test_mrr_movements_add_up_to_a_level(build):
    panel = build(
        mrr_movements=[
            {"customer_id": "a", "date": "2025-01-01", "change": 50},
            {"customer_id": "a", "date": "2025-02-15", "change": 20},
            {"customer_id": "a", "date": "2025-04-01", "change": -70},
        ],
        as_of="2025-04-30",
    )
    assert [row["mrr_end"] for row in panel.months] == [50, 70, 70]
    assert panel.month("a", "2025-02-01")["mrr_average"] == pytest.approx(50 + 20 * 14 / 28)
    assert panel.customer("a")["churned"]


def test_recurring_invoices_are_spread_over_the_months_that_they_bill(build):
    bill = {"customer_id": "a", "kind": "recurring", "plan": "pro"}
    panel = build(
        invoices=[
            bill | {"period_start": "2025-01-01", "period_end": "2026-01-01", "amount": 1200},
            bill | {"period_start": "2025-02-01", "period_end": "2025-03-01", "amount": 7, "kind": "usage"},
        ],
        as_of="2025-02-28",
    )
    assert [row["mrr_end"] for row in panel.months] == [100, 100]
    assert any("usage" in note for note in panel.stored.report["notes"])


def test_subscriptions_win_over_invoices(build):
    panel = build(
        subscriptions=[PAID | {"start": "2025-01-01"}],
        invoices=[
            {
                "customer_id": "a",
                "kind": "recurring",
                "period_start": "2025-01-01",
                "period_end": "2025-02-01",
                "amount": 7,
            }
        ],
        as_of="2025-01-31",
    )
    assert panel.months[0]["mrr_end"] == 100


def test_without_a_table_that_tells_mrr_it_is_unknown(build):
    panel = build(usage=[{"customer_id": "a", "date": "2025-01-31", "metric": "m", "units": 1}])
    assert panel.months[0]["mrr_end"] is None
    assert panel.customer("a")["mrr"] is None
    assert panel.customer("a")["churned"] is None


def test_without_subscriptions_as_of_is_the_last_day_of_usage_or_outcomes(build):
    panel = build(
        usage=[{"customer_id": "a", "date": "2025-01-30", "metric": "m", "units": 1}],
        subscriptions=[PAID | {"start": "2025-02-05"}],
    )
    assert panel.stored.as_of.isoformat() == "2025-01-30"
    assert all(row["partial"] for row in panel.months)
