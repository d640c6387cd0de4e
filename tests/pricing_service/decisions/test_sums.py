"""The sums that leave the engine equal those that a reader would make by hand, row by row."""

from __future__ import annotations

from datetime import date

import ibis
import numpy as np
import pyarrow as pa
import pytest

from models.checks import Floats
from pricing_service.decisions._sums import sum_periods, units_per_month
from pricing_service.panel import Kpi, Metric, ValueColumn

MONTHS = [date(2024, month, 1) for month in range(1, 8)]
KPIS = (
    Kpi("hires", attribution=0.5, monetised=True, counted=True),
    Kpi("savings", attribution=0.5, attribution_sd=0.1, monetised=True, counted=True),
)
VALUES = (ValueColumn("hires", None, "value_0"), ValueColumn("savings", "seats", "value_1", dated=False))
METRICS = (Metric("postings", "units_0", "flow", "sum"), Metric("seats", "units_1", "stock", "mean"))
BOOK = pa.table({"customer_id": ["a", "b", "c", "silent"]})


def periods_with(**changed: dict[int, float | None]) -> pa.Table:
    """Three customers of 7, 6 and 1 months, all with units and value in all; then single cells are changed."""
    rng = np.random.default_rng(3)
    names = ["a"] * 7 + ["b"] * 6 + ["c"]
    starts = MONTHS + MONTHS[1:] + MONTHS[3:4]
    money = ("value_0", "value_1", "units_0", "units_1")
    columns = {column: rng.integers(1, 9, len(names)).astype(float).tolist() for column in money}
    for column, cells in changed.items():
        for at, cell in cells.items():
            columns[column][at] = cell
    mixed = rng.permutation(len(names))  # the engine may hand out rows in any order
    return pa.table({"customer_id": names, "period_start": starts, "months": [1] * 14, **columns}).take(mixed)


def by_hand(rows: list[dict[str, object]], metric: Metric) -> dict[str, float]:
    """Sum one customer's periods in plain Python."""
    found = dict.fromkeys(
        (
            "periods",
            "units",
            "units_squares",
            "early_periods",
            "early_units",
            "idle_periods",
            "active_periods",
        ),
        0.0,
    ) | dict.fromkeys(("value", "early_value", "value_squares", "products", "stray_value"), 0.0)
    half = sorted(row["period_start"] for row in rows)[len(rows) // 2]
    for row in rows:
        u = row[metric.column]
        if u is None:
            continue
        hires, savings = (0.5 * (row[column] or 0.0) for column in ("value_0", "value_1"))
        v = hires + (savings if metric.metric == "seats" else 0.0)
        early = row["period_start"] < half
        added = {
            "periods": 1, "units": u, "units_squares": u * u, "value": v, "value_squares": v * v, "products": v * u,
            "early_periods": early, "early_units": early * u, "early_value": early * v,
            "idle_periods": u > 0 and v <= 0, "active_periods": u > 0,
            # What is known as a sum a month, not month by month, strays nowhere.
            "stray_value": hires if u <= 0 and hires > 0 else 0.0,
        }  # fmt: skip
        found = {name: found[name] + float(added[name]) for name in found}
    return found


def over_parts(sums: dict[str, Floats], name: str, at: int) -> Floats:
    """Return a sum, of whichever parts of value there are."""
    parts = range(2)
    if name in ("value", "early_value", "products", "stray_value"):
        return sum(sums[f"{name}_{p}_{at}"] for p in parts)
    if name == "value_squares":
        return sum(sums[f"{name}_{min(p, q)}_{max(p, q)}_{at}"] for p in parts for q in parts)
    return sums[f"{name}_{at}"]


CASES = {
    "value in every period": {},
    "a period that earns nothing": {"value_0": {2: 0.0}, "value_1": {2: 0.0}},
    "a period that earns nothing and is not used": {"value_0": {2: 0.0}, "units_0": {2: 0.0}},
    "a loss that eats the rest": {"value_1": {8: -50.0}},
    "a customer that never reports one of the two": {
        "value_1": dict.fromkeys(range(7, 13)),
        "value_0": {8: 0.0},
    },
    "units that are unknown": {"units_0": {0: None, 9: None}},
    "a metric without use for long": {"units_1": dict.fromkeys(range(4, 10), 0.0)},
}


@pytest.mark.parametrize("changed", CASES.values(), ids=CASES)
def test_sums_equal_those_made_by_hand(changed):
    table = periods_with(**changed)
    engine = ibis.duckdb.connect()
    places, sums = sum_periods(engine.create_table("periods", table), VALUES, METRICS, KPIS, book=BOOK)
    assert places.tolist() == [0, 1, 2]
    for at, metric in enumerate(METRICS):
        for place, customer in enumerate("abc"):
            rows = [row for row in table.to_pylist() if row["customer_id"] == customer]
            for name, wanted in by_hand(rows, metric).items():
                assert over_parts(sums, name, at)[place] == pytest.approx(wanted), (
                    metric.metric,
                    customer,
                    name,
                )


@pytest.mark.parametrize("firsts", [(MONTHS[2], MONTHS[2]), (MONTHS[2], MONTHS[4]), (None, MONTHS[4])])
def test_months_before_a_metric_was_recorded_do_not_count_as_months_without_use(firsts):
    table = periods_with().rename_columns({"period_start": "month"})
    months = ibis.duckdb.connect().create_table("months", table).mutate(partial=False)
    metrics = [
        Metric(metric.metric, metric.column, metric.kind, metric.aggregate, first_recorded=first)
        for metric, first in zip(METRICS, firsts, strict=True)
    ]
    found = units_per_month(months, metrics, BOOK)
    for metric, first in zip(metrics, firsts, strict=True):
        for place, customer in enumerate(["a", "b", "c", "silent"]):
            units = [
                row[metric.column]
                for row in table.to_pylist()
                if row["customer_id"] == customer and row["month"] >= (first or MONTHS[0])
            ]
            wanted = np.mean(units) if units else np.nan
            assert found[metric.metric][place] == pytest.approx(wanted, nan_ok=True), (
                metric.metric,
                customer,
            )
