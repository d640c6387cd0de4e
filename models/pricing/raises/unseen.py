"""How strong a reason that nobody sees would have to be, for a price to seem to drive customers away and not do it.

Notation
--------
R : by how much a price multiplies the chance of leaving; of an odds ratio itself where few leave, else its root
E = R + √(R (R - 1)) : the E-value (VanderWeele & Ding 2017)

A reason that goes with the price and with leaving by a risk ratio of E each could make all of R; a weaker one cannot.
"""

from __future__ import annotations

import numpy as np

from models.checks import Floats
from models.errors import InvalidInput

FEW = 0.15
"""Share that leaves at a decision, above which an odds ratio is too far from a risk ratio."""


def explains_away(odds_ratio: Floats, *, share: float = 0.0) -> Floats:
    """Return E, risk ratios ≥ 1, of odds ratios of any shape.

    Parameters
    ----------
    odds_ratio
        Above 0; below 1 it is turned over, for it is as far from nothing.
    share
        Which share leaves at a decision, 0–1.

    Raises
    ------
    InvalidInput
        Where an odds ratio is not above 0.

    Examples
    --------
    >>> explains_away(np.array([1.0, 2.0])).round(2).tolist()
    [1.0, 3.41]
    """
    if not (odds_ratio > 0).all():
        raise InvalidInput("odds_ratio must be above 0")
    ratio = np.maximum(odds_ratio, 1 / odds_ratio)
    ratio = np.sqrt(ratio) if share > FEW else ratio
    found: Floats = ratio + np.sqrt(ratio * (ratio - 1))
    return found
