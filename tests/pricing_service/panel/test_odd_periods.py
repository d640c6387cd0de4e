"""Outcomes that begin or end inside months."""

from datetime import date

import pytest

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


def test_odd_periods_take_units_of_exactly_their_days(build):
    panel = build(
        metrics=METRICS,
        usage=[
            use("2025-01-09", 1),
            use("2025-01-10", 2),
            use("2025-02-14", 4),
            use("2025-02-15", 8),
            use("2025-02-28", 16),
            use("2025-01-01", 10, "seats"),
            use("2025-02-01", 28, "seats"),
        ],
        outcomes=[
            outcome("2025-01-10", 7, period=None, period_start="2025-01-10", period_end="2025-02-15"),
            outcome("2025-02-20", 9, period=None, period_start="2025-02-15", period_end="2025-03-01"),
            outcome("2025-02-20", 9, customer="b"),
        ],
    )
    first, second, other = panel.periods
    assert (first["period_start"], first["period_end"]) == (date(2025, 1, 10), date(2025, 2, 15))
    assert (first["units_posts"], second["units_posts"], other["units_posts"]) == (6, 24, 0)
    assert first["units_seats"] == pytest.approx(10 * 22 / 31 + 28 * 14 / 28)
    assert second["units_seats"] == pytest.approx(14)
    assert other["units_seats"] is None
    assert first["months"] == pytest.approx(36 / 30.4375)


def test_weeks_split_a_month_s_units_without_losing_any(build):
    weeks = [("2025-01-01", "2025-01-08"), ("2025-01-08", "2025-01-15"), ("2025-01-15", "2025-02-01")]
    panel = build(
        metrics=METRICS,
        usage=[use(f"2025-01-{day:02d}", day) for day in range(1, 32)] + [use("2024-12-20", 31, "seats")],
        outcomes=[outcome(start, 1, period=None, period_start=start, period_end=end) for start, end in weeks],
    )
    assert [row["units_posts"] for row in panel.periods] == [28, 77, 391]
    assert sum(row["units_posts"] for row in panel.periods) == panel.month("a", "2025-01-01")["units_posts"]
    assert [row["units_seats"] for row in panel.periods] == pytest.approx([7, 7, 17])


def test_odd_periods_need_no_usage(build):
    panel = build(
        outcomes=[outcome("2025-01-10", 7, period=None, period_start="2025-01-10", period_end="2025-01-11")]
    )
    assert [(row["value_0"], row["period_end"]) for row in panel.periods] == [(7, date(2025, 1, 11))]


def test_customers_with_whole_months_are_untouched_by_the_odd_periods_of_others(build):
    rows = {
        "metrics": METRICS,
        "usage": [use("2025-01-05", 3), use("2025-01-09", 5, "seats"), use("2025-01-31", 4)],
        "outcomes": [outcome("2025-01-31", 7)],
    }
    alone = build(**rows)
    odd = outcome(
        "2025-01-10", 7, customer="b", period=None, period_start="2025-01-10", period_end="2025-01-20"
    )
    together = build(**rows | {"outcomes": [*rows["outcomes"], odd]})
    assert together.periods[0] == alone.periods[0]
