"""The MRR bridge: by how much each month's new, grown, shrunk, lost and regained customers moved MRR.

Notation
--------
x, y : what a customer pays a month at the end of the month before and of this one      d = y - x
p : the part of d that a raise of price made, ≥ 0

    x = 0, y > 0 :  new where it never paid before, else reactivation
    x > 0, y = 0 :  churn
    both > 0     :  price raise p;  expansion max(d - p, 0);  contraction max(p - d, 0)

    opening + new + reactivation + expansion + price raise - contraction - churn = closing, for every customer

Each customer makes one movement a month, net, beside a raise: who joins and leaves between two month-ends leaves no
trace, and a customer that cancels one of two subscriptions contracts. A raise whose customer cuts as much makes both a
raise and a contraction.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.retention.ledger import Block, Ints, MrrLedger

LINES = ("new", "reactivation", "expansion", "price_raise", "contraction", "churn")
"""Of the bridge; the last two are taken away."""


@dataclass(frozen=True, slots=True, eq=False)
class Movements:
    """The bridge of each month, shape (T,), minor units and customers.

    Parameters
    ----------
    opening, closing
        MRR at its beginning and its end. Month 0 opens with what known customers pay at its end.
    new, reactivation, expansion, price_raise, contraction, churn
        Its lines, all ≥ 0.
    customers
        How many pay at its end.
    counts
        How many made each movement, by line.
    """

    opening: Ints
    closing: Ints
    new: Ints
    reactivation: Ints
    expansion: Ints
    price_raise: Ints
    contraction: Ints
    churn: Ints
    customers: Ints
    counts: dict[str, Ints]


def movements(ledger: MrrLedger) -> Movements:
    """Sum the bridge of every month over all customers.

    Examples
    --------
    >>> from models.retention.ledger import Rows
    >>> changes = Rows.of([0, 0, 1, 1], [0, 2, 1, 2], [100, 50, 80, -80])
    >>> ledger = MrrLedger(2, 3, changes, raises=Rows.of([0], [2], [30]))
    >>> bridge = movements(ledger)
    >>> bridge.new, bridge.expansion, bridge.price_raise, bridge.churn, bridge.closing
    (array([100,  80,   0]), array([ 0,  0, 20]), array([ 0,  0, 30]), array([ 0,  0, 80]), array([100, 180, 150]))
    """
    months = ledger.months
    sums = {line: np.zeros(months, dtype=np.int64) for line in LINES}
    counts = {line: np.zeros(months, dtype=np.int64) for line in LINES}
    opening, closing, customers = np.zeros((3, months), dtype=np.int64)
    for block in ledger.blocks():
        before = ledger.before[block.first : block.first + block.mrr.shape[1]]
        then = _month_before(block.mrr, before)
        for line, amount in lines_of(block, before).items():
            sums[line] += amount.sum(axis=1)
            counts[line] += (amount > 0).sum(axis=1)
        opening += then.sum(axis=1)
        closing += block.mrr.sum(axis=1)
        customers += (block.mrr > 0).sum(axis=1)
    return Movements(opening=opening, closing=closing, customers=customers, counts=counts, **sums)


def lines_of(block: Block, before: NDArray[np.bool_]) -> dict[str, Ints]:
    """Return the lines of the bridge by month and customer, shape (T, m) each, minor units ≥ 0.

    Parameters
    ----------
    block
        Of the ledger.
    before
        Shape (m,): who was a customer before month 0.
    """
    now = block.mrr
    then = _month_before(now, before)
    began, stays = (then == 0) & (now > 0), (then > 0) & (now > 0)
    ever = np.logical_or.accumulate(then > 0, axis=0) | before
    moved = now - then
    raised = np.where(stays, block.raised, 0)
    rest = np.where(stays, moved - raised, 0)
    return {
        "new": np.where(began & ~ever, now, 0),
        "reactivation": np.where(began & ever, now, 0),
        "expansion": np.maximum(rest, 0),
        "price_raise": raised,
        "contraction": np.maximum(-rest, 0),
        "churn": np.where(now == 0, then, 0),
    }


def _month_before(mrr: Ints, before: NDArray[np.bool_]) -> Ints:
    """Return MRR a month before: of month 0 what customers who were there already pay at its end."""
    return np.vstack([np.where(before, mrr[0], 0)[None], mrr[:-1]])
