"""How far any menu can be from a given one: an upper bound on what menus of K tiers earn.

Notation
--------
j = (t, p) : a tier, of J = T m          v_ij = w_i (p + M_it - y_i) : what customer i adds if it takes tier j
λ : (n,) ≥ 0, a price for each customer's right to take one tier only

A menu by rising fee is a path j₁ → j₂ → … of at most K tiers, none dominated by the one below it. In the relaxed
problem we choose who takes which tier, as long as a customer gets at least s_i from it and at least as much as from
the tier *below* it; that it also prefers it to all others is left out, and that it takes one tier only is priced:

    L(λ) = Σ w y + Σ λ + max over paths of Σ over its arcs (j → k) of Σ_i (v_ik - λ_i)⁺ [i prefers k to j, and k to s]

Every λ gives a bound (Lagrange; Geoffrion 1974). The best path is found by dynamic programming over arcs, and λ is
moved along the subgradient: down for customers that no tier of the best path takes, up for those that several take.
In markets of single customers it is 0–5 % above the optimum for one and two tiers, and 8–15 % for three and four; where
every customer stands in several posterior draws it has been 60 % and more. A menu is therefore proven by enumeration
where that can be had.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.checks import Floats
from models.pricing.tiers.market import Market, Menu

_PATIENCE = 3
_CLOSE = 1e-4


@dataclass(frozen=True, eq=False)
class _Relaxed:
    """The market as the relaxed problem sees it: surplus above staying, margin above what staying earns."""

    surplus: Floats
    margin: Floats
    weights: Floats
    fees: Floats
    base: float
    follows: NDArray[np.bool_]

    @classmethod
    def of(cls, market: Market) -> _Relaxed:
        """Take what staying gives, and what it earns, off all tiers."""
        return cls(
            np.ascontiguousarray(market.surplus - market.stay[:, None]),
            np.ascontiguousarray(market.margin - market.stay_margin[:, None]),
            market.weights,
            market.fees,
            float(market.weights @ market.stay_margin),
            ~market.dominates,
        )

    def arcs(self, prices: Floats) -> Floats:
        """Return the worth of every arc at λ, shape (J + 1, J); -inf where there is none, row J the start."""
        kinds, m = self.surplus.shape[1], self.fees.size
        worth = np.full((kinds * m + 1, kinds * m), -np.inf)
        for at in range(kinds * m):
            kind, fee = divmod(at, m)
            gets, adds = self._offered(at, prices)
            who: NDArray[np.intp] = np.flatnonzero((gets >= 0) & (adds > 0))
            # The tier below must not give more: its fee is at least what it gives beyond this one.
            least = np.searchsorted(self.fees[:fee], self.surplus[who] - gets[who, None], side="left")
            cell = (least + np.arange(kinds) * (fee + 1)).ravel()
            summed = np.bincount(cell, np.repeat(adds[who], kinds), minlength=kinds * (fee + 1))
            below = summed.reshape(kinds, fee + 1)[:, :-1].cumsum(axis=1)
            worth[:-1, at].reshape(kinds, m)[:, :fee] = np.where(self.follows[:, [kind]], below, -np.inf)
            worth[-1, at] = adds[who].sum()
        return worth

    def _offered(self, at: int, prices: Floats) -> tuple[Floats, Floats]:
        """Return what each customer gets from tier `at`, and what it adds there beyond λ, shape (n,) each."""
        kind, fee = divmod(at, self.fees.size)
        gets = self.surplus[:, kind] - self.fees[fee]
        return gets, self.weights * (self.fees[fee] + self.margin[:, kind]) - prices

    def takers(self, path: list[int], prices: Floats) -> Floats:
        """Return how many tiers of a path each customer takes, shape (n,)."""
        taken = np.zeros(self.weights.size)
        before = np.full(self.weights.size, -np.inf)
        for at in path:
            gets, adds = self._offered(at, prices)
            taken += (gets >= 0) & (gets >= before) & (adds > 0)
            before = gets
        return taken


def upper_bound(market: Market, menu: Menu, tiers: int, *, steps: int = 60) -> float:
    """Return what no menu of at most `tiers` tiers can exceed, money per month.

    Parameters
    ----------
    market
        The customers.
    menu
        A good menu, from which the search for λ starts.
    tiers
        Most tiers, ≥ 1.
    steps
        Subgradient steps; more of them tighten the bound a little.

    Examples
    --------
    >>> needs, pays = np.array([1.0, 2.0]), np.array([10.0, 12.0])
    >>> surplus = pays[:, None] * np.minimum(1, np.array([1.0, 2.0]) / needs[:, None])
    >>> market = Market(surplus, np.zeros((2, 2)), np.zeros(2), np.zeros(2), np.ones(2), np.arange(1.0, 13))
    >>> upper_bound(market, ((0, 9), (1, 11)), 2)
    22.0
    """
    relaxed = _Relaxed.of(market)
    earned = market.earns(menu)
    prices = np.maximum(market.weights * (market.best_of(menu)[1] - market.stay_margin), 0.0)
    best, size, worse = np.inf, 1.0, 0
    for _ in range(steps):
        value, path = _best_path(relaxed.arcs(prices), tiers)
        reached = relaxed.base + float(prices.sum()) + value
        worse = 0 if reached < best else worse + 1
        best = min(best, reached)
        if best - earned <= _CLOSE * abs(earned):
            break
        if worse > _PATIENCE:
            size, worse = size / 2, 0
        slope = 1 - relaxed.takers(path, prices)
        if not slope.any():
            break
        prices = np.maximum(prices - size * (reached - earned) / float(slope @ slope) * slope, 0.0)
    return max(best, earned)


def _best_path(worth: Floats, tiers: int) -> tuple[float, list[int]]:
    """Return the worth of the best path of at most `tiers` tiers, and its tiers; row J of `worth` is the start."""
    count = worth.shape[1]
    layer = worth[count]
    layers, sources = [layer], []
    for _ in range(tiers - 1):
        through = layer[:, None] + worth[:count]
        source = through.argmax(axis=0)
        layer = through[source, np.arange(count)]
        layers.append(layer)
        sources.append(source)
    k = int(np.argmax([each.max() for each in layers]))
    at = int(layers[k].argmax())
    value, path = float(layers[k][at]), [at]
    for source in reversed(sources[:k]):
        at = int(source[at])
        path.append(at)
    return max(value, 0.0), path[::-1] if value > 0 else []
