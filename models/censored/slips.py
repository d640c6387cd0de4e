"""Answers that contradict each other, read with a rate at which people slip.

Notation
--------
r : rows, a respondent's candidate intervals of willingness        i(r) : whose it is
d : (m,) how many of the respondent's answers a row denies          J : (n,) how many answers he gave
ε : the slip rate, the chance that an answer is the opposite of what willingness says
s : (m,) a row's share, the chance that it is the respondent's true interval, Σ s = 1 over each respondent's rows

Given the curve and ε, ``s ∝ P(row) (ε / (1-ε))^d``; given the shares, the curve is Turnbull's with weights w s and
``ε = Σ w s d / Σ w J``. The two alternate until they agree (expectation-maximisation). Where nobody contradicts
himself there is no slip to see, ε is 0, and each respondent keeps the one row that denies nothing.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.censored.intervals import Intervals
from models.censored.turnbull import turnbull
from models.checks import Floats

_STEPS = 60
_SETTLED = 1e-5
_LEAST = 1e-4  # a row with a smaller share costs time and changes nothing


def shares_of(
    rows: Intervals, *, respondent: NDArray[np.intp], denied: Floats, answers: Floats
) -> tuple[Floats, float]:
    """Share out each respondent over his candidate rows.

    Parameters
    ----------
    rows
        The candidate rows, each with its respondent's whole weight.
    respondent
        Shape (m,): whose each row is, codes 0 … n-1, every respondent with at least one row.
    denied
        Shape (m,): how many of his answers a row denies.
    answers
        Shape (n,): how many answers each respondent gave.

    Returns
    -------
    The shares, shape (m,), and the slip rate.

    Examples
    --------
    One of three says no at 10 and yes at 20; his row from 10 to 20 denies both answers.

    >>> rows = Intervals(
    ...     lower=np.array([10.0, 20.0, 0.0, 10.0, 20.0]), upper=np.array([20.0, np.inf, 10.0, 20.0, np.inf]),
    ...     weight=np.ones(5), cluster=np.array([0, 1, 2, 2, 2]))
    >>> shares, _ = shares_of(
    ...     rows, respondent=np.array([0, 1, 2, 2, 2]), denied=np.array([0.0, 0, 1, 2, 1]), answers=np.full(3, 2.0))
    >>> shares.round(1)
    array([1. , 1. , 0. , 0.1, 0.9])
    """
    least = np.full(answers.size, np.inf)
    np.minimum.at(least, respondent, denied)
    shares = _normalised((denied == least[respondent]).astype(np.float64), respondent)
    weight = np.bincount(respondent, rows.weight) / np.bincount(respondent)
    rate = float(least @ weight / (answers @ weight))
    for _ in range(_STEPS if rate > 0 else 0):
        likely = _chances(rows, shares) * (rate / (1 - rate)) ** (denied - least[respondent])
        improved = _normalised(likely, respondent)
        moved, shares = float(np.abs(improved - shares).max()), improved
        rate = float((rows.weight * shares) @ denied / (answers @ weight))
        if moved < _SETTLED:
            break
    return _normalised(np.where(shares > _LEAST, shares, 0.0), respondent), rate


def _chances(rows: Intervals, shares: Floats) -> Floats:
    """Return the mass that the curve fitted with these shares puts on each row."""
    weight = rows.weight * shares
    curve = turnbull(Intervals(lower=rows.lower, upper=rows.upper, weight=weight, cluster=rows.cluster))
    (above, _), (beyond, _) = curve.survival(rows.lower), curve.survival(rows.upper)
    chances: Floats = np.maximum(above - beyond, 0)
    return chances


def _normalised(values: Floats, respondent: NDArray[np.intp]) -> Floats:
    normalised: Floats = values / np.bincount(respondent, values)[respondent]
    return normalised
