"""The best single tier beside given ones, over all kinds and all fees at once: the step that solvers repeat.

Notation
--------
b, e : (n,) what each customer gets and what we earn from it by the given tiers
θ = S - b : (n, T) the most that a customer would pay as the fee of a tier of each kind
gain(t, p) = Σ w (p + M - e) over those with θ ≥ p

Customers are counted by the number of fees that θ reaches, so that one pass serves all fees. As b is the most that any
given tier gives, θ reaches the fewest fees that it reaches beside any one of them. A tier is compared with the fees
once, O(n T log m); beside K tiers that were, a best response costs O(K n T + T m).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from models.checks import Floats
from models.pricing.tiers.market import Market, Tier


def gains(
    market: Market, others: Sequence[Tier], earned: Floats, *, kinds: NDArray[np.intp] | None = None
) -> Floats:
    """Return what one more tier adds, by kind and fee, shape (T, m), money per month.

    Parameters
    ----------
    market
        The customers.
    others
        The given tiers.
    earned
        Shape (n,): e.
    kinds
        The kinds to look at, T of them; all by default.

    Examples
    --------
    >>> market = Market(
    ...     surplus=np.array([[10.0], [40.0]]), margin=np.zeros((2, 1)), stay=np.zeros(2),
    ...     stay_margin=np.zeros(2), weights=np.ones(2), fees=np.array([9.0, 30.0]))
    >>> gains(market, [], market.stay_margin)
    array([[18., 30.]])
    """
    rows = slice(None) if kinds is None else kinds
    reached = market.reached(None)[rows]
    for tier in others:
        reached = np.minimum(reached, market.reached(tier)[rows])
    shape = (reached.shape[0], market.fees.size + 1)
    cell = (reached + np.arange(0, shape[0] * shape[1], shape[1])[:, None]).ravel()
    shared = np.broadcast_to(market.weights, reached.shape)
    changed = market.weighted_margin[rows] - market.weights * earned
    counts = (np.bincount(cell, each.ravel(), shape[0] * shape[1]) for each in (shared, changed))
    heads, sums = (each.reshape(shape)[:, ::-1].cumsum(axis=1)[:, ::-1][:, 1:] for each in counts)
    found: Floats = market.fees * heads + sums
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
    earned = market.best_of(others)[1]
    added = gains(market, others, earned)
    added[:, [fee for _, fee in others]] = -np.inf
    if allowed is not None:
        added[~allowed] = -np.inf
    kind, fee = divmod(int(added.argmax()), added.shape[1])
    return (kind, fee), float(market.weights @ earned), float(added[kind, fee])
