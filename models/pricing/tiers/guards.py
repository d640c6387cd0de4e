"""Guard rails: menus that no committee would ship are not looked at, however much they would earn.

Notation
--------
a : (T,) the allowance of each kind of tier (units)      o : (T,) its overage price, money per unit; inf = none
p : (m,) fees

The cliff above a tier is by how much the bill jumps for the first unit beyond its allowance, as a share of its
fee: its overage price, or the step to the next tier's fee if that is less. A customer is spared where some tier
holds its need for at most (1 + r) × what it pays today.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from models.checks import Floats
from models.pricing.tiers.market import Tier

Mask = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Guards:
    """What a menu must keep to; a limit of None does not bind.

    Parameters
    ----------
    fees
        Shape (m,): p.
    allowances, overage_prices
        Shape (T,): a and o.
    max_cliff
        Largest cliff above a tier that is not the last, a share.
    max_rise
        r: some tier must hold each existing customer's need for at most this much more than today, a share.
    needs, bills
        Shape (q,): existing customers' needs (units a month) and what they pay today (money per month).
    """

    fees: Floats = field(default_factory=lambda: np.zeros(0))
    allowances: Floats = field(default_factory=lambda: np.zeros(0))
    overage_prices: Floats = field(default_factory=lambda: np.zeros(0))
    max_cliff: float | None = None
    max_rise: float | None = None
    needs: Floats = field(default_factory=lambda: np.zeros(0))
    bills: Floats = field(default_factory=lambda: np.zeros(0))

    @property
    def bind(self) -> bool:
        """Whether there is any limit."""
        return self.max_cliff is not None or (self.max_rise is not None and self.needs.size > 0)

    def hold(self, menu: Sequence[Tier]) -> bool:
        """Whether a menu keeps to every limit."""
        if not self.bind:
            return True
        return bool(not self._steep(menu) and not self._unspared(menu).any())

    def allow(self, others: Sequence[Tier]) -> Mask | None:
        """Return which tiers, by kind and fee (T, m), keep a menu of `others` and them within limits; None: all."""
        if not self.bind:
            return None
        allowed = self._sparing(others)
        if self.max_cliff is not None:
            allowed &= self._gentle(others)
        return allowed

    def cliff(self, tier: Tier, above: Tier) -> float:
        """Return the cliff above a tier, a share of its fee; infinite where that is nothing."""
        fee = self.fees[tier[1]]
        jump = min(self.overage_prices[tier[0]], self.fees[above[1]] - fee)
        return float(jump / fee) if fee > 0 else (np.inf if jump > 0 else 0.0)

    def _steep(self, menu: Sequence[Tier]) -> bool:
        tiers = sorted(menu, key=lambda tier: tier[1])
        limit = np.inf if self.max_cliff is None else self.max_cliff
        return any(self.cliff(*pair) > limit for pair in pairwise(tiers))

    def _gentle(self, others: Sequence[Tier]) -> Mask:
        """Return which tiers make no cliff too steep, their own and that of the tier below them."""
        limit = np.inf if self.max_cliff is None else self.max_cliff
        tiers = sorted(others, key=lambda tier: tier[1])
        allowed = np.zeros((self.allowances.size, self.fees.size), dtype=np.bool_)
        for place in range(len(tiers) + 1):
            if self._steep(tiers[:place]) or self._steep(tiers[place:]):
                continue
            between = np.ones(allowed.shape, dtype=np.bool_)
            if place:
                below = tiers[place - 1]
                between[:, : below[1] + 1] = False
                jump = np.minimum(self.overage_prices[below[0]], self.fees - self.fees[below[1]])
                between &= jump <= limit * self.fees[below[1]]
            if place < len(tiers):
                above = tiers[place]
                between[:, above[1] :] = False
                jump = np.minimum(self.overage_prices[:, None], self.fees[above[1]] - self.fees)
                between &= jump <= limit * self.fees
            allowed |= between
        return allowed

    def _unspared(self, menu: Sequence[Tier]) -> Mask:
        """Return which existing customers no tier spares, shape (q,)."""
        if self.max_rise is None:
            return np.zeros(self.needs.size, dtype=np.bool_)
        spared = np.zeros(self.needs.size, dtype=np.bool_)
        for tier in menu:
            spared |= self._bill(tier) <= (1 + self.max_rise) * self.bills
        return ~spared

    def _bill(self, tier: Tier) -> Floats:
        """Return what each existing customer's whole need costs in a tier; infinite where it cannot be had."""
        over = np.maximum(self.needs - self.allowances[tier[0]], 0)
        extra = np.multiply(over, self.overage_prices[tier[0]], out=np.zeros_like(over), where=over > 0)
        bill: Floats = self.fees[tier[1]] + extra
        return bill

    def _sparing(self, others: Sequence[Tier]) -> Mask:
        """Return which tiers spare every existing customer that the others do not."""
        shape = (self.allowances.size, self.fees.size)
        if self.max_rise is None:
            return np.ones(shape, dtype=np.bool_)
        left = self._unspared(others)
        if not left.any():
            return np.ones(shape, dtype=np.bool_)
        over = np.maximum(self.needs[left] - self.allowances[:, None], 0)
        prices = np.broadcast_to(self.overage_prices[:, None], over.shape)
        extra = np.multiply(over, prices, out=np.zeros_like(over), where=over > 0)
        highest = ((1 + self.max_rise) * self.bills[left] - extra).min(axis=1)
        mask: Mask = self.fees <= highest[:, None]
        return mask


NO_GUARDS = Guards()
