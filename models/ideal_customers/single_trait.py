"""The rule that a score has to beat: the share of success among customers with the same level of ONE trait.

Notation
--------
n : customers to learn from      s_l, n_l : successes and customers with level l      p : success among all
chance of level l = (s_l + p) ÷ (n_l + 1), as if one customer more had succeeded as often as all do
"""

from __future__ import annotations

import numpy as np

from models.checks import Floats
from models.ideal_customers.levels import Coded


def chances_by_one_trait(learn: Coded, success: Floats, judge: Coded) -> Floats:
    """Return what the rule of each trait says of other customers, shape (m, T).

    Parameters
    ----------
    learn, success
        The n customers to learn from, and 1 where one succeeded, shape (n,).
    judge
        The m customers to be judged; of whom the trait is not known, the chance is that of all.

    Examples
    --------
    >>> learn, success = Coded(np.array([[0], [0], [1], [1]]), (2,)), np.array([1.0, 1.0, 1.0, 0.0])
    >>> chances_by_one_trait(learn, success, Coded(np.array([[0], [1], [-1]]), (2,))).ravel().round(3)
    array([0.917, 0.583, 0.75 ])
    """
    base = float(success.mean())
    told = np.full(judge.codes.shape, base)
    for at, size in enumerate(learn.sizes):
        _, shares = _by_level(learn.codes[:, at], success, size)
        known = judge.codes[:, at] >= 0
        told[known, at] = shares[judge.codes[known, at]]
    return told


def best_trait(learn: Coded, success: Floats) -> int:
    """Return the trait whose rule a careful analyst would pick: the most likely one, less a point a level."""
    gains = []
    for at, size in enumerate(learn.sizes):
        column = learn.codes[:, at]
        count, shares = _by_level(column, success, size)
        known = column >= 0
        chance = shares[np.maximum(column, 0)]
        base = float(success.mean())
        log_ratio = np.where(success > 0, np.log(chance / base), np.log((1 - chance) / (1 - base)))
        gains.append(float(log_ratio[known].sum()) - float((count > 0).sum() - 1))
    return int(np.argmax(gains))


def _by_level(column: np.ndarray, success: Floats, size: int) -> tuple[Floats, Floats]:
    """Return how many customers have each level, and the share of success that the rule gives it."""
    known = column >= 0
    count = np.bincount(column[known], minlength=size).astype(np.float64)
    good = np.bincount(column[known], success[known], minlength=size)
    return count, (good + success.mean()) / (count + 1)
