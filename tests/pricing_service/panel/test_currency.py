"""Several currencies: constant at as_of, spot at month end, and unknown without a rate."""

import pytest

RATES = [
    {"date": "2025-01-01", "currency": "USD", "rate": 0.5},
    {"date": "2025-01-20", "currency": "USD", "rate": 0.6},
    {"date": "2025-02-10", "currency": "USD", "rate": 0.8},
    {"date": "2025-03-10", "currency": "USD", "rate": 9.0},
]
PAID = {"customer_id": "a", "plan": "pro", "mrr": 100, "start": "2025-01-01"}
SOLD = {"customer_id": "a", "kpi": "sales", "amount": 1, "period": "month"}


def test_mrr_is_constant_at_as_of_and_spot_at_month_end(build):
    panel = build(subscriptions=[PAID | {"currency": "USD"}], exchange_rates=RATES, as_of="2025-02-28")
    assert [row["mrr_end"] for row in panel.months] == [80, 80]
    assert [row["mrr_end_spot"] for row in panel.months] == [60, 80]
    assert panel.customer("a")["mrr"] == 80


def test_rows_in_the_dataset_s_currency_need_no_rate(build):
    panel = build(subscriptions=[PAID | {"currency": "EUR"}, PAID | {"customer_id": "b"}], as_of="2025-01-31")
    assert [row["mrr_end"] for row in panel.months] == [100, 100]


def test_without_a_rate_mrr_is_unknown_and_never_a_partial_sum(build):
    panel = build(
        subscriptions=[
            PAID | {"subscription_id": "1"},
            PAID | {"subscription_id": "2", "currency": "USD"},
            PAID | {"customer_id": "b"},
        ],
        as_of="2025-01-31",
    )
    assert panel.month("a", "2025-01-01")["mrr_end"] is None
    assert panel.customer("a")["mrr"] is None
    assert panel.month("b", "2025-01-01")["mrr_end"] == 100
    assert any("USD" in warning for warning in panel.stored.report["warnings"])


def test_a_rate_that_begins_later_does_not_reach_back(build):
    panel = build(
        subscriptions=[PAID | {"currency": "USD"}],
        exchange_rates=[{"date": "2025-02-03", "currency": "USD", "rate": 0.5}],
        as_of="2025-02-28",
    )
    assert [row["mrr_end_spot"] for row in panel.months] == [None, 50]
    assert [row["mrr_end"] for row in panel.months] == [50, 50]


def test_values_are_converted_at_the_rate_of_their_month_s_end(build):
    panel = build(
        outcomes=[
            SOLD | {"date": "2025-01-05", "value": 10, "currency": "USD"},
            SOLD | {"date": "2025-02-28", "value": 10, "currency": "USD"},
            SOLD | {"date": "2025-02-28", "value": 1},
        ],
        exchange_rates=RATES,
    )
    assert [row["value_0"] for row in panel.periods] == [6, 9]


def test_a_value_without_a_rate_is_unknown(build):
    panel = build(
        outcomes=[
            SOLD | {"date": "2025-01-31", "value": 10, "currency": "USD"},
            SOLD | {"date": "2025-01-31", "value": 1},
            SOLD | {"customer_id": "b", "date": "2025-01-31", "value": 1},
        ],
    )
    assert [(row["customer_id"], row["value_0"]) for row in panel.periods] == [("b", 1)]


def test_a_value_per_unit_is_converted_at_as_of(build):
    panel = build(
        kpis=[
            {
                "kpi": "sales",
                "kind": "revenue",
                "value_per_unit": 10,
                "value_per_unit_sd": 1,
                "currency": "USD",
            }
        ],
        outcomes=[SOLD | {"date": "2025-02-28"}],
        exchange_rates=RATES,
    )
    assert (panel.kpi("sales").value_per_unit, panel.kpi("sales").value_per_unit_sd) == (
        8,
        pytest.approx(0.8),
    )
    assert panel.periods[0]["value_0"] == 8


def test_a_value_per_unit_without_a_rate_is_not_monetised(build):
    panel = build(
        kpis=[{"kpi": "sales", "kind": "revenue", "value_per_unit": 10, "currency": "USD"}],
        outcomes=[SOLD | {"date": "2025-02-28"}],
    )
    assert not panel.kpi("sales").monetised
    assert "exchange rate" in panel.kpi("sales").why_not


def test_costs_are_converted_too(build):
    panel = build(
        usage=[{"customer_id": "a", "date": "2025-01-31", "metric": "m", "units": 1}],
        costs=[
            {"customer_id": "a", "date": "2025-01-02", "kind": "support", "amount": 10, "currency": "USD"},
            {"customer_id": "a", "date": "2025-01-03", "kind": "support", "amount": 1},
        ],
        exchange_rates=RATES,
    )
    assert panel.months[0]["cost"] == 7


def test_a_unit_cost_is_converted_at_as_of_and_unknown_without_a_rate(build):
    metric = {"kind": "flow", "unit_cost": 10}
    panel = build(
        metrics=[metric | {"metric": "m", "currency": "USD"}, metric | {"metric": "n", "currency": "GBP"}],
        usage=[{"customer_id": "a", "date": "2025-02-28", "metric": "m", "units": 1}],
        exchange_rates=RATES,
    )
    assert (panel.metric("m").unit_cost, panel.metric("n").unit_cost) == (8, None)
