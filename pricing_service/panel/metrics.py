"""The candidate value metrics of a dataset: declared ones first, then those that only `usage` knows."""

from __future__ import annotations

from typing import Any

from pricing_service.panel.checked import Checked
from pricing_service.panel.described import Metric
from pricing_service.panel.facts import Facts


def describe_metrics(checked: Checked, facts: Facts) -> tuple[Metric, ...]:
    """Metrics that have usage rows, or are declared, ordered by name.

    An undeclared metric is a flow. It carries a warning where its rows look like a level: some have no date, so
    that they are a snapshot of today.
    """
    declared: dict[str, dict[str, Any]] = {}
    if "metrics" in checked:
        declared = {row["metric"]: row for row in checked["metrics"].to_pyarrow().to_pylist()}
    used = {row["metric"]: row for row in facts.usage}
    metrics, taken = [], set()
    for name in sorted(declared.keys() | used.keys()):
        column = f"units_{name}"
        while column.casefold() in taken:  # engines fold the case of columns, metrics do not
            column += "_"
        taken.add(column.casefold())
        metrics.append(_metric(name, column, declared.get(name), used.get(name)))
    return tuple(metrics)


def _metric(name: str, column: str, row: dict[str, Any] | None, used: dict[str, Any] | None) -> Metric:
    warnings = []
    if used is None:
        warnings.append("declared, but usage has no row of it")
    elif used["dated"] == 0:
        warnings.append("only snapshots without a date: known from the last day of the data on, not before")
    if row is None:
        warnings.append("not declared in metrics: read as a flow")
        return Metric(name, column, "flow", "sum", declared=False, warnings=tuple(warnings))
    kind, aggregate = row["kind"], row["aggregate"]
    aggregate = aggregate or ("sum" if kind == "flow" else "mean")
    fitting = ("sum", "distinct_units") if kind == "flow" else ("mean", "max", "last", "distinct_units")
    if aggregate not in fitting:
        warnings.append(f"a {kind} cannot be aggregated by {aggregate}: {fitting[0]} is used")
        aggregate = fitting[0]
    cost = None if row["unit_cost"] is None else float(row["unit_cost"])
    return Metric(
        name,
        column,
        kind,
        aggregate,
        row["unit_name"],
        cost,
        row["product"],
        declared=True,
        warnings=tuple(warnings),
    )
