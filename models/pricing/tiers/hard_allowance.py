"""The best menu, proven by dynamic programming, where a need that is cut off keeps no value at all.

A limit on seats or contacts that must hold the whole need is of this kind: a customer then takes the cheapest
tier that holds its need if that costs at most its willingness, and nothing else matters to it.

Notation
--------
u, W : (n,) a customer's need (units) and willingness to pay (money per month)      w : (n,) weights
a : (A,) allowances and p : (P,) fees that a tier may have, both rising             c : cost of a unit, money
G[a, p] = Σ w (p - c u) over u ≤ a, W ≥ p : what one tier earns from all whose need it holds
f_k[a, p] : the most that k tiers earn whose largest is (a, p)

With fees that do not fall in allowances, the tier (a, p) above (a', p') serves the needs in (a', a]:

    f_k[a, p] = G[a, p] + max over a' < a, p' ≤ p of (f_{k-1}[a', p'] - G[a', p])

The maximum over p' is a running one, and so is that over a': O(K A P) after one pass over the customers. (The
quadrangle inequality that faster schemes need fails here; with running maxima none is needed.)
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.checks import Floats, vector
from models.errors import InvalidInput
from models.pricing.tiers.market import Menu


@dataclass(frozen=True, eq=False)
class Needs:
    """Customers whose need must be held whole.

    Parameters
    ----------
    units, willingness
        Shape (n,): u ≥ 0 and W ≥ 0.
    weights
        Shape (n,), ≥ 0.
    unit_cost
        c, money per unit, ≥ 0.
    """

    units: Floats
    willingness: Floats
    weights: Floats
    unit_cost: float = 0.0

    def __post_init__(self) -> None:
        n = vector("units", self.units, low=0).size
        vector("willingness", self.willingness, n=n, low=0)
        vector("weights", self.weights, n=n, low=0)

    def alone(self, allowances: Floats, fees: Floats) -> Floats:
        """Return G, shape (A, P)."""
        place = np.searchsorted(allowances, self.units, side="left")
        reached = np.searchsorted(fees, self.willingness, side="right")
        shape = (allowances.size + 1, fees.size + 1)
        cell = place * shape[1] + reached
        size = shape[0] * shape[1]
        heads, used = (
            np.bincount(cell, each, minlength=size).reshape(shape)[:-1]
            for each in (self.weights, self.weights * self.units)
        )
        held = (each.cumsum(axis=0)[:, ::-1].cumsum(axis=1)[:, ::-1][:, 1:] for each in (heads, used))
        paying, units = held
        earned: Floats = fees * paying - self.unit_cost * units
        return earned


def best_menu(needs: Needs, tiers: int, *, allowances: Floats, fees: Floats) -> tuple[Menu, float]:
    """Return the best menu of at most `tiers` tiers, and what it earns (money per month).

    Parameters
    ----------
    needs
        The customers.
    tiers
        Most tiers, ≥ 1.
    allowances, fees
        Shapes (A,) and (P,): what a tier may include (units) and cost (money per month), rising.

    Raises
    ------
    InvalidInput
        If `tiers` < 1, or allowances or fees do not rise.

    Examples
    --------
    >>> needs = Needs(np.array([1.0, 5.0, 5.0]), np.array([10.0, 30.0, 8.0]), np.ones(3))
    >>> best_menu(needs, 2, allowances=np.array([1.0, 5.0]), fees=np.array([8.0, 10.0, 30.0]))
    (((0, 1), (1, 2)), 40.0)
    """
    for name, grid in (("allowances", allowances), ("fees", fees)):
        if grid.size == 0 or not (np.diff(grid) > 0).all():
            raise InvalidInput(f"{name} must rise, and there must be some")
    if tiers < 1:
        raise InvalidInput(f"tiers must be ≥ 1, got {tiers}")
    alone = needs.alone(allowances, fees)
    layers, sources = [alone], []
    for _ in range(min(tiers, allowances.size) - 1):
        layer, source = _one_more(layers[-1], alone)
        layers.append(layer)
        sources.append(source)
    tops = [float(layer.max()) for layer in layers]
    k = int(np.argmax(tops))
    if tops[k] <= 0:
        return (), 0.0
    at = int(layers[k].argmax())
    menu = [at]
    while k > 0:
        at = int(sources[k - 1].flat[at])
        menu.append(at)
        k -= 1
    return tuple(divmod(each, fees.size) for each in reversed(menu)), max(tops)


def _one_more(layer: Floats, alone: Floats) -> tuple[Floats, NDArray[np.int32]]:
    """Return f_k from f_{k-1}, and the cell (flat) of the tier below from which each comes."""
    size, width = alone.shape
    cheaper = np.maximum.accumulate(layer, axis=1)
    column = _last_rise(cheaper, np.arange(width, dtype=np.int32)[None, :], axis=1)
    below = cheaper - alone
    highest = np.maximum.accumulate(below, axis=0)
    row = _last_rise(highest, np.arange(size, dtype=np.int32)[:, None], axis=0)
    more = np.full_like(alone, -np.inf)
    more[1:] = alone[1:] + highest[:-1]
    source = np.zeros(alone.shape, dtype=np.int32)
    source[1:] = row[:-1] * width + np.take_along_axis(column, row[:-1].astype(np.intp), axis=0)
    return more, source


def _last_rise(running: Floats, places: NDArray[np.int32], *, axis: int) -> NDArray[np.int32]:
    """Return, for a running maximum, the place from which each value of it comes."""
    later, earlier = (
        np.take(running, np.arange(from_, running.shape[axis] - 1 + from_), axis) for from_ in (1, 0)
    )
    rises = np.zeros(running.shape, dtype=np.bool_)
    np.moveaxis(rises, axis, 0)[1:] = np.moveaxis(later > earlier, axis, 0)
    return np.maximum.accumulate(np.where(rises, places, np.int32(0)), axis=axis)
