"""Units of the same period: whole months, unions of overlapping periods, odd days."""

METRICS = [{"metric": "posts", "kind": "flow"}, {"metric": "seats", "kind": "stock"}]


def outcome(day, amount=1, kpi="sales", customer="a", **more):
    return {
        "customer_id": customer,
        "date": day,
        "kpi": kpi,
        "amount": amount,
        "value": amount,
        "period": "month",
    } | more


def use(day, units, metric="posts", customer="a"):
    return {"customer_id": customer, "date": day, "metric": metric, "units": units}


def spans(panel):
    return [
        (row["period_start"].isoformat(), row["period_end"].isoformat(), row["months"])
        for row in panel.periods
    ]


def test_a_month_s_value_stands_beside_the_units_of_that_month(build):
    panel = build(
        metrics=METRICS,
        usage=[use("2025-01-05", 3), use("2025-02-28", 4), use("2025-01-01", 10, "seats")],
        outcomes=[outcome("2025-01-20", 7), outcome("2025-02-28", 8)],
    )
    assert spans(panel) == [("2025-01-01", "2025-02-01", 1.0), ("2025-02-01", "2025-03-01", 1.0)]
    assert [(r["value_0"], r["units_posts"], r["units_seats"]) for r in panel.periods] == [
        (7, 3, 10),
        (8, 4, 10),
    ]


def test_a_quarter_s_value_stands_beside_the_units_of_the_quarter(build):
    panel = build(
        metrics=METRICS,
        usage=[
            use("2025-01-05", 3),
            use("2025-03-31", 4),
            use("2025-04-01", 99),
            use("2025-01-01", 10, "seats"),
        ],
        outcomes=[outcome("2025-02-20", 7, period="quarter")],
        as_of="2025-04-30",
    )
    assert spans(panel) == [("2025-01-01", "2025-04-01", 3.0)]
    assert (panel.periods[0]["units_posts"], panel.periods[0]["units_seats"]) == (7, 30)
    assert [row["value"] for row in panel.months] == [None] * 4
    assert [row["value_reported"] for row in panel.months] == [True, True, True, False]


def test_days_are_read_as_part_of_their_month(build):
    panel = build(outcomes=[outcome("2025-01-05", 7, period="day"), outcome("2025-01-31", 8, period="day")])
    assert spans(panel) == [("2025-01-01", "2025-02-01", 1.0)]
    assert panel.periods[0]["value_0"] == 15


def test_periods_that_as_of_cuts_are_left_out(build):
    panel = build(outcomes=[outcome("2025-01-05", 7), outcome("2025-02-20", 8)])
    assert spans(panel) == [("2025-01-01", "2025-02-01", 1.0)]
    assert [row["partial"] for row in panel.months] == [False, True]


def test_overlapping_periods_of_one_customer_become_their_union(build):
    panel = build(
        kpis=[{"kpi": "sales", "kind": "revenue"}, {"kpi": "saved", "kind": "cost"}],
        usage=[use("2025-01-01", 1), use("2025-02-01", 1), use("2025-03-01", 1)],
        outcomes=[
            *(outcome(f"2025-0{month}-10", 5) for month in (1, 2, 3, 4)),
            outcome("2025-02-10", 100, "saved", period="quarter"),
            outcome("2025-01-10", 5, customer="b"),
        ],
        as_of="2025-04-30",
    )
    assert [(r["customer_id"], r["months"]) for r in panel.periods] == [("a", 3.0), ("a", 1.0), ("b", 1.0)]
    first, april, _ = panel.periods
    columns = {column.kpi: column.column for column in panel.stored.values}
    assert (first[columns["sales"]], first[columns["saved"]], first["units_posts"]) == (15, 100, 3)
    assert (april[columns["sales"]], april[columns["saved"]]) == (5, None)


def test_a_kpi_reported_for_a_part_of_the_union_counts_as_not_reported(build):
    panel = build(
        outcomes=[
            outcome("2025-01-10", 5),
            outcome("2025-02-10", 100, "saved", period="quarter"),
        ],
        as_of="2025-04-30",
    )
    columns = {column.kpi: column.column for column in panel.stored.values}
    (row,) = panel.periods
    assert (row[columns["sales"]], row[columns["saved"]]) == (None, 100)


def test_a_stock_unknown_in_a_part_of_the_period_is_unknown_for_it(build):
    panel = build(
        metrics=METRICS,
        usage=[use("2025-01-05", 1), use("2025-02-10", 5, "seats")],
        outcomes=[outcome("2025-01-10", 5, period="quarter")],
        as_of="2025-03-31",
    )
    assert panel.periods[0]["units_seats"] is None


def test_outcomes_without_usage_still_appear(build):
    panel = build(outcomes=[outcome("2025-01-31", 5)])
    assert panel.periods[0]["value_0"] == 5
    assert panel.months[0]["mrr_end"] is None


def test_outcomes_of_a_customer_without_usage_have_no_units(build):
    panel = build(
        metrics=METRICS,
        usage=[use("2025-01-05", 1, customer="b"), use("2025-01-05", 1, "seats", customer="b")],
        outcomes=[outcome("2025-01-31", 5)],
    )
    assert (panel.periods[0]["units_posts"], panel.periods[0]["units_seats"]) == (0, None)


def test_a_year_that_begins_before_all_else_is_covered(build):
    panel = build(
        metrics=METRICS,
        usage=[use("2024-05-05", 3)],
        outcomes=[outcome("2024-05-05", 7, period="year")],
        as_of="2024-12-31",
    )
    assert spans(panel) == [("2024-01-01", "2025-01-01", 12.0)]
    assert panel.periods[0]["units_posts"] == 3
