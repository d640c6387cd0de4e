"""Gross, net and logo retention by month: what is left of the revenue and of the customers of some months ago.

Notation
--------
a, b : (n,) what customers pay a month w months ago and now, 0 where they pay nothing      w : months of the window
p : (n,) the part of b - a that raises of price made within the window

    NRR = Σ b [a > 0] ÷ Σ a,   GRR = Σ min(a, b) ÷ Σ a,   logo = #{a > 0, b > 0} ÷ #{a > 0}
    NRR without raises = Σ max(b - p, 0) [a > 0] ÷ Σ a,   GRR without raises = Σ min(a, max(b - p, 0)) ÷ Σ a

These are the definitions of most filed figures (same customers, one window apart) and of SaaS Capital's surveys. Gross
retention is counted customer by customer, the only form that lies within 0 … 1 for every ledger and does not depend on
the order of what happened. A customer that left and came back within the window counts by what it pays now. What a
raise made is still there where the customer is; where it also shrank, without the raise it would have paid less.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.errors import InvalidInput
from models.retention.ledger import Ints, MrrLedger


@dataclass(frozen=True, slots=True, eq=False)
class RetentionSeries:
    """Sums behind retention at each month-end t = w … T-1; the first is of month w.

    Parameters
    ----------
    window
        w, months.
    opening
        Σ a, minor units.
    kept, closing
        Σ min(a, b) and Σ b [a > 0], minor units.
    customers, staying
        #{a > 0} and #{a > 0, b > 0}.
    """

    window: int
    opening: Ints
    kept: Ints
    closing: Ints
    customers: Ints
    staying: Ints


def retention_series(ledger: MrrLedger, *, window: int = 12) -> RetentionSeries:
    """Return the sums at every month-end that has another one a window before it.

    Raises
    ------
    InvalidInput
        If the window is not positive. Where the ledger is shorter, the series are empty.

    Examples
    --------
    >>> from models.retention.ledger import Rows
    >>> ledger = MrrLedger(2, 3, Rows.of([0, 0, 1], [0, 2, 0], [100, 50, 80]))
    >>> series = retention_series(ledger, window=2)
    >>> (series.closing / series.opening).round(3), series.kept / series.opening, series.staying
    (array([1.278]), array([1.]), array([2]))
    """
    if window < 1:
        raise InvalidInput(f"the window must be ≥ 1 month, got {window}")
    length = max(ledger.months - window, 0)
    sums = np.zeros((5, length), dtype=np.int64)
    for block in ledger.blocks():
        if not length:
            break
        then, now = block.mrr[:-window], block.mrr[window:]
        there, here = then > 0, now > 0
        parts = (then, np.minimum(then, now), now * there, there, there & here)
        sums += np.array([part.sum(axis=1) for part in parts])
    return RetentionSeries(window, *sums)


@dataclass(frozen=True, slots=True, eq=False)
class Window:
    """Two month-ends of the customers that paid at the first: what gross and net retention rest on.

    Parameters
    ----------
    opening, closing
        Shape (q,): a > 0 and b ≥ 0, minor units.
    without_raises
        Shape (q,): max(b - p, 0), minor units.
    places
        Shape (q,): places of these customers in the ledger.
    """

    opening: Ints
    closing: Ints
    without_raises: Ints
    places: Ints


def window_of(ledger: MrrLedger, month: int, *, window: int = 12) -> Window:
    """Return the customers that paid `window` months before the end of `month`, and what they pay then.

    Raises
    ------
    InvalidInput
        If the window does not lie within the ledger.

    Examples
    --------
    >>> from models.retention.ledger import Rows
    >>> ledger = MrrLedger(2, 3, Rows.of([0, 0, 1], [0, 2, 1], [100, 50, 80]), raises=Rows.of([0], [2], [30]))
    >>> found = window_of(ledger, 2, window=2)
    >>> found.opening, found.closing, found.without_raises
    (array([100]), array([150]), array([120]))
    """
    if not 0 <= month - window < month < ledger.months:
        raise InvalidInput(f"no window of {window} months ends in month {month} of {ledger.months}")
    then, now = ledger.at(month - window), ledger.at(month)
    places = np.flatnonzero(then > 0)
    without = np.maximum(now - ledger.raised_between(month - window, month), 0)
    return Window(then[places], now[places], without[places], places)
