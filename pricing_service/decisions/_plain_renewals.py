"""Subscriptions that went on or ended, read as decisions about the price that was paid: what one unit is worth paying.

Who told nobody a new price still sees customers stay at the old one, or leave for it. With terms a decision is a term
that ended; without them every stretch is one: it runs, or it was ended. Whoever left for another reason still kept the
price until then.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from itertools import groupby
from operator import itemgetter
from typing import Any

import numpy as np

from models.willingness.plain_renewals import read_plain_renewals
from models.willingness.renewals import KNOWING
from models.willingness.sources import WillingnessSource
from pricing_service.decisions._contract_tables import contract_tables
from pricing_service.decisions._price_changes import FEWEST, ToldPrices
from pricing_service.panel import Metric, StoredPanel
from pricing_service.panel.currency import Rates

FOR_THE_PRICE = "price"
"""The `end_reason` of a customer who left for the price."""
_PAYING = ("active", "past_due")
_RENEWAL = KNOWING[1]


def renewals_of(
    told: ToldPrices, panel: StoredPanel, units: Mapping[str, float], metric: Metric, *, level: float
) -> WillingnessSource | None:
    """Return what renewals say: of customers who were told a price where they are enough, else of all.

    Parameters
    ----------
    told
        The prices that customers were told.
    panel, units, metric
        Where subscriptions are, units per month by customer (> 0), and what is priced by the unit.
    level
        Of the intervals.
    """
    by_change = told.source(metric, currency=panel.currency, level=level)
    if by_change is not None and by_change.estimate.known:
        return by_change
    everybody = _together(told, plain_renewals(panel, units, without=told.customers))
    if len(everybody.customers) < FEWEST:
        return by_change
    unit = f"{panel.currency}/{metric.metric}"
    found = read_plain_renewals(everybody.renewals, unit=unit, level=level)
    return found if found.estimate.known else by_change


def plain_renewals(
    panel: StoredPanel, units: Mapping[str, float], *, without: Sequence[str] = ()
) -> ToldPrices:
    """Read the last price that every customer kept or left for out of `subscriptions`.

    Parameters
    ----------
    panel
        Its dataset's table is read, up to `as_of` and in its currency.
    units
        Units per month by customer, > 0.
    without
        Customers to leave out.
    """
    passed_over = set(without)
    decided = {
        customer: _decision(list(rows), panel.as_of)
        for customer, rows in groupby(_stretches(panel), key=itemgetter("customer_id"))
        if units.get(customer, 0.0) > 0 and customer not in passed_over
    }
    known = [customer for customer in sorted(decided) if np.isfinite(decided[customer]).any()]
    by_unit = np.array([units[customer] for customer in known], dtype=np.float64)
    kept, refused = np.array([decided[customer] for customer in known], dtype=np.float64).reshape(-1, 2).T
    return ToldPrices(
        customers=known, kept=kept / by_unit, refused=refused / by_unit,
        before=np.where(np.isnan(refused), kept, refused) / by_unit, assignment=[_RENEWAL] * len(known),
    )  # fmt: skip


def _stretches(panel: StoredPanel) -> list[dict[str, Any]]:
    """Return the paid stretches that have begun, by customer and start."""
    tables = contract_tables(panel)
    if "subscriptions" not in tables:
        return []
    table = Rates.of(tables, panel.currency, panel.as_of).constant(tables["subscriptions"], "mrr")
    begun = table.filter(table.start <= panel.as_of, table.mrr > 0, table.status.isin(_PAYING))
    wanted = begun.select("customer_id", "start", "end", "mrr", "term_end", "end_reason")
    ordered = wanted.mutate(mrr=wanted.mrr.cast("float64")).order_by(["customer_id", "start", "end", "mrr"])
    rows: list[dict[str, Any]] = ordered.to_pyarrow().to_pylist()
    return rows


def _decision(rows: Sequence[Mapping[str, Any]], as_of: date) -> tuple[float, float]:
    """Return the MRR that a customer last kept and the one that it left for, NaN where there is none."""
    running = [row for row in rows if row["end"] is None or row["end"] > as_of]
    last_day = as_of if running else max(row["end"] for row in rows)
    last = running or [row for row in rows if row["end"] == last_day]
    paid = sum(row["mrr"] for row in last)
    if not running and any(row["end_reason"] == FOR_THE_PRICE for row in last):
        return np.nan, paid
    ends = [row["term_end"] for row in rows if row["term_end"] is not None]
    return paid if not ends or min(ends) < last_day else np.nan, np.nan


def _together(told: ToldPrices, plain: ToldPrices) -> ToldPrices:
    return ToldPrices(
        customers=[*told.customers, *plain.customers],
        kept=np.concatenate([told.kept, plain.kept]),
        refused=np.concatenate([told.refused, plain.refused]),
        before=np.concatenate([told.before, plain.before]),
        assignment=[*told.assignment, *plain.assignment],
    )
