"""When customers outgrow what their tier includes: the path along which a menu lets them grow.

Notation
--------
u : (n, L) units by month      g : (n,) a customer's growth, the slope of log(1 + u) over its months
ḡ, σ² : mean and variance of true growth over customers      v : (n,) the sampling variance of g
ĝ = ḡ + σ² ÷ (σ² + v) (g - ḡ) : each customer's growth, shrunk by how noisy its months are (Efron & Morris 1975)

A customer that needs u units in a mean month outgrows an allowance a after ``log((1 + a) ÷ (1 + u)) ÷ ĝ`` months, and
then climbs to the smallest tier that includes what it needs. It does not climb down.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.checks import Floats

FEWEST_MONTHS = 4
"""With fewer a customer's slope says nothing, and it is taken to grow like the others."""


def growth(units: Floats, known: NDArray[np.bool_]) -> Floats:
    """Return each customer's growth ĝ a month on the log scale, shape (n,).

    Parameters
    ----------
    units, known
        Shape (n, L): units by month, the latest last, and which months there were.

    Examples
    --------
    >>> months = np.arange(12.0)
    >>> units = np.exp([0.05 * months + 3, 0.01 * months + 3])
    >>> growth(units, np.ones((2, 12), dtype=bool)).round(2)
    array([0.05, 0.01])
    """
    month = np.arange(units.shape[1], dtype=np.float64)
    weight = known.astype(np.float64)
    count = weight.sum(axis=1)
    y = np.where(known, np.log1p(np.where(known, units, 0.0)), 0.0)
    centre = (weight @ month) / np.maximum(count, 1)
    x = (month - centre[:, None]) * weight
    square = (x**2).sum(axis=1)
    usable = (count >= FEWEST_MONTHS) & (square > 0)
    slope = np.divide((x * y).sum(axis=1), square, out=np.zeros(count.size), where=usable)
    if not usable.any():
        return np.zeros(count.size)
    level = y.sum(axis=1) / np.maximum(count, 1)
    left = (y - level[:, None]) * weight - slope[:, None] * x
    noise = np.divide(
        (left**2).sum(axis=1), np.maximum(count - 2, 1) * square, out=np.zeros(count.size), where=usable
    )
    mean = float(slope[usable].mean())
    between = max(float(slope[usable].var()) - float(noise[usable].mean()), 0.0)
    own = np.divide(between, between + noise, out=np.zeros(count.size), where=usable & (between + noise > 0))
    shrunk: Floats = mean + own * (slope - mean)
    return shrunk


def months_until_outgrown(need: Floats, allowance: Floats, pace: Floats) -> Floats:
    """Return after how many months each customer needs more than its allowance; inf where it never will.

    Parameters
    ----------
    need, allowance
        Shape (n,): units in a mean month today, and what the tier includes.
    pace
        Shape (n,): growth a month.

    Examples
    --------
    >>> months_until_outgrown(np.array([10.0, 10.0, 30.0]), np.full(3, 20.0), np.array([0.05, -0.01, 0.05])).round(1)
    array([12.9,  inf,  0. ])
    """
    room = np.log1p(allowance) - np.log1p(need)
    months = np.divide(room, pace, out=np.full(need.shape, np.inf), where=pace > 0)
    outgrown: Floats = np.where(room < 0, 0.0, months)
    return outgrown


def climb(
    need: Floats, tier: NDArray[np.intp], allowances: Floats, *, pace: Floats, months: Floats
) -> NDArray[np.intp]:
    """Return the place of each customer's tier after some months, shape (M, n).

    Parameters
    ----------
    need, tier, pace
        Shape (n,): units in a mean month today, the place of its tier today (-1 for none, which stays), and growth a
        month.
    allowances
        Shape (K,): what each tier includes, by rising fee.
    months
        Shape (M,).

    Examples
    --------
    >>> needs, today, allowances = np.array([10.0, 10.0]), np.array([0, -1]), np.array([20.0, 50.0])
    >>> climb(needs, today, allowances, pace=np.full(2, 0.1), months=np.array([0.0, 12.0]))
    array([[ 0, -1],
           [ 1, -1]])
    """
    later = np.expm1(np.log1p(need) + np.outer(months, pace))
    holds = np.searchsorted(np.maximum.accumulate(allowances), later, side="left")
    reached = np.maximum(tier, np.minimum(holds, allowances.size - 1))
    return np.where(tier < 0, -1, reached).astype(np.intp)
