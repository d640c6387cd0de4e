"""What existing customers grew by: more units, another plan, less discount, a further subscription, or nobody knows.

Notation
--------
e : a customer's expansion in a month, > 0: what its MRR rose by beside raises of price      (`movements`)
q : what is told to have moved its MRR in that month, by cause, minor units of either sign

    g = e - Σ q    is what the causes leave open:  0 < |g| ≤ 10 is rounding and goes to the largest cause,
                   more that is missing is `other`, and what is too much is taken from the causes above 0 in turn
                   (a raise that was told by itself also moved what a cause claims)

A customer that grew net has all its causes shown, those below 0 too; causes of a customer that shrank net are part of
its contraction. So the causes add up to expansion, in every month and for every customer, to the minor unit.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.errors import InvalidInput
from models.retention.ledger import Ints, MrrLedger
from models.retention.movements import lines_of

CAUSES = ("units", "plan_change", "discount", "another_subscription", "other")
_ROUNDING = 10
_GIVES = tuple(
    CAUSES.index(cause) for cause in ("other", "discount", "plan_change", "units", "another_subscription")
)


@dataclass(frozen=True, slots=True, eq=False)
class Told:
    """What is told to have moved MRR, one row per customer and month, in order of customer.

    Parameters
    ----------
    customer, month
        Shape (r,): places in the ledger.
    amounts
        Shape (r, 5): minor units by `CAUSES`, of either sign.

    Raises
    ------
    InvalidInput
        If lengths differ, customers are out of order, or a customer's month is told twice.
    """

    customer: Ints
    month: Ints
    amounts: Ints

    def __post_init__(self) -> None:
        shape = (self.customer.size, len(CAUSES))
        if self.month.shape != self.customer.shape or self.amounts.shape != shape:
            raise InvalidInput(f"amounts must have shape {shape}, got {self.amounts.shape}")
        steps = np.diff(self.customer)
        if bool((steps < 0).any()):
            raise InvalidInput("rows must be in order of customer")
        if np.unique(np.stack([self.customer, self.month]), axis=1).shape[1] != self.customer.size:
            raise InvalidInput("a customer's month is told once")


_NO_PLACES = np.zeros(0, dtype=np.int64)
NOTHING_TOLD = Told(_NO_PLACES, _NO_PLACES, np.zeros((0, len(CAUSES)), dtype=np.int64))


def expansion_by(ledger: MrrLedger, told: Told) -> dict[str, Ints]:
    """Return expansion by cause, shape (T,) each, minor units of either sign; what nothing is told of is `other`.

    Examples
    --------
    >>> from models.retention.ledger import Rows
    >>> ledger = MrrLedger(2, 2, Rows.of([0, 0, 1, 1], [0, 1, 0, 1], [100, 50, 80, 20]))
    >>> told = Told(np.array([0]), np.array([1]), np.array([[60, 0, -10, 0, 0]]))
    >>> {cause: amount.tolist() for cause, amount in expansion_by(ledger, told).items() if amount.any()}
    {'units': [0, 60], 'discount': [0, -10], 'other': [0, 20]}
    """
    sums = np.zeros((len(CAUSES), ledger.months), dtype=np.int64)
    for block in ledger.blocks():
        width = block.mrr.shape[1]
        expansion = lines_of(block, ledger.before[block.first : block.first + width])["expansion"]
        start, stop = np.searchsorted(told.customer, [block.first, block.first + width])
        month, amounts = told.month[start:stop], told.amounts[start:stop]
        grew = expansion[month, told.customer[start:stop] - block.first]
        month, amounts, grew = month[grew > 0], amounts[grew > 0], grew[grew > 0]
        np.add.at(sums.T, month, _closed(amounts, grew))
        sums[-1] += expansion.sum(axis=1)
        np.subtract.at(sums[-1], month, grew)
    return dict(zip(CAUSES, sums, strict=True))


def _closed(amounts: Ints, grew: Ints) -> Ints:
    """Return the causes (r, 5) so that they add up to what each customer grew by (r,)."""
    closed = amounts.copy()
    gap = grew - closed.sum(axis=1)
    near = np.abs(gap) <= _ROUNDING
    rows = np.flatnonzero(near)
    closed[rows, np.abs(closed[rows]).argmax(axis=1)] += gap[rows]
    gap = np.where(near, 0, gap)
    closed[:, -1] += np.maximum(gap, 0)
    missing = np.maximum(-gap, 0)
    for cause in _GIVES:
        taken = np.minimum(np.maximum(closed[:, cause], 0), missing)
        closed[:, cause] -= taken
        missing -= taken
    return closed
