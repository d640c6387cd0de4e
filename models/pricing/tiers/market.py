"""`Market`: customers who choose a tier of a menu, keep what they have, or buy nothing.

Notation
--------
n : customers (or posterior draws of them)      T : kinds of tier, each an allowance with an overage price
p : (m,) the fees that a tier may have, rising, money per month
S : (n, T) what a customer would get from a kind of tier in a month, its overage bill taken off, before the fee
M : (n, T) what we would earn from it: its overage bill less the cost of what it uses, before the fee
s, y : (n,) what it gets, and what we earn, if it chooses no tier      w : (n,) how many customers it stands for

A menu is K pairs (t, p) with K different fees. A customer takes the tier of the largest ``S - p`` if that is at least
s; of equal ones the dearest. What a menu earns is ``Σ w (p + M)`` over those who choose a tier, and ``Σ w y`` over the
others. A kind dominates another if it gives every customer at least as much: nobody then takes the other for more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from models.checks import Floats
from models.errors import InvalidInput

Tier = tuple[int, int]
"""A kind of tier and its fee, as places in the market's T kinds and m fees."""
Menu = tuple[Tier, ...]
"""Tiers by rising fee."""


@dataclass(frozen=True, eq=False)
class Market:
    """Everything about customers that decides what a menu earns.

    Parameters
    ----------
    surplus, margin
        Shape (n, T): S and M, money per month.
    stay, stay_margin
        Shape (n,): s and y, money per month; s is 0 for a customer that can only buy nothing.
    weights
        Shape (n,), ≥ 0: w.
    fees
        Shape (m,): p, money per month, rising, ≥ 0.

    Raises
    ------
    InvalidInput
        If shapes do not fit, a number is not finite, or fees do not rise.

    Examples
    --------
    >>> market = Market(
    ...     surplus=np.array([[10.0, 12.0], [10.0, 40.0]]), margin=np.zeros((2, 2)), stay=np.zeros(2),
    ...     stay_margin=np.zeros(2), weights=np.ones(2), fees=np.array([9.0, 30.0]))
    >>> small, large = (0, 0), (1, 1)
    >>> market.earns((small, large)), market.choices((small, large))
    (39.0, array([0, 1]))
    """

    surplus: Floats
    margin: Floats
    stay: Floats
    stay_margin: Floats
    weights: Floats
    fees: Floats

    def __post_init__(self) -> None:
        n, kinds = self.surplus.shape
        shapes = {"margin": (n, kinds), "stay": (n,), "stay_margin": (n,), "weights": (n,)}
        for name, shape in shapes.items():
            if getattr(self, name).shape != shape:
                raise InvalidInput(f"{name} must have shape {shape}, got {getattr(self, name).shape}")
        for name in ("surplus", "fees", *shapes):
            if not np.isfinite(getattr(self, name)).all():
                raise InvalidInput(f"{name} must be finite")
        if self.fees.size == 0 or self.fees[0] < 0 or not (np.diff(self.fees) > 0).all():
            raise InvalidInput("fees must rise from 0 or above")

    @property
    def kinds(self) -> int:
        """T."""
        return int(self.surplus.shape[1])

    @cached_property
    def dominates(self) -> NDArray[np.bool_]:
        """Whether one kind dominates another, shape (T, T); each dominates itself."""
        rows = [(self.surplus[:, [kind]] >= self.surplus).all(axis=0) for kind in range(self.kinds)]
        return np.array(rows, dtype=np.bool_)

    @cached_property
    def weighted_margin(self) -> Floats:
        """``w M`` by kind, shape (T, n), money per month."""
        return np.ascontiguousarray((self.weights[:, None] * self.margin).T)

    @cached_property
    def _reached(self) -> dict[Tier | None, NDArray[np.unsignedinteger]]:
        return {}

    def reached(self, tier: Tier | None) -> NDArray[np.unsignedinteger]:
        """Return how many of the fees each customer would pay for each kind, and still get what `tier` gives it.

        Shape (T, n); None is to keep what it has. They are kept: solvers ask for the same tiers many times.
        """
        if tier not in self._reached:
            gets = self.stay if tier is None else self.surplus[:, tier[0]] - self.fees[tier[1]]
            count = np.searchsorted(self.fees, self.surplus.T - gets, side="right")
            self._reached[tier] = count.astype(np.min_scalar_type(self.fees.size))
        return self._reached[tier]

    def only(self, chosen: NDArray[np.bool_]) -> Market:
        """Return the market of the chosen customers (n,) alone."""
        return Market(
            self.surplus[chosen], self.margin[chosen], self.stay[chosen], self.stay_margin[chosen],
            self.weights[chosen], self.fees,
        )  # fmt: skip

    def best_of(self, menu: Sequence[Tier]) -> tuple[Floats, Floats]:
        """Return what each customer gets and what we earn from it, shape (n,) each, where it may choose."""
        gets, earned = self.stay.copy(), self.stay_margin.copy()
        for kind, fee in sorted(menu, key=lambda tier: tier[1]):
            surplus = self.surplus[:, kind] - self.fees[fee]
            takes = surplus >= gets
            gets = np.where(takes, surplus, gets)
            earned = np.where(takes, self.fees[fee] + self.margin[:, kind], earned)
        return gets, earned

    def earns(self, menu: Sequence[Tier]) -> float:
        """Return what the menu earns, money per month."""
        return float(self.weights @ self.best_of(menu)[1])

    def choices(self, menu: Sequence[Tier]) -> NDArray[np.intp]:
        """Return the place in the menu of the tier that each customer takes, shape (n,); -1 for none."""
        gets, chosen = self.stay.copy(), np.full(self.stay.size, -1, dtype=np.intp)
        for place in sorted(range(len(menu)), key=lambda at: menu[at][1]):
            kind, fee = menu[place]
            surplus = self.surplus[:, kind] - self.fees[fee]
            takes = surplus >= gets
            gets, chosen = np.where(takes, surplus, gets), np.where(takes, place, chosen)
        return chosen


def ordered(menu: Sequence[Tier]) -> Menu:
    """Return a menu by rising fee."""
    return tuple(sorted(menu, key=lambda tier: (tier[1], tier[0])))
