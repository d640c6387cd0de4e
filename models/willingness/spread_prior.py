"""How far customers differ in what they would pay, before anybody paid or refused: as far as their worth makes them.

Notation
--------
σ : standard deviation of log worth over customers
β : how far willingness follows worth: 1 where twice the worth makes twice the willingness
τ : standard deviation of what else moves log willingness: the share of its worth that each would pay
s : the same of log willingness

    log willingness = β log worth + what else, the two unrelated:   s² = β² σ² + τ²

What is believed of s is normal on the log scale with the mean and the standard deviation that σ, β and τ give it.
"""

from __future__ import annotations

import numpy as np

from models.willingness.beliefs import Belief

FOLLOWS = Belief.within(0.5, 1.1, level=0.9)
"""β: a price that everybody sees, and budgets, keep willingness closer together than worth is."""
OWN_SHARE = Belief.within(0.15, 0.9, level=0.9)
"""τ: two customers in three are within a factor of 1.2 to 2.5 of what worth alone would have them pay."""
_NODES = 31


def spread_given_worth(worth: Belief, *, follows: Belief = FOLLOWS, share: Belief = OWN_SHARE) -> Belief:
    """Return what is believed of s.

    Parameters
    ----------
    worth, follows, share
        σ, β and τ.

    Examples
    --------
    >>> wholly, apart = Belief(0.0, 0.0), Belief.within(0.29, 0.31, level=0.9)
    >>> found = spread_given_worth(Belief.within(0.39, 0.41, level=0.9), follows=wholly, share=apart)
    >>> round(found.median, 2), found.sd < 0.02
    (0.5, True)
    """
    node, weight = np.polynomial.hermite_e.hermegauss(_NODES)
    weight = np.outer(weight, weight) / weight.sum() ** 2
    shared = worth.mean + follows.mean + float(np.hypot(worth.sd, follows.sd)) * node
    both = np.logaddexp.outer(2 * shared, 2 * (share.mean + share.sd * node)) / 2
    mean = float((weight * both).sum())
    return Belief(mean, float(np.sqrt((weight * (both - mean) ** 2).sum())))
