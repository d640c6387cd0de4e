"""Which metrics there are, and what they warn of."""

from datetime import date

import pytest


def use(day, units, metric="seats", customer="a"):
    return {"customer_id": customer, "date": day, "metric": metric, "units": units}


def test_metrics_are_those_declared_and_those_used_by_name(build):
    panel = build(
        metrics=[{"metric": "b", "kind": "stock", "unit_name": "seat", "unit_cost": 0.5, "product": "core"}],
        usage=[use("2025-01-31", 1, "c"), use("2025-01-31", 1, "a"), use("2025-01-31", 1, "b")],
    )
    assert [(m.metric, m.kind, m.aggregate, m.declared) for m in panel.stored.metrics] == [
        ("a", "flow", "sum", False),
        ("b", "stock", "mean", True),
        ("c", "flow", "sum", False),
    ]
    b = panel.metric("b")
    assert (b.unit_name, b.unit_cost, b.product) == ("seat", 0.5, "core")


def test_a_declared_metric_without_any_row_is_unknown(build):
    panel = build(metrics=[{"metric": "b", "kind": "flow"}], usage=[use("2025-01-31", 1)])
    assert not panel.metric("b").recorded
    assert panel.months[0]["units_b"] is None


@pytest.mark.parametrize(
    ("units", "doubted"),
    [([100, 101, 101, 103], True), ([7, 40, 3, 90], False), ([1, 1, 1, 1], False)],
)
def test_an_undeclared_metric_that_looks_like_a_level_is_doubted(build, units, doubted):
    panel = build(usage=[use(f"2025-01-{day + 28}", n) for day, n in enumerate(units)])
    assert any("look like a level" in warning for warning in panel.metric("seats").warnings) is doubted


def test_an_undeclared_snapshot_is_doubted(build):
    panel = build(usage=[use(None, 5), use("2025-01-31", 5, "other")])
    assert any("look like a level" in warning for warning in panel.metric("seats").warnings)


def test_metrics_whose_names_differ_in_case_only_have_columns_of_their_own(build):
    panel = build(usage=[use("2025-01-31", 1, "Seats"), use("2025-01-31", 2, "seats")])
    assert [panel.months[0][metric.column] for metric in panel.stored.metrics] == [1, 2]


def test_names_are_kept_to_the_letter(build):
    name = 'société "x" 1; drop'
    panel = build(usage=[use("2025-01-31", 3, name)])
    assert panel.months[0][panel.metric(name).column] == 3


def test_an_aggregate_that_does_not_fit_the_kind_is_replaced_and_said(build):
    panel = build(
        metrics=[{"metric": "seats", "kind": "flow", "aggregate": "mean"}], usage=[use("2025-01-31", 3)]
    )
    assert panel.metric("seats").aggregate == "sum"
    assert "cannot be aggregated" in panel.metric("seats").warnings[0]


def test_a_metric_knows_the_day_of_its_first_row(build):
    rows = [use("2025-01-31", 0), use("2025-03-31", 5), use("2025-02-28", 1, "posts"), use(None, 3, "plain")]
    panel = build(usage=rows, metrics=[{"metric": "never", "kind": "flow"}])
    assert panel.metric("seats").first_recorded == date(2025, 1, 31)
    assert panel.metric("posts").first_recorded == date(2025, 2, 28)
    assert panel.metric("plain").first_recorded == date(2025, 3, 31)  # a snapshot of the panel's last day
    assert panel.metric("never").first_recorded is None


def test_what_is_recorded_after_the_panels_last_day_is_not_recorded_yet(build):
    panel = build(as_of=date(2025, 2, 28), usage=[use("2025-01-31", 1), use("2025-03-31", 5, "posts")])
    assert panel.metric("seats").first_recorded == date(2025, 1, 31)
    assert panel.metric("posts").first_recorded is None
