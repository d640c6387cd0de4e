"""Units of a month: flows add up, stocks are carried forward and averaged by days."""

import pytest

FLOW = {"metric": "searches", "kind": "flow"}


def stock(aggregate="mean"):
    return {"metric": "seats", "kind": "stock", "aggregate": aggregate}


def seats(customer, day, units, unit_id=None):
    return {"customer_id": customer, "date": day, "metric": "seats", "units": units, "unit_id": unit_id}


def searches(customer, day, units):
    return {"customer_id": customer, "date": day, "metric": "searches", "units": units}


def test_a_flow_adds_up_over_the_month(build):
    panel = build(
        metrics=[FLOW],
        usage=[
            searches("a", "2025-01-03", 2),
            searches("a", "2025-01-30", 3.5),
            searches("a", "2025-02-28", 7),
        ],
    )
    assert panel.month("a", "2025-01-01")["units_searches"] == 5.5
    assert panel.month("a", "2025-02-01")["units_searches"] == 7


def test_equal_rows_are_two_events(build):
    panel = build(metrics=[FLOW], usage=[searches("a", "2025-01-03", 2)] * 2)
    assert panel.month("a", "2025-01-01")["units_searches"] == 4


def test_a_month_of_an_active_customer_without_a_row_is_zero_for_a_flow(build):
    panel = build(metrics=[FLOW], usage=[searches("a", "2025-01-03", 2), searches("a", "2025-03-03", 2)])
    assert panel.month("a", "2025-02-01")["units_searches"] == 0


def test_a_flow_is_unknown_while_the_customer_is_gone(build):
    paid = {"customer_id": "a", "plan": "p", "mrr": 10}
    panel = build(
        metrics=[FLOW],
        subscriptions=[
            paid | {"start": "2025-01-01", "end": "2025-02-01"},
            paid | {"start": "2025-04-01", "end": None},
        ],
        usage=[searches("a", "2025-04-30", 2)],
    )
    assert panel.month("a", "2025-01-01")["units_searches"] == 0
    assert panel.month("a", "2025-03-01")["units_searches"] is None
    assert panel.month("a", "2025-03-01")["mrr_end"] == 0


def test_usage_while_not_subscribed_still_counts(build):
    panel = build(
        metrics=[FLOW],
        subscriptions=[
            {"customer_id": "a", "plan": "p", "mrr": 10, "start": "2025-01-01", "end": "2025-02-01"}
        ],
        usage=[searches("a", "2025-03-31", 2)],
    )
    assert panel.month("a", "2025-03-01")["units_searches"] == 2
    assert panel.month("a", "2025-03-01")["days_observed"] == 0


def test_a_stock_is_carried_forward_and_averaged_by_days(build):
    panel = build(
        metrics=[stock()],
        usage=[seats("a", "2025-01-01", 10), seats("a", "2025-02-15", 24), seats("a", "2025-04-30", 0)],
    )
    assert panel.month("a", "2025-01-01")["units_seats"] == 10
    assert panel.month("a", "2025-02-01")["units_seats"] == pytest.approx((14 * 10 + 14 * 24) / 28)
    assert panel.month("a", "2025-03-01")["units_seats"] == 24
    assert panel.month("a", "2025-04-01")["units_seats"] == pytest.approx(29 * 24 / 30)


def test_a_stock_is_averaged_over_the_days_on_which_it_is_known(build):
    panel = build(metrics=[stock()], usage=[seats("a", "2025-01-22", 10), seats("a", "2025-01-31", 20)])
    assert panel.month("a", "2025-01-01")["units_seats"] == pytest.approx(11)


def test_a_stock_is_unknown_before_its_first_row(build):
    panel = build(
        metrics=[FLOW, stock()], usage=[searches("a", "2025-01-10", 1), seats("a", "2025-03-31", 5)]
    )
    assert panel.month("a", "2025-02-01")["units_seats"] is None
    assert panel.month("a", "2025-03-01")["units_seats"] == 5


def test_a_stock_that_has_never_had_a_row_is_unknown_for_the_customer(build):
    panel = build(
        metrics=[FLOW, stock()], usage=[searches("a", "2025-01-31", 1), seats("b", "2025-01-01", 5)]
    )
    assert panel.month("a", "2025-01-01")["units_seats"] is None


def test_levels_of_several_units_add_up_and_each_is_carried_forward(build):
    panel = build(
        metrics=[stock()],
        usage=[
            seats("a", "2025-01-01", 3, "x"),
            seats("a", "2025-01-11", 4, "y"),
            seats("a", "2025-02-01", 1, "x"),
            seats("a", "2025-02-28", 1, "x"),
        ],
    )
    assert panel.month("a", "2025-01-01")["units_seats"] == pytest.approx(3 + 4 * 21 / 31)
    assert panel.month("a", "2025-02-01")["units_seats"] == 5


def test_a_snapshot_without_a_date_is_the_level_of_the_last_day(build):
    panel = build(metrics=[FLOW, stock()], usage=[searches("a", "2025-02-28", 1), seats("a", None, 5)])
    assert panel.month("a", "2025-02-01")["units_seats"] == 5
    assert "only snapshots" in panel.metric("seats").warnings[0]


@pytest.mark.parametrize(("aggregate", "levels"), [("max", [9, 9, 4]), ("last", [2, 4, 4])])
def test_a_stock_can_be_its_highest_or_last_level(build, aggregate, levels):
    days = [("2025-01-05", 9), ("2025-01-20", 2), ("2025-02-01", 9), ("2025-02-02", 4), ("2025-03-31", 4)]
    panel = build(metrics=[stock(aggregate)], usage=[seats("a", day, units) for day, units in days])
    assert [row["units_seats"] for row in panel.months] == levels


def test_the_highest_level_of_a_month_may_be_the_one_that_it_begins_with(build):
    panel = build(
        metrics=[stock("max")],
        usage=[seats("a", "2025-01-05", 9), seats("a", "2025-02-10", 2), seats("a", "2025-02-28", 3)],
    )
    assert panel.month("a", "2025-02-01")["units_seats"] == 9


def test_distinct_units_are_those_with_usage_in_the_month(build):
    panel = build(
        metrics=[{"metric": "seats", "kind": "flow", "aggregate": "distinct_units"}],
        usage=[
            seats("a", "2025-01-05", 9, "x"),
            seats("a", "2025-01-06", 1, "x"),
            seats("a", "2025-01-07", 1, "y"),
            seats("a", "2025-01-08", 0, "z"),
            seats("a", "2025-03-31", 1, "y"),
        ],
    )
    assert [row["units_seats"] for row in panel.months] == [2, 0, 1]


def test_the_last_month_is_averaged_until_as_of_and_flagged_partial(build):
    panel = build(
        metrics=[stock()],
        usage=[seats("a", "2025-01-01", 10), seats("a", "2025-02-06", 20)],
        as_of="2025-02-10",
    )
    row = panel.month("a", "2025-02-01")
    assert row["partial"]
    assert row["units_seats"] == pytest.approx(15)
    assert not panel.month("a", "2025-01-01")["partial"]


def test_rows_after_as_of_do_not_count(build):
    panel = build(
        metrics=[FLOW],
        usage=[searches("a", "2025-01-03", 2), searches("a", "2025-01-20", 5)],
        as_of="2025-01-10",
    )
    assert [row["units_searches"] for row in panel.months] == [2]


def test_distinct_units_of_a_stock_are_those_held_on_some_day_of_the_month(build):
    panel = build(
        metrics=[stock("distinct_units")],
        usage=[
            seats("a", "2025-01-05", 9, "x"),
            seats("a", "2025-01-20", 1, "y"),
            seats("a", "2025-02-10", 0, "x"),
            seats("a", "2025-02-12", 1, "x"),
            seats("a", "2025-02-20", 0, "x"),
            seats("a", "2025-03-20", 2, "z"),
            seats("a", "2025-03-31", 2, "z"),
        ],
    )
    assert [row["units_seats"] for row in panel.months] == [2, 2, 2]
