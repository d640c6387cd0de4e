"""Which plan a customer is on under another price book: its own where that fits, else the cheapest that does.

A stay is a customer's time on one plan. A plan fits a stay if it carries every month of it: a limit that was passed
once would have been passed under the new book too.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.pricing.rating.lines import Mask
from models.pricing.rating.rounding import Ints

NO_PLAN = -1
_NEVER = np.iinfo(np.int64).max


@dataclass(frozen=True, slots=True)
class Choice:
    """The plan of each stay, shape (stays,): `NO_PLAN` where none fits; and of those that had to move, why.

    `gone` says that the book has no such plan, `outgrown` that the plan is there and does not carry the usage.
    """

    plan: Ints
    gone: Mask
    outgrown: Mask


def per_stay(values: Ints, starts: Ints) -> Ints:
    """Sum entries along the last axis over each stay; `starts` are where stays begin, the first at 0."""
    if not starts.size:
        return np.zeros((*values.shape[:-1], 0), dtype=np.int64)
    summed: Ints = np.add.reduceat(values, starts, axis=-1, dtype=np.int64)
    return summed


def cheapest(totals: Ints, fits: Mask) -> Ints:
    """Return the plan of least total that fits each stay, the first of several; `NO_PLAN` where none does.

    Parameters
    ----------
    totals, fits
        Shape (plans, stays): minor units, and whether the plan may be taken.

    Examples
    --------
    >>> cheapest(np.array([[5, 5], [4, 4]]), np.array([[True, True], [True, False]]))
    array([1, 0])
    """
    if not len(totals):
        return np.full(totals.shape[1], NO_PLAN, dtype=np.int64)
    bills = np.where(fits, totals, _NEVER)
    return np.where(fits.any(axis=0), np.argmin(bills, axis=0), NO_PLAN).astype(np.int64)


def keep_or_cheapest(own: Ints, totals: Ints, fits: Mask, offered: Mask) -> Choice:
    """Choose a plan for each stay.

    Parameters
    ----------
    own
        Shape (stays,): the plan that takes the stay's own place, `NO_PLAN` where there is none.
    totals, fits
        Shape (plans, stays): minor units over the stay, and whether the plan carries it.
    offered
        Shape (plans, stays): whether a customer may move to the plan.
    """
    at = np.arange(own.size)
    fitting = np.zeros(own.size, dtype=np.bool_)
    there = own != NO_PLAN
    fitting[there] = fits[own[there], at[there]]
    plan = np.where(fitting, own, cheapest(totals, fits & offered))
    return Choice(plan, gone=~there, outgrown=there & ~fitting)
