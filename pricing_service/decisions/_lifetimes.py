"""From panel to lifetime values: a life table of the book, and each customer's margin so far and now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import ibis
import numpy as np
from ibis.expr.types import Table
from numpy.typing import NDArray

from models.checks import Floats
from models.errors import NotEstimable
from models.estimate import Estimate, Label
from models.ideal_customers.lifetime_value import LifetimeValue, Staying, lifetime_values
from models.order_statistics import SortedSample
from models.resampling import bootstrap_weights, estimate_from_quantiles
from pricing_service.panel import StoredPanel

HORIZON_MONTHS = 60
"""Months beyond these do not count: nobody's data say how long a customer stays for ever."""
DISCOUNT_RATE = 0.12
_RECENT = 12
_DRAWS, _MOST_CELLS = 1000, 20_000_000


@dataclass(frozen=True)
class Lifetimes:
    """Lifetime values of the book.

    Parameters
    ----------
    customers
        Ids of all customers, sorted.
    staying
        How long customers stay; None with `why_not` where the data cannot tell.
    values
        Of every customer; None as above.
    known
        Shape (N,): whether anything was seen of a customer.
    left
        Shape (N,): whether it pays nothing any more.
    why_not
        A reason's code and its sentence.
    """

    customers: list[str]
    staying: Staying | None
    values: LifetimeValue | None
    known: NDArray[np.bool_]
    left: NDArray[np.bool_]
    why_not: NotEstimable | None

    def typical(self, *, currency: str, level: float, seed: int) -> Estimate:
        """Return the median customer's lifetime value."""
        label = Label(unit=currency, method="median of margin so far and expected", level=level)
        n = int(self.known.sum())
        if self.values is None:
            return label.unknown(self.reason, n=0)
        if n < 8:
            return label.unknown("insufficient_customers", n=n)
        sample = SortedSample(self.values.value[self.known])
        draws = int(np.clip(_MOST_CELLS // n, 100, _DRAWS))
        drawn = sample.median(bootstrap_weights(n, draws=draws, seed=seed))
        value = float(sample.median(np.ones((1, n)))[0])
        # The book's own scatter, and the doubt about how long customers stay, which moves all of them together.
        ends = [float(np.median(each[self.known])) for each in (self.values.low, self.values.high)]
        own = estimate_from_quantiles(value, drawn, n=n, label=label)
        if own.low is None or own.high is None:
            return own
        down, up = np.hypot(value - own.low, value - ends[0]), np.hypot(own.high - value, ends[1] - value)
        return label.known(value, value - float(down), value + float(up), n=n)

    @property
    def reason(self) -> str:
        """The code of why there are no values."""
        return self.why_not.reason if self.why_not else "no_bills"

    def rows(self) -> dict[str, list[Any]]:
        """Return the columns of the table of customers."""
        basis = np.where(self.left, "observed", "observed_and_expected").astype(object)
        nothing: list[float | None] = [None] * len(self.customers)
        if self.values is None:
            return {
                "lifetime_value": nothing, "lifetime_value_low": nothing, "lifetime_value_high": nothing,
                "lifetime_value_basis": [self.reason] * len(self.customers),
            }  # fmt: skip
        basis[~self.known] = "not_seen"

        def shown(values: Floats) -> list[float | None]:
            return [value if seen else None for value, seen in zip(values.tolist(), self.known, strict=True)]

        return {
            "lifetime_value": shown(self.values.value), "lifetime_value_low": shown(self.values.low),
            "lifetime_value_high": shown(self.values.high), "lifetime_value_basis": basis.tolist(),
        }  # fmt: skip


def read_lifetimes(panel: StoredPanel, *, level: float) -> Lifetimes:
    """Read the life table and every customer's margins."""
    connection = panel.connect()
    months = connection.table("months")
    customers = connection.table("customers").order_by("customer_id").select("customer_id").to_pyarrow()
    ids: list[str] = customers.column("customer_id").to_pylist()
    nobody = np.zeros(len(ids), dtype=bool)
    last = (
        months.filter(~months.partial)
        .agg(last=lambda table: table.month.max())
        .to_pyarrow()["last"][0]
        .as_py()
    )
    if last is None or not months.mrr_end.notnull().any().to_pyarrow().as_py():
        why = NotEstimable("no_bills", "no table tells what customers pay")
        return Lifetimes(ids, None, None, nobody, nobody, why)
    try:
        table = _life_table(months, last)
        staying = Staying.fit(*table, discount_rate=DISCOUNT_RATE, horizon=HORIZON_MONTHS)
    except NotEstimable as refusal:
        return Lifetimes(ids, None, None, nobody, nobody, refusal)
    place = {who: at for at, who in enumerate(ids)}
    so_far, now = np.zeros(len(ids)), np.zeros(len(ids))
    age, known, left = np.zeros(len(ids), dtype=np.int64), nobody.copy(), ~nobody
    for row in _margins(months, last).to_pyarrow().to_pylist():
        at = place[row["customer_id"]]
        known[at] = True
        so_far[at], age[at] = row["so_far"] or 0.0, max(row["age"] or 0, 0)
        if row["bill"]:
            now[at], left[at] = row["bill"] - (row["service"] or 0.0), False
    values = lifetime_values(staying, so_far, now, age, level=level)
    return Lifetimes(ids, staying, values, known, left, None)


def _life_table(months: Table, last: object) -> tuple[Floats, Floats]:
    """Return customer-months at risk and departures by age: of months that pay and have a whole month after."""
    following = months.mrr_end.lead().over(ibis.window(group_by="customer_id", order_by="month"))
    each = months.mutate(following=ibis.coalesce(following, 0.0))
    each = each.filter((each.mrr_end > 0) & (each.month < ibis.literal(last)))
    age = ibis.greatest(each.months_since_signup, 0)
    told = (
        each.mutate(age=age)
        .group_by("age")
        .agg(at_risk=lambda table: table.count(), left=lambda table: (table.following <= 0).sum())
    )
    table = told.order_by("age").to_pyarrow()
    ages = np.array(table.column("age").to_pylist(), dtype=np.int64)
    counts = []
    for name in ("at_risk", "left"):
        filled = np.zeros(int(ages.max(initial=-1)) + 1)
        filled[ages] = table.column(name).to_pylist()
        counts.append(filled)
    return counts[0], counts[1]


def _margins(months: Table, last: object) -> Table:
    """Return each customer's margin so far, its bill in the last whole month and what serving it costs a month."""
    cost = ibis.coalesce(months.cost, 0.0)
    end = ibis.literal(last)
    recent = (months.month > end - ibis.interval(months=_RECENT)) & (months.month <= end)
    return months.group_by("customer_id").agg(
        so_far=(ibis.coalesce(months.mrr_average, 0.0) - cost).sum(where=months.month <= end),
        bill=months.mrr_end.max(where=months.month == end),
        service=cost.mean(where=recent & (months.months_since_signup > 1)),
        age=months.months_since_signup.max(where=months.month <= end),
    )
