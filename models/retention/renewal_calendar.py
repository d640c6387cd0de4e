"""When customers can leave by contract: at the end of a term, or at any time.

Notation
--------
u : (n,) months from the last month-end to the month of the next term's end, ≥ 1; 0: none is known
w : (n,) months of a term; 0: not bound, or of a length that nothing tells

    a customer is due in month h ≥ 1 from now where h = u, u + w, u + 2w, …;  in the months between it is inside a term

Renewing a year is another decision than renewing a quarter: ends of terms of up to half a year are kept apart.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.checks import Floats
from models.errors import InvalidInput
from models.retention.ledger import Ints

FREE, INSIDE, DUE_SHORT, DUE = range(4)
"""Situations of a customer in a month: not bound, inside a term, at the end of a short term, at that of a long one."""
USUAL_MONTHS = (1, 1, 3, 12)
"""Months of leaving that a month in each situation stands for."""
SHORT_TERM = 6
"""Months up to which a term is short."""


def situations(due: NDArray[np.bool_], bound: NDArray[np.bool_], term: Ints) -> Ints:
    """Return the situation of customers who are due or bound, all of one shape; a term of unknown length is long.

    Examples
    --------
    >>> situations(np.array([True, True, False]), np.array([True, True, True]), np.array([3, 12, 12])).tolist()
    [2, 3, 1]
    """
    ends = np.where((term > 0) & (term <= SHORT_TERM), DUE_SHORT, DUE)
    return np.where(due, ends, np.where(bound, INSIDE, FREE)).astype(np.int64)


@dataclass(frozen=True, eq=False)
class RenewalCalendar:
    """Who could leave when, and who will be able to.

    Parameters
    ----------
    past
        Shape (T, n): the situation in each month, as the first row's is in the month before the first month-end.
    term
        w, shape (n,): of the latest term.
    until_due
        u, shape (n,); of those who have left it says nothing.

    Raises
    ------
    InvalidInput
        If shapes do not fit, or a number of months is below 0.

    Examples
    --------
    >>> calendar = RenewalCalendar(np.zeros((2, 2), dtype=np.int64), np.array([12, 0]), np.array([3, 0]))
    >>> [calendar.ahead(month).tolist() for month in (2, 3, 4, 15)]
    [[1, 0], [3, 0], [1, 0], [3, 0]]
    """

    past: Ints
    term: Ints
    until_due: Ints

    def __post_init__(self) -> None:
        n = self.past.shape[-1]
        if self.past.ndim != 2 or self.term.shape != (n,) or self.until_due.shape != (n,):
            raise InvalidInput("needs situations (T, n), and terms and months until they end of shape (n,)")
        if n and min(int(self.term.min()), int(self.until_due.min())) < 0:
            raise InvalidInput("months of terms must be ≥ 0")

    @property
    def binds(self) -> bool:
        """Whether anybody was ever bound, or is."""
        return bool((self.past != FREE).any() or self.until_due.any())

    def ahead(self, month: int) -> Ints:
        """Return the situations (n,) in a month from now, ≥ 1, if customers stay and their terms are renewed."""
        later = month - self.until_due
        again = (self.term > 0) & (later > 0)
        due = (self.until_due > 0) & ((later == 0) | (again & (later % np.maximum(self.term, 1) == 0)))
        bound = (self.until_due > 0) & ((later < 0) | again)
        return situations(due, bound, self.term)

    def of(self, places: NDArray[np.intp]) -> RenewalCalendar:
        """Return the calendar of some of the customers."""
        return RenewalCalendar(self.past[:, places], self.term[places], self.until_due[places])


def new_situations(term: int, months: int) -> Ints:
    """Return the situations of a new customer in the first months after that in which it came, (months,).

    Examples
    --------
    >>> new_situations(3, 6).tolist()
    [1, 1, 2, 1, 1, 2]
    """
    if not term:
        return np.full(months, FREE, dtype=np.int64)
    due = np.arange(1, months + 1) % term == 0
    return situations(due, np.ones(months, dtype=np.bool_), np.full(months, term))


@dataclass(frozen=True, eq=False)
class NewTerms:
    """Which part of first bills comes on which term.

    Parameters
    ----------
    terms
        Shape (k,), months; 0: not bound.
    share
        Shape (draws, k); rows sum to 1.

    Examples
    --------
    >>> new = NewTerms.of(np.array([12, 0, 12]), np.ones(3), draws=500, seed=0)
    >>> new.terms.tolist(), round(float(new.share[:, 1].mean()), 1)
    ([0, 12], 0.6)
    """

    terms: Ints
    share: Floats

    @classmethod
    def of(cls, term: Ints, bills: Floats, *, draws: int, seed: int) -> NewTerms:
        """Read it off those who came: their terms and first bills (m,), weighed anew in each draw (Rubin 1981)."""
        if not term.size:
            return cls(np.zeros(1, dtype=np.int64), np.ones((draws, 1)))
        terms, place = np.unique(term, return_inverse=True)
        weight = np.random.default_rng(seed).standard_exponential((draws, term.size)) * bills
        on = weight @ (place[:, None] == np.arange(terms.size)).astype(np.float64)
        return cls(terms, on / on.sum(axis=1, keepdims=True))
