"""Which customers succeed: the best of those whose first months are known, each relative to its own size.

Notation
--------
n : customers whose window is over      u : what a customer brings us, in months of its first bill
g : what it gains, per money of its first bill      z : normal scores of ranks      ρ : their correlation
index = (z_u + z_g) ÷ √(2 + 2ρ), or the one of them that is known, so that both have the same spread

u counts margin in the window, what is still expected of those who are there at its end, and, for each customer that
it won for us, what the typical customer brings. Divided by the first bill, a giant counts as one customer, and what
it pays more later (expansion) counts for it. A success is one of the best by the index: the share that is asked
for, or the nearest share at which equals are not parted.

Customers whose window is not over are unknown, whatever became of them: to count those who have already left as
failures would make whoever came lately look bad.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray
from scipy import special

from models.checks import Floats
from models.errors import NotEstimable

_EQUAL = "as far as the data tell, all customers did equally well"
TO_US, TO_THEM = "worth_to_us", "worth_to_them"


@dataclass(frozen=True)
class Window:
    """What is known of n customers over the same number of months after signing.

    Parameters
    ----------
    bill
        What each paid a month at first, money; NaN or 0 where it never paid.
    margin
        What it paid less what it cost us, money, in the window and before; NaN where no table tells it.
    still_expected
        What it is expected to bring after the window, money; 0 for those who left.
    won_for_us
        Customers that it recommended and who were won, in the window.
    gained
        What it gains a month, money; NaN where it does not say.
    """

    bill: Floats
    margin: Floats
    still_expected: Floats
    won_for_us: Floats
    gained: Floats

    def only(self, rows: NDArray[np.bool_]) -> Window:
        """Return some of the customers."""
        return Window(*(getattr(self, each.name)[rows] for each in fields(self)))


@dataclass(frozen=True)
class Success:
    """Who succeeded.

    Parameters
    ----------
    index
        Shape (n,): the higher, the better; NaN where nothing is known.
    best
        Shape (n,): 1 for a success, 0 for none, NaN where nothing is known.
    parts
        What the index rests on: `worth_to_us`, `worth_to_them`.
    relative_to_size
        Whether a first bill says how large customers are; if not, large ones count as better.
    """

    index: Floats
    best: Floats
    parts: tuple[str, ...]
    relative_to_size: bool

    @property
    def share(self) -> float:
        """The share of customers that succeeded, 0–1."""
        return float(np.nanmean(self.best))


def who_succeeds(window: Window, *, top_share: float) -> Success:
    """Tell successes from others.

    Parameters
    ----------
    window
        n customers whose window is over.
    top_share
        The share of them that is to count as success, 0–1.

    Raises
    ------
    NotEstimable
        If all customers did equally well, or nothing is known of them: `no_variation`.

    Examples
    --------
    >>> months = np.array([2.0, 12.0, 12.0, 18.0])
    >>> nothing = np.zeros(4)
    >>> paid = Window(np.full(4, 10.0), 10 * months, nothing, nothing, np.full(4, np.nan))
    >>> who_succeeds(paid, top_share=0.25).best
    array([0., 0., 0., 1.])
    """
    bill, sized = _sizes(window.bill)
    scores = {TO_US: normal_scores(_brought(window, bill)), TO_THEM: normal_scores(window.gained / bill)}
    told = {name: each for name, each in scores.items() if np.isfinite(each).any() and np.nanstd(each) > 0}
    if not told:
        raise NotEstimable("no_variation", _EQUAL)
    index = _combined(list(told.values()))
    return Success(index, _best(index, top_share), tuple(told), sized)


def _sizes(bill: Floats) -> tuple[Floats, bool]:
    """Return what to divide by: the first bill, the typical one for those who never paid; 1 if nobody did."""
    paid = bill[np.isfinite(bill) & (bill > 0)]
    if not paid.size:
        return np.ones(bill.shape), False
    return np.where(np.isfinite(bill) & (bill > 0), bill, np.median(paid)), True


def _brought(window: Window, bill: Floats) -> Floats:
    own = (window.margin + window.still_expected) / bill
    if not np.isfinite(own).any():
        return own
    return own + window.won_for_us * max(float(np.nanmedian(own)), 0.0)


def normal_scores(values: Floats) -> Floats:
    """Return the normal quantile of each value's rank, equals alike, NaN where it is unknown; shape (n,).

    Examples
    --------
    >>> normal_scores(np.array([3.0, np.nan, 1.0, 2.0])).round(2)
    array([ 0.67,   nan, -0.67,  0.  ])
    """
    known = np.flatnonzero(np.isfinite(values))
    # The last bits of sums of money are no reason to prefer one customer to another.
    rounded = np.array([float(f"{value:.9g}") for value in values[known].tolist()], dtype=np.float64)
    _, place, count = np.unique(rounded, return_inverse=True, return_counts=True)
    middle = np.cumsum(count) - (count - 1) / 2
    scores = np.full(values.shape, np.nan)
    scores[known] = special.ndtri(middle[place] / (known.size + 1))
    return scores


def _combined(parts: list[Floats]) -> Floats:
    if len(parts) == 1:
        return parts[0]
    one, other = parts
    both = np.isfinite(one) & np.isfinite(other)
    alike = 0.0
    if both.sum() > 2 and one[both].std() > 0 and other[both].std() > 0:
        alike = float(np.corrcoef(one[both], other[both])[0, 1])
    together = (one + other) / np.sqrt(max(2 + 2 * alike, 1e-6))
    combined: Floats = np.where(both, together, np.where(np.isfinite(one), one, other))
    return combined


def _best(index: Floats, top_share: float) -> Floats:
    """Mark the best: of all places between unequal customers, the cut whose share is nearest."""
    values = np.unique(index[np.isfinite(index)])
    if values.size < 2:
        raise NotEstimable("no_variation", _EQUAL)
    ordered = np.sort(index[np.isfinite(index)])
    shares = 1 - np.searchsorted(ordered, values[1:]) / ordered.size
    bar = values[1:][int(np.abs(shares - top_share).argmin())]
    return np.where(np.isfinite(index), (index >= bar).astype(np.float64), np.nan)
