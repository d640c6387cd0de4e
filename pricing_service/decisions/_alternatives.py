"""What customers would do without us: where their alternatives are known, their worth is net of them.

A customer's next best alternative costs its price and falls short of us by the difference in value; a price
above the two together would lose the customer. That is what all its units are worth to it in a month, and of
several alternatives the one that leaves us least is the next best (Nagle & Müller 2018, ch. 2).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import ibis
import numpy as np
import pyarrow as pa
from ibis.expr.types import Table

from pricing_service.decisions._contract_tables import contract_tables
from pricing_service.decisions._evidence import Evidence, gather_from
from pricing_service.decisions._sums import recorded_months
from pricing_service.panel import Kpi, StoredPanel, ValueColumn
from pricing_service.panel.currency import Rates

NAME = "alternatives"
FEWEST_CUSTOMERS = 8
"""Fewer customers with alternatives cannot speak for all where the others' value is gross."""
_KPI = Kpi("(alternatives)", attribution=1.0, monetised=True, counted=True, share_given=1.0)
_NET = "net_worth"


def net_worth(panel: StoredPanel) -> dict[str, float]:
    """Return what all units are worth a month (money) to each customer whose alternatives are all known in full.

    Alternatives are given by customer, or by trait and level for all customers of that kind. A customer of whom
    one lacks its `value_difference`, or a rate for its currency, is left out: its next best is not known.
    """
    tables = contract_tables(panel)
    if NAME not in tables:
        return {}
    rates = Rates.of(tables, panel.currency, panel.as_of)
    table = rates.constant(tables[NAME], "price", "value_difference")
    rows = table.mutate(money=(table.price + table.value_difference).cast("float64"))
    groups = rows.group_by(["customer_id", "trait", "level"]).agg(
        least=rows.money.min(), unknown=rows.money.isnull().sum()
    )
    given = groups.order_by(["customer_id", "trait", "level"]).to_pyarrow().to_pylist()
    each = {row["customer_id"]: _least(row) for row in given if row["customer_id"] is not None}
    kinds = {(row["trait"], row["level"]): _least(row) for row in given if row["customer_id"] is None}
    return _smallest(panel.connect().table("customers"), each, kinds)


def _least(row: Mapping[str, float]) -> float:
    return float("nan") if row["unknown"] else float(row["least"])


def _smallest(
    customers: Table, each: Mapping[str, float], kinds: Mapping[tuple[str, str], float]
) -> dict[str, float]:
    traits = sorted({trait for trait, _ in kinds} & set(customers.columns))
    book = customers.select("customer_id", *traits).order_by("customer_id").to_pyarrow().to_pylist()
    found = {}
    for customer in book:
        its = [
            kinds[trait, _text(customer[trait])]
            for trait in traits
            if (trait, _text(customer[trait])) in kinds
        ]
        its += [each[customer["customer_id"]]] if customer["customer_id"] in each else []
        if its and np.isfinite(its).all():
            found[customer["customer_id"]] = min(its)
    return found


def _text(value: object) -> str:
    """Return a trait's value as the table of alternatives writes it: 5, not 5.0."""
    return f"{value:g}" if isinstance(value, float) else str(value)


def with_alternatives(
    outcomes: Evidence,
    net: Mapping[str, float],
    *,
    use_outcomes: bool = True,
    fewest: int = FEWEST_CUSTOMERS,
) -> tuple[Evidence, int]:
    """Return the evidence with customers' net worth in place of their outcomes, and how many customers it covers.

    Where the outcomes of the others are gross, or do not count, only customers with alternatives remain; where
    these are fewer than `fewest`, the outcomes stay as they are and 0 is returned.
    """
    panel = outcomes.panel
    covered = sorted(set(net) & set(outcomes.customers))
    mixed = use_outcomes and bool(outcomes.kpis) and not outcomes.gross
    if not covered or (not mixed and len(covered) < fewest):
        return outcomes, 0
    connection = panel.connect()
    units = [metric.column for metric in outcomes.metrics]
    columns = (*(outcomes.columns if mixed else ()), ValueColumn(_KPI.kpi, None, _NET, dated=False))
    own = ibis.memtable(pa.table({"covered": covered, _NET: [net[customer] for customer in covered]}))
    months = connection.table("months")
    rows = _net_months(recorded_months(months, outcomes.metrics), own, units, columns)
    if mixed:
        periods = outcomes.periods
        others = periods.anti_join(own, periods.customer_id == own.covered)
        rows = rows.union(
            others.select(
                "customer_id", "period_start", *units, *(each.column for each in outcomes.columns),
                months=others.months.cast("int64"), **{_NET: ibis.null("float64")},
            ).select(rows.columns)
        )  # fmt: skip
    kpis = [*(outcomes.kpis if mixed else ()), _KPI]
    names = [metric.metric for metric in outcomes.metrics]
    return gather_from(panel, rows, columns, metrics=names, kpis=kpis), len(covered)


def over_alternatives(outcomes: Evidence) -> tuple[Evidence, int, int]:
    """Return the evidence to compare metrics on, how many customers' alternatives are known, and how many count.

    Outcomes whose attribution is missing still show how value varies; they give way only where alternatives are
    known of at least half as many customers as report.
    """
    net = net_worth(outcomes.panel)
    half = -(-int(outcomes.reporters.size) // 2) if outcomes.kpis else 0
    evidence, covered = with_alternatives(outcomes, net, fewest=max(FEWEST_CUSTOMERS, half))
    return evidence, len(net), covered


def uses_alternatives(evidence: Evidence) -> bool:
    """Whether some of its value comes from alternatives."""
    return any(kpi.kpi == _KPI.kpi for kpi in evidence.kpis)


def rests_on_alternatives(evidence: Evidence) -> bool:
    """Whether all of its value comes from alternatives."""
    return [kpi.kpi for kpi in evidence.kpis] == [_KPI.kpi]


def _net_months(months: Table, own: Table, units: Sequence[str], columns: Sequence[ValueColumn]) -> Table:
    """Return a row per month of each covered customer, with its net worth as the month's value."""
    joined = months.join(own, months.customer_id == own.covered)
    nothing = {each.column: ibis.null("float64") for each in columns if each.column != _NET}
    return joined.select(
        "customer_id", *units, _NET, period_start=joined.month, months=ibis.literal(1, "int64"), **nothing
    )
