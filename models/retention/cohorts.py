"""The cohort triangle: what customers who began in one month pay, and how many of them still do, by age.

Notation
--------
c : the first month in which a customer pays      k : months since, its age
R[c, k] = Σ over the cohort of MRR at the end of month c + k,   N[c, k] : how many of them pay then

Who was a customer before the ledger begins has no age that could be told: it belongs to no cohort.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.retention.ledger import Ints, MrrLedger


@dataclass(frozen=True, slots=True, eq=False)
class CohortTriangle:
    """All cohorts of a ledger.

    Parameters
    ----------
    mrr
        Shape (T, T): R, minor units; 0 right of the diagonal k = T - 1 - c, which is not seen yet.
    customers
        Shape (T, T): N.
    """

    mrr: Ints
    customers: Ints

    @property
    def seen(self) -> Ints:
        """How many ages of each cohort are seen, shape (T,)."""
        return np.arange(self.mrr.shape[0], 0, -1)


def cohort_triangle(ledger: MrrLedger) -> CohortTriangle:
    """Sum the ledger by cohort and age.

    Examples
    --------
    >>> from models.retention.ledger import Rows
    >>> ledger = MrrLedger(2, 3, Rows.of([0, 0, 1], [0, 2, 1], [100, 50, 80]))
    >>> cohort_triangle(ledger).mrr
    array([[100, 100, 150],
           [ 80,  80,   0],
           [  0,   0,   0]])
    """
    months, before = ledger.months, ledger.before
    by_month = np.zeros((2, months, months), dtype=np.int64)
    for block in ledger.blocks():
        pays = block.mrr > 0
        began = pays.argmax(axis=0)
        theirs = before[block.first : block.first + began.size]
        counted = np.flatnonzero(pays.any(axis=0) & ~theirs)
        order = counted[np.argsort(began[counted], kind="stable")]
        if not order.size:
            continue
        first = np.flatnonzero(np.diff(began[order], prepend=-1))
        cohort = began[order[first]]
        by_month[0, cohort] += np.add.reduceat(block.mrr[:, order], first, axis=1).T
        by_month[1, cohort] += np.add.reduceat(pays[:, order], first, axis=1, dtype=np.int64).T
    # From calendar months to ages: the k-th of cohort c is month c + k.
    at = np.arange(months)[:, None] + np.arange(months)
    aged = np.where(at < months, np.take_along_axis(by_month, np.minimum(at, months - 1)[None], axis=2), 0)
    return CohortTriangle(*aged)
