"""Intervals of shares that never leave 0–1: Wilson's for answers of any weight, mid-P for counts.

Notation
--------
p : (k,) observed shares          n : (k,) independent answers that each is worth          z : the quantile
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import special

from models.checks import Floats


def wilson(share: Floats, answers: Floats, z: float) -> tuple[Floats, Floats]:
    """Return the ends of Wilson's interval (1927) of each share.

    Parameters
    ----------
    share
        Shape (k,), 0–1.
    answers
        Shape (k,), > 0: how many independent answers have the share's standard error; no whole number.
    z
        The quantile of the normal (or Student's t) distribution that belongs to the level.

    Returns
    -------
    Two arrays of shape (k,): the lower ends, never below 0 nor above the share, and the upper ones.

    Examples
    --------
    >>> low, high = wilson(np.array([0.0, 0.5]), np.array([10.0, 10.0]), 1.645)
    >>> low.round(3), high.round(3)
    (array([0.   , 0.269]), array([0.213, 0.731]))
    """
    part = z**2 / answers
    middle = (share + part / 2) / (1 + part)
    reach = np.sqrt(part * share * (1 - share) + part**2 / 4) / (1 + part)
    low: Floats = np.minimum(np.maximum(middle - reach, 0), share)
    high: Floats = np.maximum(np.minimum(middle + reach, 1), share)
    return low, high


def mid_p(successes: int, answers: int, level: float) -> tuple[float, float]:
    """Return the ends of the mid-P interval of a share (Lancaster 1961): Clopper-Pearson's without its excess.

    It counts half of the chance of what was seen itself. At 95 % and 30 answers it covers 0.925 or more whatever the
    share, where Wilson's covers as little as 0.85 when the share is close to 0 or 1; their widths are alike.

    Parameters
    ----------
    successes, answers
        Counts, 0 ≤ successes ≤ answers, answers > 0.
    level
        The interval's nominal coverage, 0–1.

    Examples
    --------
    >>> [round(end, 3) for end in mid_p(29, 30, 0.95)]
    [0.846, 0.998]
    """
    low, high = mid_p_ends(np.array([successes]), np.array([answers]), level)
    return float(low[0]), float(high[0])


def mid_p_ends(
    successes: NDArray[np.int64], answers: NDArray[np.int64], level: float
) -> tuple[Floats, Floats]:
    """Return the ends of many mid-P intervals, each array of shape (k,); see `mid_p`.

    Examples
    --------
    >>> low, high = mid_p_ends(np.array([0, 29]), np.array([5, 30]), 0.95)
    >>> low.round(3), high.round(3)
    (array([0.   , 0.846]), array([0.451, 0.998]))
    """
    tail = (1 - level) / 2
    return _mid_p_low(successes, answers, tail), 1 - _mid_p_low(answers - successes, answers, tail)


def _mid_p_low(successes: NDArray[np.int64], answers: NDArray[np.int64], tail: float) -> Floats:
    """Return the share at which as many successes or more have the chance `tail`, by halving."""
    low, high = np.zeros(successes.shape), successes / answers
    # With no success nothing is halved: the chance of -1 or more is not defined, and the share is 0.
    before = np.maximum(successes - 1, 0)
    for _ in range(60):
        middle = (low + high) / 2
        rare = special.bdtrc(successes, answers, middle) + special.bdtrc(before, answers, middle) < 2 * tail
        low, high = np.where(rare, middle, low), np.where(rare, high, middle)
    return low
