"""What each customer's value was when its price was last set, and what it is now.

Notation
--------
V₀, V : mean value a month over the periods before the last price, and over the latest ones, at most 12 each
g = log(V / V₀), s² its sampling variance from how value differs between periods
G = m + (g - m) τ² ÷ (τ² + s²) : drawn towards the others' (Efron & Morris 1973), τ² = max(0, var g - mean s²)

One good year is not added value: V stays as measured, and V₀ becomes V exp(-G).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import ibis
import numpy as np
import pyarrow as pa
from ibis.expr.types import Table

from models.checks import Floats
from pricing_service.decisions._judged import judgement_of
from pricing_service.panel import StoredPanel
from pricing_service.panel.answers import arrow_of
from pricing_service.panel.calendar import months_between

_WINDOW = 12
_FEWEST = 3
"""Periods that a window needs for its mean to be one."""
_FEWEST_COMPARED = 8


@dataclass(frozen=True, eq=False)
class ValueOverTime:
    """Value of n customers, money a month, NaN where unknown.

    Parameters
    ----------
    now, before
        V and V₀, shape (n,).
    noise
        Variance of log V by chance, shape (n,); NaN where V is unknown.
    """

    now: Floats
    before: Floats
    noise: Floats

    @classmethod
    def of(cls, panel: StoredPanel, customers: Sequence[str], since: Mapping[str, date]) -> ValueOverTime:
        """Read outcomes, net of what is not owed to us; `since` says when each customer's price was last set."""
        nothing = np.full(len(customers), np.nan)
        if not panel.values or not customers:
            return cls(nothing, nothing, nothing)
        sums = _sums(panel, since)
        place = {customer: at for at, customer in enumerate(customers)}
        now, then, noise, both = (nothing.copy() for _ in range(4))
        for row in arrow_of(sums).to_pylist():
            at = place.get(row["customer_id"])
            if at is None or row["now_n"] < _FEWEST:
                continue
            now[at], noise[at] = row["now"] / row["now_months"], _noise(row, "now")
            if row["then_n"] >= _FEWEST:
                then[at] = row["then"] / row["then_months"]
                both[at] = noise[at] + _noise(row, "then")
        return cls(now, now * np.exp(-_shrunk(now, then, both)), noise)


def _noise(row: Mapping[str, Any], window: str) -> float:
    """Return the squared coefficient of variation of a window's mean."""
    n, mean, square = row[f"{window}_n"], row[window] / row[f"{window}_n"], row[f"{window}_squares"]
    variance = max(square / n - mean**2, 0.0) * n / (n - 1)
    return variance / n / mean**2 if mean > 0 else np.nan


def _shrunk(now: Floats, then: Floats, noise: Floats) -> Floats:
    """Return log growth, NaN where it is unknown, drawn towards that of the others by its noise."""
    growth = np.full(now.size, np.nan)
    both = (now > 0) & (then > 0) & np.isfinite(noise)
    if int(both.sum()) < _FEWEST_COMPARED:
        return growth
    g, s2 = np.log(now[both] / then[both]), noise[both]
    tau2 = max(float(g.var(ddof=1) - s2.mean()), 0.0)
    weight = 1 / np.maximum(tau2 + s2, 1e-12)
    mean = float(weight @ g / weight.sum())
    growth[both] = mean + (g - mean) * tau2 * weight
    return growth


def _sums(panel: StoredPanel, since: Mapping[str, date]) -> Table:
    """Sum value over both windows of each customer, which never overlap."""
    connection = panel.connect()
    periods = connection.table("periods")
    judged = {kpi.kpi: judgement_of(kpi).mean for kpi in panel.kpis}
    counted = [each for each in panel.values if _counts(panel, each.kpi)]
    told = ibis.or_(*(periods[each.column].notnull() for each in counted)) if counted else ibis.literal(False)
    value = sum(
        (ibis.coalesce(periods[each.column], 0.0) * judged[each.kpi] for each in counted), ibis.literal(0.0)
    )
    each = periods.filter(told).select("customer_id", "period_start", "months", value=value)
    dates = pa.table(
        {"who": pa.array(list(since), pa.string()), "since": pa.array(list(since.values()), pa.date32())}
    )
    told_on = ibis.memtable(dates)
    joined = each.left_join(told_on, each.customer_id == told_on.who)
    own = ibis.window(group_by="customer_id", order_by="period_start")
    backwards = ibis.window(group_by="customer_id", order_by=ibis.desc("period_start"))
    ranked = joined.mutate(
        first=ibis.row_number().over(own),
        last=ibis.row_number().over(backwards),
        after=months_between(ibis.coalesce(joined.since, joined.period_start), joined.period_start),
    )
    # Around the last price: the year before it, and where that is not known the first year there is.
    had = ((ranked.after < 0) & (ranked.after >= -_WINDOW)).sum().over(ibis.window(group_by="customer_id"))
    before = ibis.ifelse(
        had >= _FEWEST, (ranked.after < 0) & (ranked.after >= -_WINDOW), ranked.first < _WINDOW
    )
    marked = ranked.mutate(then_in=before & (ranked.last >= _WINDOW), now_in=ranked.last < _WINDOW)
    found: dict[str, Any] = {}
    for name in ("now", "then"):
        inside = marked[f"{name}_in"]
        found |= {
            name: ibis.coalesce(marked.value.sum(where=inside), 0.0),
            f"{name}_squares": ibis.coalesce((marked.value * marked.value).sum(where=inside), 0.0),
            f"{name}_months": ibis.coalesce(marked.months.cast("float64").sum(where=inside), 0.0),
            f"{name}_n": marked.value.count(where=inside),
        }
    return marked.group_by("customer_id").agg(**found).order_by("customer_id")


def _counts(panel: StoredPanel, name: str) -> bool:
    return any(kpi.kpi == name and kpi.counted for kpi in panel.kpis)
