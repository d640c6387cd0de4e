"""Whether groups that were raised lost customers at another rate before: then what they lost after tells nothing.

Notation
--------
row : a decision of a customer before its group was raised, or of a group that never was
y : 1 where it left      x : (k,) what was known before, levels of groups and time included
l : (p,) leads: 1 in the months before its group's raise that a lead stands for      γ : (p,) what they add

    logit P(y = 1) = β'x + γ'l

γ = 0 where groups went the same way before. β has a weak prior, N(0, 3²) for columns in standard deviations, so that
levels that no leaver tells stay finite; γ has none. Errors are by customer (Liang & Zeger 1986), and γ = 0 is tested by
Wald's statistic. Who is raised is told by the group, not by having stayed until the raise: leavers before it count.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from models.checks import Floats
from models.errors import InvalidInput, NotEstimable

FEWEST_BEFORE = 5
"""Leavers that a lead needs, of those raised later, to be compared at all."""
_WEAK = 3.0
_STEPS = 50
_CLOSE = 1e-8


@dataclass(frozen=True, eq=False)
class Leads:
    """What came before raises of groups.

    Parameters
    ----------
    value, error
        γ and its standard errors, shape (p,), log odds; NaN where a lead cannot be compared.
    leavers
        Shape (p,): who left in the months of each lead.
    chance
        Of leads as far from 0 where groups go the same way, 0–1.
    """

    value: Floats
    error: Floats
    leavers: NDArray[np.int64]
    chance: float


def leads_of(left: NDArray[np.bool_], known: Floats, leads: Floats, customer: NDArray[np.intp]) -> Leads:
    """Fit γ and test that all are 0.

    Parameters
    ----------
    left, known, leads
        y (m,), x (m, k) and l (m, p), finite.
    customer
        Shape (m,): whose row, codes ≥ 0.

    Raises
    ------
    InvalidInput
        Where shapes do not fit.
    NotEstimable
        ``no_months_before`` where no lead has enough leavers.

    Examples
    --------
    A group that begins to leave twice as often half a year before its raise has a trend:

    >>> rng = np.random.default_rng(0)
    >>> group, late = np.repeat([0, 1], 5000), np.tile([0, 1], 5000)
    >>> gone = rng.random(10_000) < np.where((group == 1) & (late == 1), 0.1, 0.05)
    >>> x = np.column_stack([np.ones(10_000), group, late]).astype(float)
    >>> found = leads_of(gone, x, (group * late)[:, None].astype(float), np.arange(10_000))
    >>> bool(found.chance < 0.01), bool(abs(found.value[0] - np.log(2)) < 2.5 * found.error[0])
    (True, True)
    """
    m, p = leads.shape
    if left.shape != (m,) or customer.shape != (m,) or known.shape[0] != m:
        raise InvalidInput(f"left, known, leads and customer must have as many rows, got {left.size}, {m}")
    leavers = (leads * left[:, None]).sum(axis=0).astype(np.int64)
    told = leavers >= FEWEST_BEFORE
    if not told.any():
        raise NotEstimable("no_months_before", "too few left before their group was raised to be compared")
    spread = known.std(axis=0)
    x = np.column_stack([known / np.where(spread > 0, spread, 1.0), leads[:, told]])
    weak = np.r_[np.full(known.shape[1], _WEAK**-2), np.zeros(int(told.sum()))]
    at = _climbed(x, left, weak)
    miss = left - special.expit(x @ at)
    bread = np.linalg.inv(_information(x, at, weak))
    scores = np.zeros((int(customer.max()) + 1, at.size))
    np.add.at(scores, customer, x * miss[:, None])
    covariance = bread @ (scores.T @ scores) @ bread
    mine = slice(known.shape[1], None)
    gamma, own = at[mine], covariance[mine, mine]
    value, error = np.full(p, np.nan), np.full(p, np.nan)
    value[told], error[told] = gamma, np.sqrt(np.diag(own))
    wald = float(gamma @ np.linalg.solve(own, gamma))
    return Leads(value, error, leavers, float(special.gammaincc(gamma.size / 2, wald / 2)))


def _information(x: Floats, at: Floats, weak: Floats) -> Floats:
    p = special.expit(x @ at)
    found: Floats = x.T @ (x * (p * (1 - p))[:, None]) + np.diag(weak)
    return found


def _climbed(x: Floats, left: NDArray[np.bool_], weak: Floats) -> Floats:
    """Return the maximum by Newton's steps, halved while they lead down."""
    at = np.zeros(x.shape[1])
    here = _height(x, left, weak, at)
    for _ in range(_STEPS):
        slope = x.T @ (left - special.expit(x @ at)) - weak * at
        step = np.linalg.solve(_information(x, at, weak), slope)
        while (there := _height(x, left, weak, at + step)) < here and np.abs(step).max() > _CLOSE:
            step = step / 2
        at, here = at + step, there
        if np.abs(step).max() <= _CLOSE:
            break
    return at


def _height(x: Floats, left: NDArray[np.bool_], weak: Floats, at: Floats) -> float:
    eta = x @ at
    return float(left @ eta - np.logaddexp(0.0, eta).sum() - 0.5 * (weak * at) @ at)
