"""Which tier a feature begins in: where those above want it more than those below, and that is sure.

Notation
--------
v : (n,) what a feature gives to each customer, money or a score      t : (n,) the place of its tier, 0 the smallest
θ_k : the probability that a customer of tier k or above wants the feature more than one below (a tie counts half)
P_i : of a customer above, the share of those below that it outdoes; of one below, the share of those above

``θ = mean P`` over those above, ``var θ = var(P above) ÷ n above + var(P below) ÷ n below``; its quantiles are
Student's t with the degrees of freedom of Satterthwaite (Brunner & Munzel 2000). A feature begins in the tier k of the
highest lower bound, if that is above a half with all features and all k looked at (Bonferroni); else in every tier.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from models.checks import Floats
from models.estimate import Estimate, Label

FEWEST = 5
"""Customers on either side without whom nothing is said of a tier."""


@dataclass(frozen=True)
class Fence:
    """Where a feature begins.

    Parameters
    ----------
    from_tier
        Place of the first tier that has it; 0: every tier.
    wanted_more
        θ of that tier, of the most telling one where the feature is in every tier; null where no tier has enough
        customers on either side.
    """

    from_tier: int
    wanted_more: Estimate


def fence(values: Floats, tier: NDArray[np.intp], *, looks: int, level: float = 0.9) -> Fence:
    """Find the tier that a feature begins in.

    Parameters
    ----------
    values
        Shape (n,): what it gives to each customer, finite.
    tier
        Shape (n,): the place of each customer's tier, ≥ 0.
    looks
        In how many places one looked for a fence, over all features: ≥ 1.
    level
        Of the interval.

    Examples
    --------
    >>> tier = np.repeat([0, 1], 20)
    >>> found = fence(np.where(tier == 1, 50.0, 5.0) + np.tile(np.arange(20.0), 2), tier, looks=3)
    >>> found.from_tier, found.wanted_more.value
    (1, 1.0)
    """
    label = Label(unit="share", method="Brunner-Munzel", level=level)
    best, silent = None, label.unknown("insufficient_customers", n=int(values.size))
    for place in range(1, int(tier.max(initial=0)) + 1):
        above, below = values[tier >= place], values[tier < place]
        if min(above.size, below.size) < FEWEST:
            continue
        theta, reach, sure = _wanted_more(above, below, level=level, looks=looks)
        if best is None or theta - sure > best[0]:
            found = label.known(theta, max(theta - reach, 0.0), min(theta + reach, 1.0), n=int(values.size))
            best = (theta - sure, place, found)
    if best is None:
        return Fence(0, silent)
    return Fence(best[1] if best[0] > 0.5 else 0, best[2])


def _wanted_more(above: Floats, below: Floats, *, level: float, looks: int) -> tuple[float, float, float]:
    """Return θ, how far its interval reaches, and how far it does with all looks."""
    outdone = _outdone(above, below), 1 - _outdone(below, above)
    theta = float(outdone[0].mean())
    variances = [float(each.var(ddof=1)) / each.size for each in outdone]
    variance = sum(variances)
    least = min(above.size, below.size)
    if variance == 0:  # all above outdo all below: no more is sure than of as many yes and no
        smooth = (theta * least + 1) / (least + 2)
        variance, freedom = smooth * (1 - smooth) / least, least - 1.0
    else:
        freedom = variance**2 / sum(v**2 / (e.size - 1) for v, e in zip(variances, outdone, strict=True))
    tails = (1 - level) / 2, (1 - level) / 2 / looks
    reach, sure = (float(-special.stdtrit(freedom, tail)) * variance**0.5 for tail in tails)
    return theta, reach, sure


def _outdone(these: Floats, others: Floats) -> Floats:
    """Return of each of these the share of the others that it outdoes, ties half."""
    ranked = np.sort(others)
    fewer, upto = (np.searchsorted(ranked, these, side) for side in ("left", "right"))
    share: Floats = (fewer + upto) / 2 / others.size
    return share
