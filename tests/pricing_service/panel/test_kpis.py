"""Which KPIs become money, and which of them count."""

SALES = {"kpi": "sales", "kind": "revenue"}


def outcome(customer, day, amount=1, kpi="sales", **more):
    return {"customer_id": customer, "date": day, "kpi": kpi, "amount": amount, "period": "month"} | more


def test_a_kpi_without_money_is_reported_not_monetised(build):
    panel = build(kpis=[SALES], outcomes=[outcome("a", "2025-01-31", 10)])
    assert panel.stored.values == ()
    assert not panel.kpi("sales").monetised
    assert "value_per_unit" in panel.kpi("sales").why_not
    assert panel.customer("a")["reported"]


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


def test_a_falling_kpi_without_any_baseline_is_not_monetised(build):
    panel = build(
        kpis=[{"kpi": "hours", "kind": "productivity", "value_per_unit": 10, "direction": "down"}],
        outcomes=[outcome("a", "2025-01-31", 30, "hours")],
    )
    assert "baseline" in panel.kpi("hours").why_not
