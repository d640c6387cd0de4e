"""What customers get from kinds of tiers in their own months: value kept, units used, overage paid.

Notation
--------
u : (n, L) units that a customer needs in a month      ω : (n,) what it would pay for one of them, money per unit
a, o : (T,) allowance (units) and overage price (money per unit; inf: no more than a can be had)
q : units that it uses in a month, a ∧ u ≤ q ≤ u       c : what a unit costs us, money per unit
k(x) : the share of a month's value that is kept where the share x of the need is served

A month in which q of u units are served is worth ``ω u k(q/u)``; a customer chooses q to make the most of that less
its overage bill ``o (q - a)⁺``. How much a cut-off need keeps is an assumption, not a measurement:

``hard``      k(x) = 1 for x = 1, else 0       a need that is not wholly served is not served at all
``linear``    k(x) = x                         every unit is worth the same
``concave``   k(x) = x^0.6                     the most valuable units are used first
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from models.checks import Floats, vector
from models.errors import InvalidInput

Kept = Literal["hard", "linear", "concave"]
_POWER = {"linear": 1.0, "concave": 0.6}


@dataclass(frozen=True, eq=False)
class Kinds:
    """Kinds of tiers: what they include, and what a unit beyond costs.

    Parameters
    ----------
    allowances
        Shape (T,): a ≥ 0; inf includes everything.
    overage_prices
        Shape (T,): o > 0; inf where no unit beyond the allowance can be had.
    """

    allowances: Floats
    overage_prices: Floats

    def __post_init__(self) -> None:
        if self.allowances.shape != self.overage_prices.shape or self.allowances.ndim != 1:
            raise InvalidInput("allowances and overage prices must be equally many")
        if (
            np.isnan(self.allowances).any()
            or (self.allowances < 0).any()
            or not (self.overage_prices > 0).all()
        ):
            raise InvalidInput("allowances must be ≥ 0 and overage prices > 0")

    @property
    def count(self) -> int:
        """T."""
        return int(self.allowances.size)

    def only(self, chosen: Sequence[int]) -> Kinds:
        """Return some of the kinds, in the order given."""
        return Kinds(self.allowances[list(chosen)], self.overage_prices[list(chosen)])

    @classmethod
    def grid(cls, allowances: Floats, overage_prices: Floats) -> Kinds:
        """Return every allowance with every overage price."""
        a, o = np.meshgrid(allowances, overage_prices, indexing="ij")
        return cls(a.ravel(), o.ravel())


@dataclass(frozen=True, eq=False)
class Served:
    """Monthly means over each customer's own months, shape (n, T) each.

    `value` (money) is what the customer keeps, `overage` (money) what it pays beyond the fee, `units` what it uses.
    """

    value: Floats
    overage: Floats
    units: Floats

    @property
    def surplus(self) -> Floats:
        """What the customer gets before the fee."""
        return self.value - self.overage

    def margin(self, unit_cost: float) -> Floats:
        """Return what we earn before the fee."""
        return self.overage - unit_cost * self.units


def serve(
    units: Floats, per_unit: Floats, kinds: Kinds, *, kept: Kept, known: NDArray[np.bool_] | None = None
) -> Served:
    """Let every customer live its own months under every kind of tier.

    Parameters
    ----------
    units
        Shape (n, L): u ≥ 0.
    per_unit
        Shape (n,): ω ≥ 0.
    kinds
        The T kinds.
    kept
        How much of its value a cut-off need keeps.
    known
        Shape (n, L): which months count; all by default. A customer without a month gets nothing.

    Raises
    ------
    InvalidInput
        If units or willingness are negative or not finite, or `kept` is none of the three.

    Examples
    --------
    >>> months, two = np.array([[10.0, 30.0]]), Kinds(np.array([20.0, 20.0]), np.array([np.inf, 0.5]))
    >>> served = serve(months, np.array([2.0]), two, kept="linear")
    >>> served.value, served.overage
    (array([[30., 40.]]), array([[0. , 2.5]]))
    """
    if kept not in get_args(Kept):
        raise InvalidInput(f"kept must be one of {', '.join(get_args(Kept))}, got {kept!r}")
    omega = vector("per_unit", per_unit, n=units.shape[0], low=0)[:, None]
    if not np.isfinite(units).all() or (units < 0).any():
        raise InvalidInput("units must be finite and ≥ 0")
    counted = np.ones(units.shape) if known is None else known.astype(np.float64)
    months = np.maximum(counted.sum(axis=1), 1.0)
    shape = (units.shape[0], kinds.count)
    value, overage, used = np.empty(shape), np.empty(shape), np.empty(shape)
    for at, (allowance, price) in enumerate(zip(kinds.allowances, kinds.overage_prices, strict=True)):
        q = _wanted(units, omega, kept, allowance=float(allowance), price=float(price))
        share = np.divide(q, units, out=np.ones_like(units), where=units > 0)
        worth = omega * units * _kept_share(share, kept)
        extra = np.maximum(q - allowance, 0.0)
        paid = np.multiply(extra, price, out=np.zeros_like(extra), where=extra > 0)
        for means, figures in ((value, worth), (overage, paid), (used, q)):
            means[:, at] = (figures * counted).sum(axis=1) / months
    return Served(value, overage, used)


def _kept_share(share: Floats, kept: Kept) -> Floats:
    if kept == "hard":
        return (share >= 1.0).astype(np.float64)
    return share if kept == "linear" else share ** _POWER[kept]


def _wanted(units: Floats, omega: Floats, kept: Kept, *, allowance: float, price: float) -> Floats:
    """Return q, shape (n, L)."""
    included = np.minimum(units, allowance)
    if np.isinf(price):
        return included
    if kept == "hard":
        whole = omega * units >= price * np.maximum(units - allowance, 0.0)
        return np.where(whole, units, included)
    power = _POWER[kept]
    if power == 1.0:
        return np.where(omega >= price, units, included)
    # Up to the unit whose own value is the overage price: d/dq ω u (q/u)^γ = o.
    most = units * np.minimum((power * omega / price) ** (1 / (1 - power)), 1.0)
    return np.clip(most, included, units)
