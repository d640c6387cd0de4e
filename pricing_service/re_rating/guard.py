"""The guard before publishing: a draft that was not simulated, or goes too far, needs an acknowledgement by name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from models.checks import Floats
from pricing_service.price_book.errors import Remark
from pricing_service.re_rating.sentences import signed


@dataclass(frozen=True, slots=True)
class Thresholds:
    """How far a draft may go without being acknowledged; shares of bills, totals and customers.

    Parameters
    ----------
    p95_rise
        The 95th percentile of customers' change.
    total_change
        The total's change, up or down.
    left_out
        Customers of whom nothing can be compared.
    """

    p95_rise: float = 0.25
    total_change: float = 0.10
    left_out: float = 0.05


def breaches(result: Mapping[str, Any] | None, thresholds: Thresholds) -> list[Remark]:
    """Return what a draft's newest simulation says against publishing it; nothing where it stays within.

    Parameters
    ----------
    result
        The result of a simulation of exactly this content; None where there is none.
    thresholds
        How far it may go.

    Examples
    --------
    >>> [breach.code for breach in breaches(None, Thresholds())]
    ['not_simulated']
    """
    if result is None:
        return [
            Remark("not_simulated", "no finished simulation shows what customers would pay under this draft")
        ]
    found = []
    rise, total = result["change"]["p95"], result["total"]["change_share"]
    if rise is not None and rise > thresholds.p95_rise:
        message = (
            f"one customer in twenty pays at least {signed(rise)}; the guard is {signed(thresholds.p95_rise)}"
        )
        found.append(Remark("p95_rise", message))
    if total is None or abs(total) > thresholds.total_change:
        moved = "the total before is 0" if total is None else f"the total changes by {signed(total)}"
        message = f"{moved}; the guard is {signed(thresholds.total_change)} either way"
        found.append(Remark("total_change", message))
    customers, counted = result["customers"], result["counted"]["customers"]
    if counted < (1 - thresholds.left_out) * customers:
        message = f"{customers - counted:,} of {customers:,} customers could not be compared"
        found.append(Remark("left_out", message))
    return found


def far(before: Floats, after: Floats, thresholds: Thresholds) -> list[Remark]:
    """Return in what respects bills that are proposed go beyond the guard's thresholds, without a simulation.

    Parameters
    ----------
    before, after
        Shape (n,): every customer's bill, in one period's money, finite.
    thresholds
        How far they may go.

    Examples
    --------
    >>> import numpy as np
    >>> [breach.code for breach in far(np.array([100.0, 100.0]), np.array([102.0, 140.0]), Thresholds())]
    ['p95_rise', 'total_change']
    """
    pays = before > 0
    if not pays.any():
        return [Remark("bills_unknown", "no customer's bill is known both before and after")]
    rise = float(np.quantile(after[pays] / before[pays] - 1, 0.95))
    total = float(after.sum() / before.sum() - 1)
    found = []
    if rise > thresholds.p95_rise:
        message = (
            f"one customer in twenty pays at least {signed(rise)}; the guard is {signed(thresholds.p95_rise)}"
        )
        found.append(Remark("p95_rise", message))
    if abs(total) > thresholds.total_change:
        message = (
            f"the total changes by {signed(total)}; the guard is {signed(thresholds.total_change)} either way"
        )
        found.append(Remark("total_change", message))
    return found
