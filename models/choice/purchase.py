"""Buying or not: who takes one product at each price when the alternative is a fixed one, and the best price.

Notation
--------
a : (B, M) how much better each kind of people likes the free product than the alternative      p : price
α : (B, M) their price coefficients, negated, > 0          π : (B, M) their shares
``s(p) = Σ_m π_m / (1 + exp(α_m p - a_m))``, falling in p; revenue ``p s(p)``, profit ``(p - c) s(p)``
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from models.checks import Floats
from models.choice.preferences import Population

_HALVINGS = 50
_GRIDS = (
    201,
    21,
    21,
    21,
)  # prices to look at first, and then around the best of them: to 5 millionths of the range


@dataclass(frozen=True, eq=False)
class Purchase:
    """The demand for one product in each of B populations.

    Parameters
    ----------
    liking, sensitivity, share
        a, α and π, of shape (B, M).

    Examples
    --------
    Two equally large groups, of which one would pay 10 and the other 20, each give or take a little:

    >>> two = Purchase(np.array([[100.0, 200.0]]), np.array([[10.0, 10.0]]), np.array([[0.5, 0.5]]))
    >>> two.at(np.array([5.0, 15.0, 25.0])).round(6)
    array([[1. , 0.5, 0. ]])
    >>> two.best(low=1.0, high=30.0).round(1)
    array([19.5])
    """

    liking: Floats
    sensitivity: Floats
    share: Floats

    @classmethod
    def of(cls, people: Population, product: Floats, *, instead: Floats, price: int) -> Purchase:
        """Let people choose between a product (K,), its own price unseen, and an offer `instead` (K,)."""
        difference = product - instead
        difference[price] = -instead[price]
        return cls(people.beta @ difference, -people.beta[..., price], people.share)

    def at(self, prices: Floats) -> Floats:
        """Return the share that buys at each price (G,), or at each population's own (B, G): (B, G)."""
        each = np.broadcast_to(prices, (len(self.share), prices.shape[-1]))
        return np.stack([self._at(column) for column in each.T], axis=1)

    def price_of(self, share: float, *, high: float) -> Floats:
        """Return the price at which a share (0–1) buys, shape (B,): 0 or `high` where it lies outside."""
        below = np.zeros(len(self.share))
        above = np.full(len(self.share), high)
        for _ in range(_HALVINGS):
            middle = (below + above) / 2
            buys = self._at(middle) > share
            below, above = np.where(buys, middle, below), np.where(buys, above, middle)
        price: Floats = (below + above) / 2
        return price

    def best(self, *, low: float, high: float, cost: float = 0.0) -> Floats:
        """Return the price between `low` and `high` that earns most over a unit cost, shape (B,).

        A grid finds the highest hill, for there may be several; each next grid is laid around its top.
        """
        left, right = np.full(len(self.share), low), np.full(len(self.share), high)
        rows = np.arange(len(self.share))
        for size in _GRIDS:
            prices = np.linspace(left, right, size, axis=1)
            top = np.argmax((prices - cost) * self.at(prices), axis=1)
            left, right = prices[rows, np.maximum(top - 1, 0)], prices[rows, np.minimum(top + 1, size - 1)]
        best: Floats = prices[rows, top]
        return best

    def _at(self, price: Floats) -> Floats:
        """Return the share that buys at one price a row, shape (B,)."""
        buys: Floats = (self.share * expit(self.liking - self.sensitivity * price[:, None])).sum(axis=1)
        return buys
