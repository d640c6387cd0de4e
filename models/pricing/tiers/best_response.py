"""The best single tier beside given ones, over all kinds and all fees at once: the step that solvers repeat.

Notation
--------
b, e : (n,) what each customer gets and what we earn from it by the given tiers
θ = S - b : (n, T) the most that a customer would pay as the fee of a tier of each kind
gain(t, p) = Σ w (p + M - e) over those with θ ≥ p

Customers are counted by the number of fees that θ reaches, so that one pass serves all fees: O(n T log m + T m).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from models.checks import Floats
from models.pricing.tiers.market import Market, Tier


def gains(market: Market, gets: Floats, earned: Floats) -> Floats:
    """Return what one more tier adds, by kind and fee, shape (T, m), money per month.

    Parameters
    ----------
    market
        The customers.
    gets, earned
        Shape (n,): b and e.

    Examples
    --------
    >>> market = Market(
    ...     surplus=np.array([[10.0], [40.0]]), margin=np.zeros((2, 1)), stay=np.zeros(2),
    ...     stay_margin=np.zeros(2), weights=np.ones(2), fees=np.array([9.0, 30.0]))
    >>> gains(market, market.stay, market.stay_margin)
    array([[18., 30.]])
    """
    weights, fees, kinds = market.weights[:, None], market.fees, market.kinds
    reached = np.searchsorted(fees, market.surplus - gets[:, None], side="right")
    cell = (reached + np.arange(kinds) * (fees.size + 1)).ravel()
    size = kinds * (fees.size + 1)
    shared = np.broadcast_to(weights, market.surplus.shape).ravel()
    changed = (weights * (market.margin - earned[:, None])).ravel()
    counts = (np.bincount(cell, each, minlength=size).reshape(kinds, -1) for each in (shared, changed))
    heads, sums = (each[:, ::-1].cumsum(axis=1)[:, ::-1][:, 1:] for each in counts)
    found: Floats = fees * heads + sums
    return found


def best_response(
    market: Market,
    others: Sequence[Tier],
    *,
    allowed: NDArray[np.bool_] | None = None,
) -> tuple[Tier, float, float]:
    """Return the tier that adds most to the others, what they earn without it, and what it adds, money per month.

    Parameters
    ----------
    market
        The customers.
    others
        The given tiers; their fees are taken.
    allowed
        Shape (T, m): which tiers may be; all by default. Where none may, what it adds is -inf.

    Examples
    --------
    >>> market = Market(
    ...     surplus=np.array([[10.0], [40.0]]), margin=np.zeros((2, 1)), stay=np.zeros(2),
    ...     stay_margin=np.zeros(2), weights=np.ones(2), fees=np.array([9.0, 30.0]))
    >>> best_response(market, [])
    ((0, 1), 0.0, 30.0)
    """
    gets, earned = market.best_of(others)
    added = gains(market, gets, earned)
    added[:, [fee for _, fee in others]] = -np.inf
    if allowed is not None:
        added[~allowed] = -np.inf
    kind, fee = divmod(int(added.argmax()), added.shape[1])
    return (kind, fee), float(market.weights @ earned), float(added[kind, fee])
