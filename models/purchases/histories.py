"""What is known of customers who buy when they want: how often they bought again, when last, how long they were seen.

Notation
--------
n : customers          m : histories that differ
x : repeat purchases, the first one not counted          t_x : time from the first purchase to the last (0 if x = 0)
T : time from the first purchase to today, t_x ≤ T          U : the longest T, the unit in which laws are learned

Time is in any unit. Where a customer can buy at most once a period, all three are counted in periods.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from models.checks import Floats, vector
from models.errors import InvalidInput, NotEstimable


@dataclass(frozen=True, eq=False)
class Histories:
    """Histories of purchases, each held once.

    Parameters
    ----------
    bought, latest, watched
        x, t_x and T of the histories that differ, shape (m,).
    customers
        How many customers have each, shape (m,).
    place
        Whose history is which, shape (n,).

    Examples
    --------
    >>> three = Histories.of_customers([2, 0, 0], [30.4, 0, 0], [38.9, 38.9, 38.9])
    >>> three.customers.tolist(), three.place.tolist(), three.unit
    ([2.0, 1.0], [1, 0, 0], 38.9)
    """

    bought: Floats
    latest: Floats
    watched: Floats
    customers: Floats
    place: NDArray[np.int64]

    @classmethod
    def of_customers(cls, bought: ArrayLike, latest: ArrayLike, watched: ArrayLike) -> Histories:
        """Count equal histories once.

        Parameters
        ----------
        bought, latest, watched
            x, t_x and T of each customer, shape (n,), ≥ 0.

        Raises
        ------
        InvalidInput
            Where the last purchase lies after today, or x is not whole, or x = 0 and t_x > 0.
        NotEstimable
            ``no_customers`` where nobody was seen for any time.
        """
        x = vector("bought", bought, low=0)
        last = vector("latest", latest, n=x.size, low=0)
        seen = vector("watched", watched, n=x.size, low=0)
        if (x != np.round(x)).any():
            raise InvalidInput("bought must be whole numbers")
        if (last > seen).any() or ((x == 0) & (last > 0)).any():
            raise InvalidInput(
                "the last purchase must lie between the first and today, and at 0 where it is the first"
            )
        if not (seen > 0).any():
            raise NotEstimable(
                "no_customers", "no customer has been seen for any time after a first purchase"
            )
        order = np.lexsort((seen, last, x))
        rows = np.stack([x, last, seen])[:, order]
        new = np.concatenate([[True], (rows[:, 1:] != rows[:, :-1]).any(axis=0)])
        place = np.empty(x.size, dtype=np.int64)
        place[order] = np.cumsum(new) - 1
        counts = np.bincount(place).astype(np.float64)
        return cls(rows[0, new], rows[1, new], rows[2, new], counts, place)

    @property
    def unit(self) -> float:
        """U, the longest time that a customer was seen."""
        return float(self.watched.max())

    def total(self, each: Floats) -> float:
        """Return the sum over customers of a figure of the histories, shape (m,)."""
        return float(each @ self.customers)


NEW = Histories(np.zeros(1), np.zeros(1), np.zeros(1), np.ones(1), np.zeros(1, dtype=np.int64))
"""A customer who has just bought for the first time."""
