"""Units inside a customer."""

SALES = {"kpi": "sales", "kind": "revenue"}


def outcome(customer, day, amount=1, kpi="sales", **more):
    return {"customer_id": customer, "date": day, "kpi": kpi, "amount": amount, "period": "month"} | more


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
