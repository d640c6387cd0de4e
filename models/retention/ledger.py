"""`MrrLedger`: what customers pay a month, kept as changes, and read as blocks of month-ends.

Money is whole minor units, so that sums are exact, in whatever order they are taken. A block is dense, but small enough
for a processor's cache: reading all blocks takes a tenth of the time of one large matrix, and no memory to speak of.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from models.errors import InvalidInput

Ints = NDArray[np.int64]
_CELLS = 65_536
"""Cells of a block: half a megabyte."""
_MOST = 2**53
"""Sums up to here are exact in the floats that they pass through."""


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """Some customers' month-ends.

    Parameters
    ----------
    first
        Place of the first of these customers.
    mrr
        Shape (T, m): MRR of m customers at the end of each month, minor units, ≥ 0.
    raised
        Shape (T, m): by how much it rose in that month because the price was raised, minor units, ≥ 0.
    """

    first: int
    mrr: Ints
    raised: Ints


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Amounts of money by customer and month, in order of customer; several of one customer and month add up.

    Parameters
    ----------
    customer, month
        Shape (rows,): places of the customer and of the month.
    amount
        Shape (rows,): minor units.

    Raises
    ------
    InvalidInput
        If the three differ in length, or customers are out of order.
    """

    customer: Ints
    month: Ints
    amount: Ints

    @classmethod
    def of(cls, customer: ArrayLike, month: ArrayLike, amount: ArrayLike) -> Rows:
        """Take them from anything that holds whole numbers."""
        return cls(*(np.asarray(each, dtype=np.int64).ravel() for each in (customer, month, amount)))

    def __post_init__(self) -> None:
        if not self.customer.size == self.month.size == self.amount.size:
            raise InvalidInput(
                f"rows must be equally many, got {[self.customer.size, self.month.size, self.amount.size]}"
            )
        if bool((self.customer[1:] < self.customer[:-1]).any()):
            raise InvalidInput("rows must be in order of customer")

    def checked(self, *, customers: int, months: int) -> None:
        """Refuse rows of other customers or months, and more money than can be summed exactly."""
        for name, each, end in (("customer", self.customer, customers), ("month", self.month, months)):
            if each.size and not 0 <= int(each.min()) <= int(each.max()) < end:
                raise InvalidInput(f"{name} must be within 0 … {end - 1}, got {each.min()} … {each.max()}")
        if float(np.abs(self.amount.astype(np.float64)).sum()) >= _MOST:
            raise InvalidInput(f"amounts must sum to less than {_MOST} minor units: use a larger unit")

    def dense(self, part: slice, *, first: int, shape: tuple[int, int]) -> Ints:
        """Return some of the rows as a matrix of months × customers from `first` on."""
        cell = self.month[part] * shape[1] + (self.customer[part] - first)
        summed = np.bincount(cell, weights=self.amount[part], minlength=shape[0] * shape[1])
        return summed.astype(np.int64).reshape(shape)

    def total(self, customers: int, *, after: int, to: int) -> Ints:
        """Return each customer's sum over the months after < month ≤ to, shape (n,)."""
        inside = (self.month > after) & (self.month <= to)
        summed = np.bincount(self.customer[inside], weights=self.amount[inside], minlength=customers)
        return summed.astype(np.int64)


NO_ROWS = Rows.of([], [], [])


@dataclass(frozen=True, eq=False)
class MrrLedger:
    """Changes of MRR of n customers in T months.

    Parameters
    ----------
    customers, months
        n and T.
    changes
        By how much whose MRR changed in which month (0 … T-1). What there was before month 0 is a change in month 0.
    raises
        The part of a month's change that a raise of price made, ≥ 0.
    known_before
        Shape (n,): who was a customer before month 0: what it pays then is no new business. Default: nobody.

    Raises
    ------
    InvalidInput
        If rows are out of range, or a raise is negative.

    Examples
    --------
    >>> ledger = MrrLedger(2, 3, Rows.of([0, 0, 1], [0, 2, 1], [100, 50, 80]))
    >>> next(ledger.blocks()).mrr
    array([[100,   0],
           [100,  80],
           [150,  80]])
    >>> ledger.at(2)
    array([150,  80])
    """

    customers: int
    months: int
    changes: Rows
    raises: Rows = NO_ROWS
    known_before: NDArray[np.bool_] | None = None

    def __post_init__(self) -> None:
        if self.customers < 0 or self.months < 1:
            raise InvalidInput(f"needs ≥ 0 customers and ≥ 1 month, got {self.customers} and {self.months}")
        for rows in (self.changes, self.raises):
            rows.checked(customers=self.customers, months=self.months)
        if self.raises.amount.size and int(self.raises.amount.min()) < 0:
            raise InvalidInput("a raise of price must be ≥ 0")
        if self.known_before is not None and self.known_before.shape != (self.customers,):
            raise InvalidInput(f"known_before must have shape ({self.customers},)")

    @property
    def before(self) -> NDArray[np.bool_]:
        """Who was a customer before month 0, shape (n,)."""
        return np.zeros(self.customers, dtype=np.bool_) if self.known_before is None else self.known_before

    def blocks(self) -> Iterator[Block]:
        """Yield all customers, in order, some at a time.

        Raises
        ------
        InvalidInput
            If a customer's MRR falls below 0, naming its place.
        """
        width = max(_CELLS // self.months, 1)
        starts = np.arange(0, self.customers + width, width)
        cuts = [np.searchsorted(rows.customer, starts) for rows in (self.changes, self.raises)]
        for at, first in enumerate(range(0, self.customers, width)):
            shape = (self.months, min(width, self.customers - first))
            mrr, raised = (
                rows.dense(slice(cut[at], cut[at + 1]), first=first, shape=shape)
                for rows, cut in zip((self.changes, self.raises), cuts, strict=True)
            )
            np.cumsum(mrr, axis=0, out=mrr)
            if int(mrr.min()) < 0:
                below = first + int(np.flatnonzero((mrr < 0).any(axis=0))[0])
                raise InvalidInput(f"the MRR of customer {below} falls below 0")
            yield Block(first, mrr, raised)

    def at(self, month: int) -> Ints:
        """Return every customer's MRR at the end of a month, shape (n,), minor units."""
        return self.changes.total(self.customers, after=-1, to=month)

    def paid_before(self, month: int) -> NDArray[np.bool_]:
        """Return who paid at the end of any month before this one, or before the ledger began, shape (n,)."""
        ever = self.before.copy()
        for block in self.blocks():
            ever[block.first : block.first + block.mrr.shape[1]] |= (block.mrr[:month] > 0).any(axis=0)
        return ever

    def raised_between(self, first: int, last: int) -> Ints:
        """Return by how much raises of price raised MRR in the months first < month ≤ last, shape (n,)."""
        return self.raises.total(self.customers, after=first, to=last)
