"""One-tier-at-a-time exact ascent: each tier in turn is replaced by the best one beside the others.

No step can lose, and each is exact over all kinds and fees; where no tier can be bettered the menu is a local
optimum, and many starts find the best of these. Product-swapping of this kind is the heuristic that Belloni,
Freund, Selove & Simester (2008) found remarkable for its simplicity among those that come near to the optimum.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from models.errors import InvalidInput
from models.pricing.tiers.best_response import best_response
from models.pricing.tiers.guards import NO_GUARDS, Guards
from models.pricing.tiers.market import Market, Menu, Tier, ordered

_SWEEPS = 50
_GAIN = 1e-9  # as a share of what the menu earns


def ascend(
    market: Market,
    tiers: int,
    *,
    starts: int = 400,
    seed: int = 0,
    given: Sequence[Menu] = (),
    guards: Guards = NO_GUARDS,
) -> Menu | None:
    """Return the menu of at most `tiers` tiers that earns most of those found, None where guards allow none.

    Parameters
    ----------
    market
        The customers.
    tiers
        Most tiers, ≥ 1; fewer come out where one more adds nothing.
    starts
        Random menus to start from, ≥ 0, besides those given.
    seed
        Of the random menus.
    given
        Menus to start from, such as today's.
    guards
        What a menu must keep to.

    Raises
    ------
    InvalidInput
        If there is nowhere to start from, or `tiers` < 1.

    Examples
    --------
    >>> needs, pays = np.array([1.0, 2.0, 4.0]), np.array([10.0, 20.0, 40.0])
    >>> surplus = pays[:, None] * np.minimum(1, np.array([1.0, 2.0, 4.0]) / needs[:, None])
    >>> market = Market(surplus, np.zeros((3, 3)), np.zeros(3), np.zeros(3), np.ones(3), np.arange(1.0, 41))
    >>> ascend(market, 3, starts=10)
    ((0, 9), (1, 19), (2, 39))
    """
    if tiers < 1 or starts + len(given) < 1:
        raise InvalidInput(f"tiers and starts must be ≥ 1, got {tiers} and {starts + len(given)}")
    rng = np.random.default_rng(seed)
    drawn = [_drawn(market, min(tiers, market.fees.size), rng) for _ in range(starts)]
    reached = {_climb(market, menu, tiers, guards) for menu in [*given, *drawn]}
    found = {menu: market.earns(menu) for menu in reached if guards.hold(menu)}
    return min(found, key=lambda menu: (-found[menu], len(menu), menu)) if found else None


def _drawn(market: Market, tiers: int, rng: np.random.Generator) -> Menu:
    """Draw a menu whose kinds and fees rise."""
    kinds = np.sort(rng.integers(market.kinds, size=tiers))
    fees = np.sort(rng.choice(market.fees.size, size=tiers, replace=False))
    return tuple(zip(kinds.tolist(), fees.tolist(), strict=True))


def _climb(market: Market, start: Menu, tiers: int, guards: Guards) -> Menu:
    """Replace one tier after the other until none of them can be bettered.

    A start that breaks the guards is left at the first step that can keep them.
    """
    slots: list[Tier | None] = [*start[:tiers], *[None] * (tiers - len(start))]
    earned = market.earns(start[:tiers]) if guards.hold(start[:tiers]) else -np.inf
    unchanged, at = 0, 0
    for _ in range(_SWEEPS * tiers):
        others = [tier for place, tier in enumerate(slots) if tier is not None and place != at]
        tier, alone, gain = best_response(market, others, allowed=guards.allow(others))
        better: Tier | None = tier
        if gain <= 0 and guards.hold(others):
            better, gain = None, 0.0
        reached = alone + gain
        if reached > earned + _GAIN * abs(earned) or (earned == -np.inf and reached > earned):
            slots[at], earned, unchanged = better, reached, 0
        else:
            unchanged += 1
            if unchanged == tiers:
                break
        at = (at + 1) % tiers
    return ordered([tier for tier in slots if tier is not None])
