"""When a customer has paid back what it cost to win, and the ratios that boards ask for.

Notation
--------
c : acquisition cost, money a customer = spend on sales and marketing ÷ new customers
p : revenue a month, money a customer          g : gross margin, a share          h : churn a month, a share
payback = c / (p g), months          naive lifetime value = p g / h          value to cost = value / c
S_j : the share still there after j renewals; payback counting losses: the first k with p g Σ_{j < k} S_j ≥ c

Intervals of products and ratios come from those of their parts, taken as independent, on the log scale: each end is
as far from the value as the root of the parts' squared distances in that direction (MOVER: Zou & Donner 2008).
Money that is a customer's and money that is a company's must not meet in a ratio: units are compared.
"""

from __future__ import annotations

import math

import numpy as np

from models.checks import vector
from models.errors import InvalidInput
from models.estimate import Estimate, Label
from models.retention.lifetime import LifetimeFit, quantiles
from models.retention.lifetime_value import margin_points

LONGEST_PAYBACK = 120
"""Months: who has not paid back after ten years is said not to."""
_POINTS = 21


def acquisition_cost(spend: float, new_customers: int, *, currency: str, level: float = 0.9) -> Estimate:
    """Return what winning a customer cost: a fact of the books, so that its interval has no width.

    Parameters
    ----------
    spend
        On sales and marketing in a period, ≥ 0, money.
    new_customers
        Won by it, ≥ 0; with none the cost is unknown (``no_new_customers``).
    currency
        Such as ``EUR``; the unit becomes ``EUR/customer``.

    Examples
    --------
    >>> acquisition_cost(50_000, 25, currency="EUR").value
    2000.0
    """
    vector("spend and new customers", [spend, new_customers], low=0)
    label = Label(unit=f"{currency}/customer", method="spend ÷ new customers", level=level)
    if new_customers == 0:
        return label.unknown("no_new_customers", n=0)
    cost = spend / new_customers
    return label.known(cost, cost, cost, n=new_customers)


def payback_months(cost: Estimate, revenue: Estimate, gross_margin: Estimate) -> Estimate:
    """Return after how many months of payments a customer that stays has paid back what it cost.

    Parameters
    ----------
    cost
        c, in money a customer, ``EUR/customer``.
    revenue
        p, in money a customer and month, ``EUR/customer/month``.
    gross_margin
        g, unit ``share``.

    Returns
    -------
    In months. Unknown where a part is; ``not_positive`` where one is not above 0, and ``interval_unbounded`` where one
    may not be.

    Raises
    ------
    InvalidInput
        If units do not fit each other, or levels differ.

    Examples
    --------
    >>> exact = lambda value, unit: Estimate(value=value, low=value, high=value, level=0.9, n=25, unit=unit)
    >>> cost, revenue = exact(2000, "EUR/customer"), exact(500, "EUR/customer/month")
    >>> round(payback_months(cost, revenue, exact(0.8, "share")).value, 6)
    5.0
    """
    _require_units(cost, revenue, f"{cost.unit}/month")
    _require_units(cost, gross_margin, "share")
    label = Label(unit="months", method="cost ÷ margin a month of those who stay", level=cost.level)
    return _product([(cost, 1), (revenue, -1), (gross_margin, -1)], label)


def naive_lifetime_value(revenue: Estimate, gross_margin: Estimate, churn: Estimate) -> Estimate:
    """Return the lifetime value of one churn for all, margin ÷ churn: a yardstick that is too low where churn falls.

    Parameters
    ----------
    revenue, gross_margin
        As for `payback_months`.
    churn
        h, the share that leaves in a month, unit ``share``; not above 0: `lifetime_value_of_new` is bounded then, too.

    Returns
    -------
    In money a customer; unknown as `payback_months` is.

    Examples
    --------
    >>> exact = lambda value, unit: Estimate(value=value, low=value, high=value, level=0.9, n=25, unit=unit)
    >>> parts = exact(500, "EUR/customer/month"), exact(0.8, "share"), exact(0.05, "share")
    >>> round(naive_lifetime_value(*parts).value, 6)
    8000.0
    """
    if not revenue.unit.endswith("/customer/month"):
        raise InvalidInput(
            f"revenue must be of a customer and month, as EUR/customer/month, got {revenue.unit}"
        )
    for part in (gross_margin, churn):
        _require_units(revenue, part, "share")
    unit = revenue.unit.removesuffix("/month")
    label = Label(unit=unit, method="margin ÷ churn, one churn for all", level=revenue.level)
    return _product([(revenue, 1), (gross_margin, 1), (churn, -1)], label)


def value_to_cost(value: Estimate, cost: Estimate) -> Estimate:
    """Return lifetime value ÷ acquisition cost, both in money a customer; unit ``ratio``.

    Examples
    --------
    >>> exact = lambda value: Estimate(value=value, low=value, high=value, level=0.9, n=25, unit="EUR/customer")
    >>> round(value_to_cost(exact(8000), exact(2000)).value, 6)
    4.0
    """
    _require_units(value, cost, value.unit)
    return _product([(value, 1), (cost, -1)], Label(unit="ratio", method="value ÷ cost", level=cost.level))


def payback_counting_losses(
    cost: Estimate, margin: Estimate, fit: LifetimeFit, *, level: float = 0.9
) -> Estimate:
    """Return after how many monthly payments customers together have paid back, those who left paying no more.

    Parameters
    ----------
    cost
        c, in money a customer.
    margin
        p g, margin a month of a customer that is there, in money a customer, the first at signing.
    fit
        How they stay, learned from monthly renewals.
    level
        Coverage of the interval.

    Returns
    -------
    In months, not discounted. ``not_paid_back`` where it takes more than 120 as likely as not,
    ``interval_unbounded`` where it may.
    """
    _require_units(cost, margin, cost.unit)
    label = Label(unit="months", method="cost ÷ margin a month, counting those who leave", level=level)
    if cost.value is None or margin.value is None:
        return label.unknown(cost.reason or margin.reason or "", n=min(cost.n, margin.n))
    stays = np.ones((LONGEST_PAYBACK, fit.weight.size))
    for month in range(1, LONGEST_PAYBACK):
        stays[month] = stays[month - 1] * fit.law.retention(month)
    paid = np.cumsum(stays, axis=0)
    margins = margin_points(margin, _POINTS)
    months = np.stack([1.0 + (paid * each < cost.value).sum(axis=0) for each in margins], axis=1)
    tails = [0.5, (1 - level) / 2, (1 + level) / 2]
    value, low, high = quantiles(months.ravel(), np.repeat(fit.weight, _POINTS), tails)
    n = min(margin.n, fit.renewals.customers)
    if value > LONGEST_PAYBACK:
        return label.unknown("not_paid_back", n=n)
    if high > LONGEST_PAYBACK:
        return label.unknown("interval_unbounded", n=n)
    return label.known(float(value), float(low), float(high), n=n)


def _require_units(first: Estimate, second: Estimate, unit: str) -> None:
    if second.unit != unit:
        raise InvalidInput(f"beside {first.unit} the unit must be {unit}, got {second.unit}")
    if first.level != second.level:
        raise InvalidInput(f"intervals must be of one level, got {first.level} and {second.level}")


def _product(parts: list[tuple[Estimate, int]], label: Label) -> Estimate:
    """Return the product of estimates to the powers 1 or -1."""
    n = min(part.n for part, _ in parts)
    logs = []
    for part, power in parts:
        if part.value is None or part.low is None or part.high is None:
            return label.unknown(part.reason or "", n=n)
        if part.value <= 0:
            return label.unknown("not_positive", n=n)
        if part.low <= 0:
            return label.unknown("interval_unbounded", n=n)
        ends = (math.log(part.value), math.log(part.low), math.log(part.high))
        logs.append(ends if power > 0 else (-ends[0], -ends[2], -ends[1]))
    value = sum(each[0] for each in logs)
    below, above = (math.hypot(*(each[0] - each[end] for each in logs)) for end in (1, 2))
    caveats = [caveat for part, _ in parts for caveat in part.warnings]
    return label.known(math.exp(value), math.exp(value - below), math.exp(value + above), n=n).warned(
        *caveats
    )
