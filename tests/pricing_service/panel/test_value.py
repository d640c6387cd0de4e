"""What counts as value, and in which period."""

import pytest

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


def test_a_kpi_without_money_is_reported_not_monetised(build):
    panel = build(kpis=[SALES], outcomes=[outcome("a", "2025-01-31", 10)])
    assert panel.stored.values == ()
    assert not panel.kpi("sales").monetised
    assert "value_per_unit" in panel.kpi("sales").why_not
    assert panel.customer("a")["reported"]


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


def test_a_kpi_that_drives_a_monetised_one_is_shown_but_not_counted(build):
    panel = build(
        kpis=[
            SALES | {"value_per_unit": 2},
            {"kpi": "leads", "kind": "revenue", "value_per_unit": 1, "drives": "sales"},
        ],
        outcomes=[outcome("a", "2025-01-31", 10), outcome("a", "2025-01-31", 50, kpi="leads")],
    )
    assert (panel.kpi("leads").counted, panel.kpi("sales").counted) == (False, True)
    (row,) = panel.periods
    assert {column.kpi: row[column.column] for column in panel.stored.values} == {"leads": 50, "sales": 20}
    assert panel.months[0]["value"] == 20


def test_driving_a_kpi_without_money_changes_nothing(build):
    panel = build(
        kpis=[SALES, {"kpi": "leads", "kind": "revenue", "value_per_unit": 1, "drives": "sales"}],
        outcomes=[outcome("a", "2025-01-31", 10), outcome("a", "2025-01-31", 50, kpi="leads")],
    )
    assert panel.kpi("leads").counted


def test_driving_reaches_through_a_kpi_without_money(build):
    panel = build(
        kpis=[
            SALES | {"value_per_unit": 1},
            {"kpi": "talks", "kind": "quality", "drives": "sales"},
            {"kpi": "leads", "kind": "revenue", "value_per_unit": 1, "drives": "talks"},
        ],
        outcomes=[outcome("a", "2025-01-31", 1, kpi=kpi) for kpi in ("sales", "talks", "leads")],
    )
    assert not panel.kpi("leads").counted


def test_of_two_kpis_that_drive_each_other_one_is_counted(build):
    panel = build(
        kpis=[
            {"kpi": "x", "kind": "revenue", "value_per_unit": 1, "drives": "y"},
            {"kpi": "y", "kind": "revenue", "value_per_unit": 1, "drives": "x"},
        ],
        outcomes=[outcome("a", "2025-01-31", kpi="x"), outcome("a", "2025-01-31", kpi="y")],
    )
    assert (panel.kpi("x").counted, panel.kpi("y").counted) == (True, False)


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


def test_a_falling_kpi_without_any_baseline_is_not_monetised(build):
    panel = build(
        kpis=[{"kpi": "hours", "kind": "productivity", "value_per_unit": 10, "direction": "down"}],
        outcomes=[outcome("a", "2025-01-31", 30, "hours")],
    )
    assert "baseline" in panel.kpi("hours").why_not


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


def test_units_inside_a_customer_are_summed_over_the_reported_months(build):
    use = {"customer_id": "a", "metric": "posts"}
    panel = build(
        kpis=[SALES | {"value_per_unit": 2}],
        metrics=[{"metric": "posts", "kind": "flow"}, {"metric": "seats", "kind": "stock"}],
        usage=[
            use | {"date": "2025-01-05", "units": 3, "unit_id": "x"},
            use | {"date": "2025-02-05", "units": 9, "unit_id": "x"},
            use | {"date": "2025-03-31", "units": 5, "unit_id": "y"},
            use | {"date": "2025-01-05", "units": 5},
            use | {"date": "2025-01-01", "units": 4, "unit_id": "u", "metric": "seats"},
        ],
        outcomes=[
            outcome("a", "2025-01-31", 10, metric="posts", unit_id="x"),
            outcome("a", "2025-03-31", 1, metric="posts", unit_id="z"),
        ],
    )
    found = {(row["metric"], row["unit_id"]): (row["value"], row["units"]) for row in panel.units_inside}
    assert found == {
        ("posts", "x"): (20, 3),
        ("posts", "y"): (None, 5),
        ("posts", "z"): (2, None),
        ("seats", "u"): (None, 8),
    }


def test_without_unit_ids_there_are_no_units_inside(build):
    panel = build(outcomes=[outcome("a", "2025-01-31", value=5)])
    assert panel.units_inside == []
