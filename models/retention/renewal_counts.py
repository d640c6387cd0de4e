"""What renewals have shown: how many customers were up for each, and how many left at it.

Cohorts of any age add up: a customer that left at renewal 3 and one that has renewed three times so far both tell
something of renewals 1 to 3, and nothing of later ones.

Notation
--------
T : the last renewal that anybody was up for
n_t, d_t : (T,) customers up for renewal t = 1 … T, and those who left at it
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from models.checks import Floats, vector
from models.errors import InvalidInput, NotEstimable
from models.retention.life_table import LifeTable


@dataclass(frozen=True, eq=False)
class RenewalCounts:
    """Customers up for each renewal, and those who left at it.

    Parameters
    ----------
    up
        n, shape (T,), ≥ 0, T ≥ 1; need not be whole, as where a book is weighted.
    left
        d, shape (T,), 0 ≤ d ≤ n.
    customers
        How many customers carry the counts.

    Examples
    --------
    A cohort after two renewals, and a younger one after one; the two are added:

    >>> book = RenewalCounts.of_curve([100, 80, 72]) + RenewalCounts.of_curve([50, 43])
    >>> book.up.tolist(), book.left.tolist(), book.customers
    ([150.0, 80.0], [27.0, 8.0], 150)
    """

    up: Floats
    left: Floats
    customers: int

    def __post_init__(self) -> None:
        up = vector("up", self.up, low=0)
        left = vector("left", self.left, n=up.size, low=0)
        if up.size == 0 or (left > up).any():
            raise InvalidInput("needs renewals at each of which no more customers left than were up for it")
        if not up.any():
            raise NotEstimable("no_renewals", "no customer has been up for renewal yet")

    def __add__(self, other: RenewalCounts) -> RenewalCounts:
        longest = max(self.up.size, other.up.size)
        pairs = ((self.up, other.up), (self.left, other.left))
        up, left = (_padded(one, longest) + _padded(two, longest) for one, two in pairs)
        return RenewalCounts(up, left, self.customers + other.customers)

    @classmethod
    def of_curve(cls, there: ArrayLike) -> RenewalCounts:
        """Read one cohort: customers still there after 0, 1 … T renewals.

        Parameters
        ----------
        there
            Shape (T + 1,), never rising, T ≥ 1. Shares will do if multiplied by the size of the cohort; intervals
            are those of so many customers.
        """
        curve = vector("there", there, low=0)
        if curve.size < 2 or (np.diff(curve) > 0).any():
            raise InvalidInput("customers still there must be given for 2 renewals or more, and never rise")
        return cls(curve[:-1], -np.diff(curve), round(float(curve[0])))

    @classmethod
    def of_counts(
        cls, lost: ArrayLike, there: ArrayLike, *, entered: ArrayLike | None = None
    ) -> RenewalCounts:
        """Read customers of all ages.

        Parameters
        ----------
        lost
            Shape (T,): customers who left at renewal 1 … T.
        there
            Shape (T + 1,): customers who are still there, by renewals so far, 0 … T.
        entered
            Shape (T + 1,): all customers by renewals made before they were first observed; default: none had.

        Raises
        ------
        InvalidInput
            If shapes do not fit, or more entered than are lost or there.
        """
        gone = vector("lost", lost, low=0)
        stay = vector("there", there, n=gone.size + 1, low=0)
        total = float(gone.sum() + stay.sum())
        began = np.zeros(gone.size + 1)
        began[0] = total
        if entered is not None:
            began = vector("entered", entered, n=gone.size + 1, low=0)
        if not np.isclose(began.sum(), total):
            raise InvalidInput(f"{began.sum():g} customers entered, but {total:g} are lost or still there")
        up = np.cumsum(began[:-1]) - np.concatenate([[0.0], np.cumsum(gone + stay[:-1])[:-1]]) - stay[:-1]
        return cls(np.where(np.abs(up) < 1e-9 * total, 0.0, up), gone, round(total - float(stay[0])))

    @classmethod
    def of_customers(
        cls, renewals: ArrayLike, left: ArrayLike, *, entry: ArrayLike | None = None
    ) -> RenewalCounts:
        """Read one row a customer.

        Parameters
        ----------
        renewals
            Shape (n,), whole: how many renewals a customer has been up for, that at which it left included.
        left
            Shape (n,), bool: whether it left at the last of them.
        entry
            Shape (n,), whole: how many it had made before it was first observed; default 0.

        Raises
        ------
        InvalidInput, NotEstimable
            As `LifeTable.count`, whose months are renewals here.
        """
        table = LifeTable.count(renewals, left, entry=entry)
        return cls(table.at_risk, table.lost, table.customers)


def _padded(counts: Floats, size: int) -> Floats:
    return np.pad(counts, (0, size - counts.size))
