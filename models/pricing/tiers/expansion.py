"""When customers outgrow their tier: the path along which a menu lets them grow.

Notation
--------
u : (n, L) units by month      g : (n,) a customer's growth, the slope of log(1 + u) over its months
ḡ, σ² : mean and variance of true growth over customers      v : (n,) the sampling variance of g
ĝ = ḡ + σ² ÷ (σ² + v) (g - ḡ) : each customer's growth, shrunk by how noisy its months are (Efron & Morris 1975)

After t months a customer needs ``(1 + u) exp(ĝ t) - 1`` units. It outgrows its tier when, needing that, it would take
a dearer one, and does not climb down. To need more than a tier includes is not to outgrow it: where more units can
be bought, they may long be cheaper than the next tier.
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


def grown(units: Floats, pace: Floats, *, months: float) -> Floats:
    """Return what customers need after some months of growth, shape (n, L).

    Parameters
    ----------
    units, pace
        Shapes (n, L) and (n,): units by month today, and growth a month.
    months
        ≥ 0.

    Examples
    --------
    >>> grown(np.array([[9.0, 19.0], [9.0, 0.0]]), np.array([0.1, -0.1]), months=12).round(1)
    array([[32.2, 65.4],
           [ 2. ,  0. ]])
    """
    return np.maximum(np.expm1(np.log1p(units) + months * pace[:, None]), 0.0)


def climb(preferred: NDArray[np.intp], tier: NDArray[np.intp]) -> NDArray[np.intp]:
    """Return the place of each customer's tier, month by month, shape (M, n).

    Parameters
    ----------
    preferred
        Shape (M, n): the place of the tier that each would take for what it needs in a month, the first being now.
    tier
        Shape (n,): the place of the tier that it has now; -1 for none, which stays.

    Examples
    --------
    >>> climb(np.array([[0, 1, 0], [1, 1, 2], [0, 1, 2]]), np.array([0, 1, -1]))
    array([[ 0,  1, -1],
           [ 1,  1, -1],
           [ 1,  1, -1]])
    """
    dearer = np.where(preferred > preferred[0], preferred, -1)
    reached = np.maximum.accumulate(np.maximum(dearer, tier), axis=0)
    return np.where(tier < 0, -1, reached).astype(np.intp)
