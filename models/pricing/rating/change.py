"""How bills change between two price books, over all customers: facts about every one of them, not estimates.

Notation
--------
x, y : a customer's bill before and after, minor units   c = y ÷ x − 1, where x > 0
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from models.checks import Floats
from models.pricing.rating.rounding import Ints

EDGES = (-0.5, -0.25, -0.1, -0.02, 0.02, 0.1, 0.25, 0.5, 1.0)
"""Where one group of changes ends and the next begins; the middle one is "about the same"."""


@dataclass(frozen=True, slots=True)
class Group:
    """Customers whose bills change by about the same: from `low` (inclusive) to `high` (exclusive, None: open)."""

    low: float | None
    high: float | None
    customers: int
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class Change:
    """All customers' change.

    Parameters
    ----------
    before, after
        Totals, minor units.
    p5, p50, p95
        Quantiles of c over customers who paid something before (linear interpolation); None without any.
    largest
        The highest c; None without any.
    pay_more, pay_less, pay_same
        Customers.
    paid_nothing
        Customers with x = 0, who have no c.
    groups
        A histogram of c.
    """

    before: int
    after: int
    p5: float | None
    p50: float | None
    p95: float | None
    largest: float | None
    pay_more: int
    pay_less: int
    pay_same: int
    paid_nothing: int
    groups: tuple[Group, ...]


def relative(before: Ints, after: Ints) -> Floats:
    """Return c for each customer, NaN for those who paid nothing."""
    change = np.full(before.shape, np.nan)
    np.divide(after - before, before, out=change, where=before > 0)
    return change


def summarise(before: Ints, after: Ints) -> Change:
    """Summarise every customer's change.

    Parameters
    ----------
    before, after
        Shape (customers,), minor units, ≥ 0.

    Examples
    --------
    >>> change = summarise(np.array([100, 100, 200]), np.array([110, 100, 180]))
    >>> change.pay_more, change.p50, change.after - change.before
    (1, 0.0, -10)
    """
    change = relative(before, after)
    paid = change[~np.isnan(change)]
    p5, p50, p95, largest = (
        (float(q) for q in np.quantile(paid, (0.05, 0.5, 0.95, 1.0))) if paid.size else (None,) * 4
    )
    return Change(
        before=int(before.sum()), after=int(after.sum()), p5=p5, p50=p50, p95=p95, largest=largest,
        pay_more=int((after > before).sum()), pay_less=int((after < before).sum()),
        pay_same=int((after == before).sum()), paid_nothing=int((before == 0).sum()),
        groups=_groups(change, before, after),
    )  # fmt: skip


def _groups(change: Floats, before: Ints, after: Ints) -> tuple[Group, ...]:
    place = np.where(np.isnan(change), -1, np.searchsorted(EDGES, change, side="right"))
    groups = []
    for i, (low, high) in enumerate(pairwise([None, *EDGES, None])):
        held = place == i
        groups.append(Group(low, high, int(held.sum()), int(before[held].sum()), int(after[held].sum())))
    return tuple(groups)
