"""Proration by actual days: of a month's price, the part of the days for which it is due.

Notation
--------
d : days that the price is due for in the month, two subscriptions counting twice; m : days of the month (28–31)
price × d ÷ m, rounded once; an allowance of u units becomes u × d ÷ m
"""

from __future__ import annotations

from models.pricing.rating.rounding import Ints, Ratio, amount


def price_for_days(price: Ratio, days: Ints, month_days: Ints) -> Ints:
    """Return the price of a month for some of its days, in minor units.

    Parameters
    ----------
    price
        Minor units a month.
    days, month_days
        Shape (n,), ≥ 0 and > 0.

    Examples
    --------
    >>> import numpy as np
    >>> price_for_days(Ratio(2900), np.array([15, 29]), np.array([29, 29]))  # February of a leap year
    array([1500, 2900])
    """
    return amount(days, price, per=month_days)


def units_for_days(units: Ints, days: Ints, month_days: Ints) -> Ints:
    """Return an allowance for some of the month's days, in the units' own millionths."""
    return amount(units * days, Ratio(1), per=month_days)
