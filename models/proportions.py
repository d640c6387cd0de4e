"""Intervals of shares that never leave 0–1: Wilson's for answers of any weight, mid-P for counts.

Notation
--------
p : (k,) observed shares          n : (k,) independent answers that each is worth          z : the quantile
"""

from __future__ import annotations

import numpy as np
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
    tail = (1 - level) / 2
    return _mid_p_low(successes, answers, tail), 1 - _mid_p_low(answers - successes, answers, tail)


def _mid_p_low(successes: int, answers: int, tail: float) -> float:
    """Return the share at which as many successes or more have the chance `tail`, by halving."""
    if successes == 0:
        return 0.0
    low, high = 0.0, successes / answers
    for _ in range(60):
        middle = (low + high) / 2
        above, from_here = special.bdtrc([successes, successes - 1], answers, middle)
        low, high = (middle, high) if above + from_here < 2 * tail else (low, middle)
    return low
