"""The price list: which plan a customer falls into, and what the list asks of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from experiments.market.business import Business
from experiments.market.customers import Customers
from experiments.market.noise import Floats, Integers

# Plans are sold by head count: the smaller 45 %, the next 40 %, the largest 15 % of the book.
PLAN_QUANTILES = (0.45, 0.85)


@dataclass(frozen=True)
class PriceList:
    """One price per plan, or (where there is one plan, billed by the unit) one price per unit.

    Parameters
    ----------
    price
        (plans,) money per month, or per unit and month.
    upper_employees
        (plans − 1,) head count from which the next plan begins.
    """

    price: Floats
    upper_employees: Floats

    def plan(self, customers: Customers) -> Integers:
        """(n,) position of each customer's plan."""
        return np.searchsorted(self.upper_employees, customers.employees, side="right").astype(np.int64)


def billed_units(business: Business, customers: Customers) -> Floats:
    """(n,) units that are billed, at least one; 1 where plans have a flat price."""
    law = business.price
    if law.model == "plans":
        return np.ones(len(customers.zero))
    priced = [metric.name for metric in business.metrics].index(law.priced_metric)
    return np.maximum(1.0, np.round(customers.units[:, priced]))


def make_price_list(business: Business, customers: Customers) -> PriceList:
    """Price each plan at the usual share of what its median customer would pay, never below a smaller one."""
    law, wtp = business.price, customers.willingness_to_pay
    upper = np.quantile(customers.employees, PLAN_QUANTILES[: len(law.plans) - 1])
    plan = PriceList(np.zeros(0), upper).plan(customers)
    affordable = wtp / billed_units(business, customers)
    typical = [
        float(np.median(affordable[plan == p])) if np.any(plan == p) else 0.0 for p in range(len(upper) + 1)
    ]
    prices = [_two_digits(law.usual_ratio * price) for price in typical]
    return PriceList(np.maximum.accumulate(np.array(prices)), upper)


def _two_digits(price: float) -> float:
    """Round to two significant digits, as price lists do; never to nothing."""
    step = 10.0 ** (np.floor(np.log10(max(price, 0.01))) - 1)
    return max(round(float(np.round(price / step) * step), 4), 0.01)
