"""The best menu, proven: all menus of one tier less are tried, and the dearest tier is the best one above each.

That covers every menu of K tiers with as many best responses as there are menus of K - 1, instead of evaluating
every menu of K. Menus in which a tier is dominated by a cheaper one need not be tried: nobody takes it.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from math import comb

import numpy as np

from models.errors import InvalidInput
from models.pricing.tiers.best_response import gains
from models.pricing.tiers.market import Market, Menu


def trials(market: Market, tiers: int) -> int:
    """Return how many best responses it takes."""
    below = ~market.dominates
    # Paths of kinds, each not dominated by the one below it, times the ways to choose as many rising fees.
    paths, count = np.ones(market.kinds), 1
    for size in range(1, tiers):
        count += int(paths.sum()) * comb(market.fees.size - 1, size)
        paths = below.T.astype(np.float64) @ paths
    return count


def enumerate_menus(market: Market, tiers: int) -> tuple[Menu, float]:
    """Return the best menu of at most `tiers` tiers, and what it earns (money per month).

    Parameters
    ----------
    market
        The customers.
    tiers
        Most tiers, ≥ 1.

    Raises
    ------
    InvalidInput
        If `tiers` < 1.

    Examples
    --------
    >>> needs, pays = np.array([1.0, 2.0]), np.array([10.0, 12.0])
    >>> surplus = pays[:, None] * np.minimum(1, np.array([1.0, 2.0]) / needs[:, None])
    >>> market = Market(surplus, np.zeros((2, 2)), np.zeros(2), np.zeros(2), np.ones(2), np.arange(1.0, 13))
    >>> enumerate_menus(market, 2)
    (((0, 9), (1, 11)), 22.0)
    """
    if tiers < 1:
        raise InvalidInput(f"tiers must be ≥ 1, got {tiers}")
    best: Menu = ()
    most = market.earns(())
    everything = np.arange(market.kinds)
    above = [np.flatnonzero(~dominated) for dominated in market.dominates]
    for others in _menus(market, tiers - 1):
        kinds = above[others[-1][0]] if others else everything
        if kinds.size == 0:
            continue
        earned = market.best_of(others)[1]
        added = gains(market, others, earned, kinds=kinds)
        added[:, : others[-1][1] + 1 if others else 0] = -np.inf
        kind, fee = divmod(int(added.argmax()), market.fees.size)
        reached = float(market.weights @ earned) + float(added[kind, fee])
        if reached > most * (1 + 1e-12):
            best, most = (*others, (int(kinds[kind]), fee)), reached
    return best, market.earns(best)


def _menus(market: Market, most: int) -> Iterator[Menu]:
    """Go through all menus of at most so many tiers below the highest fee, no tier dominated by the one below it."""
    kinds: list[tuple[int, ...]] = [()]
    for size in range(most + 1):
        for path in kinds:
            for fees in combinations(range(market.fees.size - 1), size):
                yield tuple(zip(path, fees, strict=True))
        kinds = [
            (*path, kind)
            for path in kinds
            for kind in range(market.kinds)
            if not path or not market.dominates[path[-1], kind]
        ]
