"""Intervals of shares: Wilson's, which never leaves 0–1 and holds where a share is close to either.

Notation
--------
p : (k,) observed shares          n : (k,) independent answers that each is worth          z : the quantile
"""

from __future__ import annotations

import numpy as np

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
