"""Customers of one plan who came at different list prices, as evidence of how churn answers: the weakest there is.

Plans' list prices changed on different days: of two customers who came in the same month, one may have come at a new
price and the other at one that had not changed. That tells the answer where nothing but prices changed, and where the
same kind of customers came at either. What was known of them when they came is looked at (`balance`); what nobody sees
is not: who came at a higher price was willing to pay it, so that the answer reads too low.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import special

from models.checks import Floats
from models.errors import NotEstimable
from models.estimate import Label
from models.pricing.raises.balance import Balance, balance_of
from models.pricing.raises.response import Response
from models.pricing.raises.unseen import explains_away
from pricing_service.decisions._raise_customers import RaiseCustomers
from pricing_service.decisions._raise_listed import ListPrices, Version
from pricing_service.panel import StoredPanel
from pricing_service.panel.answers import arrow_of, floats_of

CROSS_SECTIONAL = "cross_sectional"
_SEEN = 0.05
"""Chance below which customers of different list prices are said to have differed before."""
_FIRST = 3
"""Months since a customer came whose value and units are known before its price can have done much."""
_CUSTOMERS_EACH = 10
"""Customers for each number that was known of them before."""
_TENTH = 0.1


@dataclass(frozen=True, eq=False)
class CrossSection:
    """List prices that customers came at, how they differed before, and why they are not used, if so.

    `known` names the columns that `balance` compares.
    """

    listed: ListPrices
    known: list[str]
    balance: Balance | None
    why_not: NotEstimable | None

    @classmethod
    def of(cls, panel: StoredPanel, customers: RaiseCustomers, listed: ListPrices) -> CrossSection:
        """Compare what was known of customers when they came."""
        names, columns = _known_before(panel, customers, listed.bill)
        tells = listed.tells
        most = max(int(tells.sum()) // _CUSTOMERS_EACH, 1)
        names, known = names[:most], _filled(columns[:, :most], tells)
        try:
            found = balance_of(listed.log[tells], listed.levels[tells], known[tells])
        except NotEstimable as refusal:
            return cls(listed, names, None, refusal)
        if found.chance < _SEEN:
            text = "customers who came at different list prices differed before: what they did after is not the price's"
            return cls(listed, names, found, NotEstimable("versions_differ_before", text))
        return cls(listed, names, found, None)

    def entry(self, response: Response, level: float, share: float) -> dict[str, Any]:
        """Return what the answer says of it; `share` leave at a decision."""
        balance = self.balance
        verdict = "unknown" if balance is None else "seen" if balance.chance < _SEEN else "none_seen"
        reasons = {"chance": self.why_not.reason} if balance is None and self.why_not is not None else {}
        return {
            "customers": int(self.listed.tells.sum()),
            "versions": [_version(each) for each in self.listed.versions],
            "balance": {
                "verdict": verdict,
                "chance": None if balance is None else balance.chance,
                "known": [] if balance is None else [self._known(at, level) for at in range(len(self.known))],
                "reasons": reasons,
            },
            "explained_away": self._explained(response, level, share),
        }

    def _known(self, at: int, level: float) -> dict[str, Any]:
        """Return by how many standard deviations customers of a tenth more differed before."""
        assert self.balance is not None
        name = {"known": self.known[at]}
        label = Label(
            unit="standard deviations", method="least squares on the log of list price", level=level
        )
        value, error = float(self.balance.value[at]), float(self.balance.error[at])
        if not np.isfinite(value):
            return name | label.unknown("no_variation_before", n=0).to_json()
        tenth = float(np.log1p(_TENTH))
        reach = float(special.ndtri((1 + level) / 2)) * error
        low, high = (value - reach) * tenth, (value + reach) * tenth
        return name | label.known(value * tenth, low, high, n=int(self.listed.tells.sum())).to_json()

    def _explained(self, response: Response, level: float, share: float) -> dict[str, Any]:
        label = Label(unit="risk ratio", method="E-value of a tenth more", level=level)
        n = int(self.listed.tells.sum())
        if self.why_not is not None or not response.identified:
            reason = "not_identified" if self.why_not is None else self.why_not.reason
            return label.unknown(reason, n=n).to_json()
        ends = np.quantile(response.theta, [0.5, (1 - level) / 2, (1 + level) / 2])
        value, low, high = explains_away(np.exp(_TENTH * ends), share=share).tolist()
        return label.known(value, low, high, n=n).to_json()


def _version(version: Version) -> dict[str, Any]:
    price, unit = version.price or (None, None)
    return {
        "plan": version.plan,
        "version": version.name or None,
        "price": price,
        "unit": unit,
        "over_usual": float(np.expm1(version.log)),
        "customers": version.customers,
        "reasons": ({} if version.name else {"version": "no_dated_lines"})
        | ({} if version.price else dict.fromkeys(("price", "unit"), "several_list_prices")),
    }


def _known_before(
    panel: StoredPanel, customers: RaiseCustomers, first_bill: Floats
) -> tuple[list[str], Floats]:
    """Return what was known of N customers when they came, (N, p), NaN where it was not, and what each is called."""
    columns = {"first bill": _logs(first_bill)} | _first_months(panel, customers)
    traits = customers.traits
    for name, numbers in traits.numbers.items():
        columns[name] = np.log1p(numbers) if np.nanmin(numbers) >= 0 else numbers
    for name, words in traits.words.items():
        levels = [] if name == "plan" else np.unique(words)[1:].tolist()
        columns |= {f"{name}: {level}": (words == level).astype(np.float64) for level in levels}
    return list(columns), np.column_stack(list(columns.values()))


def _first_months(panel: StoredPanel, customers: RaiseCustomers) -> dict[str, Floats]:
    """Return the log of value and of units of the first months, (N,) each, NaN where nothing tells."""
    months = panel.connect().table("months")
    early = months.filter(~months.partial & (months.months_since_signup < _FIRST))
    read = {"value": early.value.cast("float64").mean(where=early.value_reported)}
    if customers.metric is not None:
        read["units"] = early[customers.metric.column].cast("float64").mean()
    rows = arrow_of(early.group_by("customer_id").agg(**read).order_by("customer_id"))
    place = {customer: at for at, customer in enumerate(customers.everybody)}
    who = np.array([place[each] for each in rows.column("customer_id").to_pylist()], dtype=np.intp)
    found = {}
    for name in read:
        column = np.full(len(place), np.nan)
        column[who] = floats_of(rows, name)
        found[f"first {name}"] = _logs(column)
    return found


def _logs(values: Floats) -> Floats:
    return np.log(np.where(values > 0, values, np.nan))


def _filled(columns: Floats, tells: NDArray[np.bool_]) -> Floats:
    """Return columns with the mean of those that tell where one is not known: that says nothing of its price."""
    known = np.where(tells[:, None], columns, np.nan)
    count = np.isfinite(known).sum(axis=0)
    mean = np.nansum(known, axis=0) / np.maximum(count, 1)
    filled: Floats = np.where(np.isfinite(columns), columns, mean)
    return filled
