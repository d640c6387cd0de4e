"""The life table in whole months: how many customers were there to leave in each month, and how many left.

Subscriptions end by the month, so that months with ties are the natural grain. Two counts a month hold all that
survival curves, hazards by age and laws of renewal need; a million customers are counted in a few milliseconds.

Notation
--------
n : customers           T : the last month in which one was at risk
t_i : whole months customer i stayed, or has stayed so far          e_i : months it had stayed when first observed
r_t : (T,) at risk in month t = 1 … T, those with ``e_i < t ≤ t_i``          d_t : (T,) those who left after month t
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from models.checks import Floats
from models.errors import InvalidInput, NotEstimable

Months = NDArray[np.int64]
LONGEST = 6_000
"""Months, 500 years: a longer stay is a mistake in the dates."""


@dataclass(frozen=True, eq=False)
class LifeTable:
    """Customers at risk and customers who left, by month.

    Parameters
    ----------
    at_risk
        r, shape (T,), customers, from month 1 on.
    left
        d, shape (T, K), customers: a column for each kind of end.
    customers
        n, those at risk in some month.

    Examples
    --------
    Three customers: gone after month 2, still there after 3, and one seen from its third month on, gone after 3.

    >>> table = LifeTable.count([2, 3, 3], [True, False, True], entry=[0, 0, 2])
    >>> table.at_risk.tolist(), table.left[:, 0].tolist()
    ([2.0, 2.0, 2.0], [0.0, 1.0, 1.0])
    """

    at_risk: Floats
    left: Floats
    customers: int

    @classmethod
    def count(
        cls, durations: ArrayLike, ended: ArrayLike, *, kinds: int = 1, entry: ArrayLike | None = None
    ) -> LifeTable:
        """Count customers.

        Parameters
        ----------
        durations
            t, shape (n,), whole months ≥ 0: a month begun counts, so that who left has stayed at least one.
        ended
            Shape (n,): 0 (or False) for those still there, 1 … K for the kind of end (True is kind 1).
        kinds
            K, ≥ 1.
        entry
            e, shape (n,), whole months ≥ 0; default: all were observed from their first month on.

        Raises
        ------
        InvalidInput
            Where an array has another shape or range, or a customer left before it was first observed.
        NotEstimable
            ``no_customers``: nobody was observed for a month.
        """
        stays = whole_months("durations", durations)
        ends = _kinds(ended, n=stays.size, kinds=kinds)
        longest = int(stays.max(initial=0))
        # Twice as fast as to choose those who left first: one pass over all, at a place for month and kind.
        places = np.bincount(stays * (kinds + 1) + ends, minlength=(longest + 1) * (kinds + 1))
        by_kind = places.reshape(longest + 1, kinds + 1)
        staying = _from_behind(by_kind.sum(axis=1))
        if entry is None:
            seen = staying[1] if longest else 0
            if by_kind[0, 1:].any():
                raise InvalidInput(f"who left has stayed at least one month: {_first(ends * (stays == 0))}")
        else:
            since = whole_months("entry", entry, n=stays.size)
            early = (ends > 0) & (since >= stays)
            if early.any():
                raise InvalidInput(f"who left must have been observed before: {_first(early)}")
            observed = since < stays
            seen = observed.sum()
            absent = np.bincount(np.minimum(since, stays), minlength=longest + 1)
            staying = staying - _from_behind(absent)
        if seen == 0:
            raise NotEstimable("no_customers", "nobody was observed for a whole month")
        last = int(np.flatnonzero(staying)[-1]) + 1
        return cls(staying[1:last].astype(np.float64), by_kind[1:last, 1:].astype(np.float64), int(seen))

    @property
    def lost(self) -> Floats:
        """Those who left for whatever reason, shape (T,)."""
        total: Floats = self.left.sum(axis=1)
        return total

    def since(self, month: int) -> LifeTable:
        """Return the table of those who have stayed `month` months: its months count from there.

        Raises
        ------
        InvalidInput
            If `month` is negative or not before the last month seen.
        """
        if not 0 <= month < self.at_risk.size:
            raise InvalidInput(f"month must be between 0 and {self.at_risk.size - 1}, got {month}")
        at_risk = self.at_risk[month:]
        # Without the rows the entries after `month` are unknown: the most that were at risk at a time is a floor.
        customers = self.customers if month == 0 else int(at_risk.max())
        return LifeTable(at_risk, self.left[month:], customers)

    def require_unbroken(self) -> None:
        """Refuse a table in which a curve from its first month on would end before customers were seen later.

        With late entry nobody may be observed at some age, or all of the few who are may leave.

        Raises
        ------
        NotEstimable
            ``observation_gap``
        """
        stops = self.at_risk - self.lost <= 0
        if stops[:-1].any():
            month = int(np.argmax(stops)) + 1
            text = (
                f"nobody observed in month {month} stayed on, though others were seen later:"
                " begin where more customers are observed"
            )
            raise NotEstimable("observation_gap", text)


def whole_months(name: str, values: ArrayLike, *, n: int | None = None) -> Months:
    """Return `values` as whole months, shape (n,), or say what is wrong with them.

    Raises
    ------
    InvalidInput
        If they are not whole, negative, beyond 6,000, or not one for each customer.

    Examples
    --------
    >>> whole_months("durations", [3.0, 12])
    array([ 3, 12])
    """
    array = np.asarray(values)
    if array.ndim != 1 or (n is not None and array.size != n):
        wanted = "one dimension" if n is None else f"{n} entries, one per customer"
        raise InvalidInput(f"{name} must have {wanted}, got shape {array.shape}")
    if array.dtype.kind not in "iu":
        array = _rounded(name, array)
    if array.size and not 0 <= array.min() <= array.max() <= LONGEST:
        raise InvalidInput(
            f"{name} must be between 0 and {LONGEST} months, got {array.min()} to {array.max()}"
        )
    return array.astype(np.int64, copy=False)


def _rounded(name: str, array: NDArray[np.generic]) -> Months:
    floats = array.astype(np.float64)
    wrong = ~np.isfinite(floats) | (floats != np.round(floats)) | (np.abs(floats) > LONGEST)
    if wrong.any():
        at = int(np.argmax(wrong))
        raise InvalidInput(f"{name} must be whole months, got {floats[at]} at position {at}")
    return floats.astype(np.int64)


def _kinds(ended: ArrayLike, *, n: int, kinds: int) -> NDArray[np.int8 | np.int64]:
    array = np.asarray(ended)
    if array.shape != (n,):
        raise InvalidInput(f"ends must have {n} entries, one per customer, got shape {array.shape}")
    if array.dtype == np.bool_:
        return array.view(np.int8)
    codes = array.astype(np.int64)
    if array.size and not ((codes == array).all() and 0 <= codes.min() <= codes.max() <= kinds):
        raise InvalidInput(f"ends must be 0 for customers still there, or 1 to {kinds}")
    return codes


def _from_behind(counts: Months) -> Months:
    return counts[::-1].cumsum()[::-1]


def _first(wrong: NDArray[np.generic]) -> str:
    return f"see position {int(np.argmax(wrong != 0))}"
