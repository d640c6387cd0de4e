"""What counts as value."""

SALES = {"kpi": "sales", "kind": "revenue"}


def outcome(customer, day, amount=1, kpi="sales", **more):
    return {"customer_id": customer, "date": day, "kpi": kpi, "amount": amount, "period": "month"} | more


def test_value_wins_over_amount_times_value_per_unit(build):
    panel = build(
        kpis=[SALES | {"value_per_unit": 2}],
        outcomes=[outcome("a", "2025-01-05", 10), outcome("a", "2025-01-31", 10, value=7)],
    )
    assert [row["value_0"] for row in panel.periods] == [27]
    assert panel.kpi("sales").share_given == 0.5


def test_an_amount_without_money_makes_the_period_unknown(build):
    panel = build(kpis=[SALES], outcomes=[outcome("a", "2025-01-31", value=5), outcome("a", "2025-01-31")])
    assert panel.periods == []


def test_an_explicit_zero_is_nothing_achieved_and_no_row_is_not_reported(build):
    panel = build(
        kpis=[SALES | {"value_per_unit": 2}],
        outcomes=[outcome("a", "2025-01-31", 0), outcome("a", "2025-03-31", 1)],
    )
    assert panel.month("a", "2025-01-01")["value"] == 0
    assert panel.month("a", "2025-02-01")["value"] is None
    assert [row["value_reported"] for row in panel.months] == [True, False, True]


def test_a_falling_kpi_is_valued_by_its_fall_below_the_baseline(build):
    goal = {"customer_id": "a", "kpi": "hours", "target": 0, "due": "2026-01-01"}
    panel = build(
        kpis=[{"kpi": "hours", "kind": "productivity", "value_per_unit": 10, "direction": "down"}],
        goals=[
            goal | {"baseline": 100, "start": "2025-01-01"},
            goal | {"baseline": 60, "start": "2025-02-10"},
        ],
        outcomes=[
            outcome("a", "2025-01-05", 30, "hours"),
            outcome("a", "2025-01-06", 50, "hours"),
            outcome("a", "2025-02-28", 70, "hours"),
            outcome("b", "2025-02-28", 70, "hours"),
        ],
    )
    assert [(row["customer_id"], row["value_0"]) for row in panel.periods] == [("a", 200), ("a", -100)]
    assert panel.kpi("hours").monetised


def test_an_outcome_with_a_metric_has_a_column_of_its_own_and_is_part_of_the_total(build):
    panel = build(
        kpis=[SALES | {"value_per_unit": 1}],
        outcomes=[outcome("a", "2025-01-31", 3), outcome("a", "2025-01-31", 4, metric="seats")],
        usage=[{"customer_id": "a", "date": "2025-01-31", "metric": "seats", "units": 1}],
    )
    assert [(c.kpi, c.metric, panel.periods[0][c.column]) for c in panel.stored.values] == [
        ("sales", None, 3),
        ("sales", "seats", 4),
    ]
    assert panel.months[0]["value"] == 7


def test_negative_outcomes_are_kept(build):
    panel = build(outcomes=[outcome("a", "2025-01-31", value=-5)])
    assert panel.periods[0]["value_0"] == -5
