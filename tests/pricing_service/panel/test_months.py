"""The months of small random businesses, against a count day by day."""

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

START, AS_OF = date(2024, 1, 10), date(2024, 4, 20)
METRICS = [{"metric": "posts", "kind": "flow"}, {"metric": "seats", "kind": "stock"}]

days = st.integers(0, (AS_OF - START).days).map(lambda n: START + timedelta(n))
customers = st.sampled_from(["a", "b"])
units = st.integers(0, 50).map(lambda n: n / 4)
usage_rows = st.fixed_dictionaries(
    {
        "customer_id": customers,
        "date": days,
        "metric": st.sampled_from(["posts", "seats"]),
        "units": units,
        "unit_id": st.sampled_from([None, "u", "v"]),
    }
)
stretch_rows = st.fixed_dictionaries(
    {
        "customer_id": customers,
        "start": days,
        "length": st.one_of(st.none(), st.integers(1, 90)),
        "mrr": st.integers(1, 400).map(float),
        "status": st.sampled_from(["active", "trial", "paused", "past_due"]),
    }
)


def months():
    month = START.replace(day=1)
    while month <= AS_OF:
        after = (month + timedelta(days=32)).replace(day=1)
        stop = min(after, AS_OF + timedelta(days=1))
        yield month, [month + timedelta(n) for n in range((stop - month).days)]
        month = after


def covers(stretch, day):
    return stretch["start"] <= day and (stretch["end"] is None or day < stretch["end"])


def paying(stretches, day):
    return sum(s["mrr"] for s in stretches if covers(s, day) and s["status"] in ("active", "past_due"))


def level(rows, day):
    """Sum over unit ids of the last level on or before `day`; rows of one day add up. None before the first."""
    known = [row for row in rows if row["date"] <= day]
    if not known:
        return None
    total = 0.0
    for unit in {row["unit_id"] for row in known}:
        its = [row for row in known if row["unit_id"] == unit]
        last = max(row["date"] for row in its)
        total += sum(row["units"] for row in its if row["date"] == last)
    return total


def expected_month(rows, stretches, observed, within):
    """The month, counted day by day; `observed` is the days on which the customer is a customer."""
    here = [row for row in rows if within[0] <= row["date"] <= within[-1]]
    seats = [row for row in rows if row["metric"] == "seats"]
    levels = [found for day in within if (found := level(seats, day)) is not None]
    active = bool(here) or any(day in observed for day in within)
    posts = [row["units"] for row in here if row["metric"] == "posts"]
    return {
        "mrr_end": paying(stretches, within[-1]),
        "mrr_average": sum(paying(stretches, day) for day in within) / len(within),
        "days_observed": sum(day in observed for day in within),
        "units_posts": sum(posts) if active or posts else None,
        "units_seats": sum(levels) / len(levels) if levels and active else None,
    }


@settings(
    max_examples=12,
    deadline=None,
    phases=[Phase.reuse, Phase.generate],  # a panel takes a third of a second: shrinking would take minutes
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.lists(usage_rows, min_size=1, max_size=25), st.lists(stretch_rows, max_size=5))
def test_every_month_is_what_a_count_day_by_day_says(build, usage, stretches):
    for number, stretch in enumerate(stretches):
        length = stretch.pop("length", None)
        stretch["end"] = stretch["start"] + timedelta(length) if length else None
        stretch |= {"plan": "p", "subscription_id": str(number)}
    usage = [*usage, {"customer_id": "b", "date": AS_OF, "metric": "posts", "units": 1.0, "unit_id": None}]
    tables = {"metrics": METRICS, "usage": usage, "customers": [{"customer_id": c} for c in "ab"]}
    panel = build(as_of=AS_OF, **tables, **({"subscriptions": stretches} if stretches else {}))
    for customer in "ab":
        rows = [row for row in usage if row["customer_id"] == customer]
        theirs = [s for s in stretches if s["customer_id"] == customer]
        every_day = [day for _, within in months() for day in within]
        seen = {row["date"] for row in rows} | {
            day for day in every_day if any(covers(s, day) for s in theirs)
        }
        if not seen:
            continue
        between = {day for day in every_day if min(seen) <= day <= max(seen)}
        observed = {d for d in every_day if any(covers(s, d) for s in theirs)} if theirs else between
        for month, within in months():
            if not between & set(within):
                continue
            found = panel.month(customer, month.isoformat())
            for name, value in expected_month(rows, theirs, observed, within).items():
                if name.startswith("mrr") and not stretches:
                    assert found[name] is None
                else:
                    assert found[name] == pytest.approx(value, abs=1e-6), (customer, month, name)


def test_costs_are_summed_by_month_and_zero_where_there_are_none(build):
    spent = {"customer_id": "a", "kind": "support"}
    panel = build(
        usage=[
            {"customer_id": "a", "date": day, "metric": "m", "units": 1}
            for day in ("2025-01-02", "2025-02-28")
        ],
        costs=[spent | {"date": "2025-01-05", "amount": 2}, spent | {"date": "2025-01-06", "amount": 3}],
    )
    assert [row["cost"] for row in panel.months] == [5, 0]


def test_without_costs_they_are_unknown(build):
    panel = build(usage=[{"customer_id": "a", "date": "2025-01-31", "metric": "m", "units": 1}])
    assert panel.months[0]["cost"] is None
