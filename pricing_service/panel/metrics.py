"""The candidate value metrics of a dataset: declared ones first, then those that only `usage` knows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import ibis

from pricing_service.panel.checked import Checked
from pricing_service.panel.currency import Rates
from pricing_service.panel.described import Metric
from pricing_service.panel.facts import Facts


def describe_metrics(checked: Checked, facts: Facts, rates: Rates) -> tuple[Metric, ...]:
    """Metrics that have usage rows, or are declared, ordered by name.

    An undeclared metric is a flow, and carries a warning where its rows look like a level. A `unit_cost` in another
    currency is converted at the rate of `as_of`; without a rate it is not known.
    """
    declared = {row["metric"]: row for row in checked.rows("metrics")}
    to_home = rates.of_rows(declared.values())
    for row in declared.values():
        rate = to_home.get(row["currency"])
        row["unit_cost"] = None if row["unit_cost"] is None or rate is None else row["unit_cost"] * rate
    used = {row["metric"]: row for row in facts.usage}
    metrics, taken = [], set()
    for name in sorted(declared.keys() | used.keys()):
        column = f"units_{name}"
        while column.casefold() in taken:  # engines fold the case of columns, metrics do not
            column += "_"
        taken.add(column.casefold())
        metrics.append(_metric(name, column, declared.get(name), used.get(name), as_of=rates.as_of))
    levels = _levels(checked, [metric.metric for metric in metrics if not metric.declared])
    return tuple(_doubted(metric) if metric.metric in levels else metric for metric in metrics)


def _doubted(metric: Metric) -> Metric:
    doubt = (
        "not declared in metrics and read as a flow, but its rows look like a level that lasts; if it is one, a row "
        f"of metrics with metric = {metric.metric} and kind = stock says so"
    )
    return replace(metric, warnings=(*metric.warnings, doubt))


def _levels(checked: Checked, names: Sequence[str]) -> set[str]:
    """Which of `names` look like levels: rows without a date, or most rows within 5 % of the row before them.

    Only units above 1 are judged, for events are often single, and only a thousand customers.
    """
    if not names:
        return set()
    usage = checked["usage"]
    rows = usage.filter(usage.metric.isin(names))
    some = rows.select(known_id="customer_id").distinct().order_by("known_id").limit(1000)
    rows = rows.semi_join(some, rows.customer_id == some.known_id)
    before = rows.units.lag().over(group_by=["customer_id", "metric", "unit_id"], order_by=["date", "units"])
    rows = rows.mutate(before=before)
    known = rows.date.isnull() | (rows.before.notnull() & (ibis.greatest(rows.units, rows.before) > 1))
    near = rows.date.isnull() | (
        (rows.units - rows.before).abs() * 20 <= ibis.greatest(rows.units, rows.before)
    )
    shares = rows.group_by("metric").agg(share=near.cast("float64").mean(where=known))
    return {row["metric"] for row in shares.to_pyarrow().to_pylist() if (row["share"] or 0) >= 0.5}


def _metric(
    name: str, column: str, row: dict[str, Any] | None, used: dict[str, Any] | None, *, as_of: date
) -> Metric:
    warnings = []
    first = None if used is None else used["first"] or as_of
    first = None if first is None or first > as_of else first
    if used is None:
        warnings.append("declared, but usage has no row of it")
    elif used["dated"] == 0:
        warnings.append("only snapshots without a date: known from the last day of the data on, not before")
    if row is None:
        return Metric(
            name, column, "flow", "sum", declared=False, first_recorded=first, warnings=tuple(warnings)
        )
    kind, aggregate = row["kind"], row["aggregate"]
    aggregate = aggregate or ("sum" if kind == "flow" else "mean")
    fitting = ("sum", "distinct_units") if kind == "flow" else ("mean", "max", "last", "distinct_units")
    if aggregate not in fitting:
        warnings.append(f"a {kind} cannot be aggregated by {aggregate}: {fitting[0]} is used")
        aggregate = fitting[0]
    return Metric(
        name,
        column,
        kind,
        aggregate,
        row["unit_name"],
        row["unit_cost"],
        row["product"],
        recorded=used is not None,
        first_recorded=first,
        warnings=tuple(warnings),
    )
