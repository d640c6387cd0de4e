"""Which list price each customer came at, over the usual one of its plan: what may tell where no raise does.

Notation
--------
u : log of the list price of the version that a customer came on, over that of its plan's usual one, on which most came
cohort : the year in which it came, cut where any plan's list price changed

Plans and cohorts have levels of their own: what is left of u is that plans' prices changed on different days, or not at
all. All else that is known of a customer is told at the usual price, its bill and its share of value too (they are
divided by exp(u)): then u is a raise as any other, and a bill that differs for another reason tells nothing. A customer
tells from its first month until it is told a raise by policy or by bargaining: then its list price is not what it pays.
Who came to its plan from another one tells nothing, nor who came on a version of fewer than twenty.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from models.checks import Floats
from models.errors import NotEstimable
from models.pricing.raises.balance import left_over
from models.pricing.raises.response import FEWEST_GIVEN
from models.pricing.raises.roll_out import NEVER
from models.retention.ledger import Ints
from pricing_service.decisions._raise_contracts import Contract
from pricing_service.decisions._raise_customers import RaiseCustomers
from pricing_service.decisions._raise_list_prices import ListPrice, list_prices
from pricing_service.decisions._raise_past import bills_by_month
from pricing_service.decisions._raise_versions import price_versions
from pricing_service.panel import StoredPanel

_SAME = 1e-6
_LEFT = 0.01
"""Part of what list prices vary that plans and cohorts have to leave."""


@dataclass(frozen=True)
class Version:
    """A version: its plan and name, its price with a unit, the log of it over the usual one, how many came on it."""

    plan: str
    name: str
    price: tuple[float, str] | None
    log: float
    customers: int


@dataclass(frozen=True, eq=False)
class ListPrices:
    """List prices that N customers came at.

    Parameters
    ----------
    log, bill
        u and the first bill at the usual list price, shape (N,); u is 0 where it does not tell, a bill NaN without one.
    levels
        Shape (N, g): of plans, those whose list price does not tell being one more plan, and of cohorts.
    tells, until
        Shape (N,): whose list price tells, and the month from which on it does not, from year 0; `NEVER`.
    versions
        Those that tell, by plan, the oldest first.
    """

    log: Floats
    bill: Floats
    levels: Floats
    tells: NDArray[np.bool_]
    until: Ints
    versions: list[Version]

    @classmethod
    def of(cls, panel: StoredPanel, customers: RaiseCustomers, agreed: Mapping[str, Contract]) -> ListPrices:
        """Read them.

        Raises
        ------
        NotEstimable
            ``no_price_versions`` where no plan had two list prices at which twenty customers came each;
            ``plans_moved_together`` where plan and cohort tell each customer's list price.
        """
        bound = [agreed.get(each, Contract()) for each in customers.everybody]
        names = price_versions(panel, bound, [None] * len(bound)).tolist()
        first, bill = _first(panel, customers)
        came = [
            (each.plan, name)
            if each.on_plan_since is not None and _month(each.on_plan_since) <= month
            else None
            for each, name, month in zip(bound, names, first.tolist(), strict=True)
        ]
        versions = _enough(list_prices(panel), Counter(came), panel.currency)
        log_of: dict[tuple[str, str] | None, float] = {(each.plan, each.name): each.log for each in versions}
        tells = np.array([each in log_of for each in came], dtype=np.bool_)
        log = np.array([log_of.get(each, 0.0) for each in came])
        moved = {each.plan for each in versions if abs(each.log) > _SAME}
        if not moved:
            raise NotEstimable(
                "no_price_versions",
                f"no plan had two list prices at which {FEWEST_GIVEN} customers came each, and nothing else changed",
            )
        days = sorted({each.name for each in versions if each.plan in moved})
        plans = [each.plan if there else "" for each, there in zip(bound, tells.tolist(), strict=True)]
        levels = np.column_stack([_dummies(plans), _dummies(_cohorts(bound, days))])
        left = left_over(log[tells], levels[tells])
        if left @ left < _LEFT * tells.sum() * log[tells].var():
            raise NotEstimable(
                "plans_moved_together",
                "no plan kept its list price, or changed it on another day, to compare with",
            )
        return cls(log, bill / np.exp(log), levels, tells, _until(customers), versions)

    def given(self, who: NDArray[np.intp], month: Ints) -> Floats:
        """Return u of customer-months in which it tells, 0 in others."""
        told: Floats = np.where(month < self.until[who], self.log[who], 0.0)
        return told

    def known(self, who: NDArray[np.intp], month: Ints) -> Floats:
        """Return what stands beside it, (m, g + 1): levels, and u where it does not tell any more."""
        return np.column_stack([self.levels[who], self.log[who] - self.given(who, month)])


def _enough(
    prices: Mapping[str, Mapping[str, ListPrice]], came: Mapping[tuple[str, str] | None, int], currency: str
) -> list[Version]:
    """Return versions on which enough came and that can be compared with their plan's usual one."""
    found = []
    for plan, versions in prices.items():
        enough = {name: came.get((plan, name), 0) for name, price in versions.items() if price.prices}
        enough = {name: n for name, n in enough.items() if n >= FEWEST_GIVEN}
        if not enough:
            continue
        usual = versions[max(reversed(enough), key=lambda name: enough[name])]
        for name, n in enough.items():
            log = versions[name].over(usual)
            if log is not None:
                found.append(Version(plan, name, versions[name].single(currency), log, n))
    return found


def _first(panel: StoredPanel, customers: RaiseCustomers) -> tuple[Ints, Floats]:
    """Return the first month in which each paid, -1 where in none, and what, (N,) each.

    Who paid before it was on its plan came to it from another one, which it chose for other reasons.
    """
    place = {customer: at for at, customer in enumerate(customers.everybody)}
    start, bill, _ = bills_by_month(panel, place, None)
    paid = np.nan_to_num(bill) > 0
    at, there = paid.argmax(axis=1), paid.any(axis=1)
    return np.where(there, at + start, -1), np.where(there, bill[np.arange(at.size), at], np.nan)


def _cohorts(bound: list[Contract], days: list[str]) -> list[str]:
    """Return the year in which each came, cut on days."""
    came = ["" if each.on_plan_since is None else each.on_plan_since.isoformat() for each in bound]
    return [f"{each[:4]} {sum(day <= each for day in days)}" for each in came]


def _dummies(names: list[str]) -> Floats:
    """Return a level for each name but the first, (N, names - 1)."""
    found, codes = np.unique(np.array(names, dtype=str), return_inverse=True)
    levels: Floats = (codes[:, None] == np.arange(1, found.size)).astype(np.float64)
    return levels


def _until(customers: RaiseCustomers) -> Ints:
    """Return from when on each is told a price by policy or by bargaining, shape (N,)."""
    place = {customer: at for at, customer in enumerate(customers.everybody)}
    until = np.full(len(place), NEVER, dtype=np.int64)
    for each in [*customers.told, *customers.coming.told]:
        if each.customer in place and not each.given:
            at, announced = place[each.customer], _month(each.announced or each.date)
            until[at] = min(until[at], announced, _month(each.date) - 1)
    return until


def _month(day: date) -> int:
    return day.year * 12 + day.month - 1
