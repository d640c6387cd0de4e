"""What would sell: shares, revenue and profit of products against competitors and buying nothing.

Notation
--------
J : offers, one of which may be "none"          G : candidate price lists          B : draws of the population
s : (G, J) share of people who take each offer; in draw b it is ``Σ_m π_m exp(u_mj) / Σ_i exp(u_mi)``
"""

from __future__ import annotations

import numpy as np

from models.checks import Floats
from models.choice.preferences import Preferences


def shares(people: Preferences, offers: Floats, prices: Floats) -> tuple[Floats, Floats]:
    """Return the share of people who take each offer, under each list of prices.

    Parameters
    ----------
    people
        Who chooses.
    offers
        Shape (J, K): the attributes of each offer; their prices do not matter here.
    prices
        Shape (G, J): candidate lists of prices, money.

    Returns
    -------
    The best guess, shape (G, J), and its draws, shape (B, G, J).
    """
    unpriced = offers.copy()
    unpriced[:, people.price] = 0
    point = _shares(people.beta, people.share, unpriced, prices, price=people.price)
    drawn = [
        _shares(beta, share, unpriced, prices, price=people.price)
        for beta, share in zip(people.beta_draws, people.share_draws, strict=True)
    ]
    return point, np.array(drawn)


def _shares(beta: Floats, share: Floats, offers: Floats, prices: Floats, *, price: int) -> Floats:
    utility = (beta @ offers.T)[:, None, :] + beta[:, price, None, None] * prices
    utility -= utility.max(axis=2, keepdims=True)
    power = np.exp(utility, out=utility)
    power /= power.sum(axis=2, keepdims=True)
    total: Floats = np.tensordot(share, power, axes=1)
    return total
