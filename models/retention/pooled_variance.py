"""Intervals of sums over customers of whom a few carry the sum: how customers move is learned from all of them.

Notation
--------
s : (n,) what part of the sum each customer is        r : (n,) what became of it        θ = Σ s r : the estimate
c : mean of min(r, 4) over customers, each weighing 1   e = min(r, 4) - c : (n,) movements
w₋, w₊ : E e² of those below and above c, by size       ρ₋, ρ₊ : Σ|e|³ ÷ Σe² of either side
d = s (r - θ) : (n,) what each customer adds to the error

The usual variance, Σd², is the movement of the few that carry the sum: when none of them happened to leave it is far
too small, and the interval misses. Here the variance is ``M = Σ s² (w₋ + w₊)``, where w is learned from all customers
(`size_trend`): what the small ones show of the chance to leave or to grow is believed of the large ones, less so as
far as the data show that size matters. Movements beyond fourfold, which mostly tiny customers make, count at their own
size: s² ((r - c)² - e²) is added. As customers become many, V moves to the usual variance: ``V = (1 - λ) M + λ Σd²``,
``λ = 1 ÷ (1 + 400 R)`` with R = (Σd⁴ + m²) ÷ (Σd² + m)², the usual variance's own relative variance beside a made-up
customer of m = Σs² ÷ n.

The ends are estimate - T √V, with quantiles of T = (estimate - truth) ÷ √V from Student's t, the skew
K = Σ s³ (ρ₊ w₊ - ρ₋ w₋), and the largest customer's chance to leave, π = w₋ ÷ ρ₋², which takes ℓ = ρ₋ max s
(`models.retention.moments`).

A number that is no such sum has its error in this form all the same: d is then each customer's part in the first
derivative, s a part such that a customer's leaving moves d by about s, and r = θ + d ÷ s.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.checks import Floats
from models.retention.moments import Moments
from models.retention.size_trend import SizeGrid, SizeTrend

OWN_SIZE_FROM = 4.0
"""A movement beyond this ratio is believed of its own customer only."""
PATIENCE = 400.0
"""With 40, the gross intervals of 1,000 very unequal customers cover 0.92; with 400, 0.94."""
Leaving = tuple[float, float]
"""The largest customer's chance to leave and what that takes: π and ℓ."""


@dataclass(frozen=True, slots=True, eq=False)
class Shares:
    """Customers as parts of a sum, dealt to the grid of sizes.

    Parameters
    ----------
    size
        Shape (n,), > 0: what makes a customer large.
    part
        Shape (n,), ≥ 0: s.
    grid
        Their sizes.
    at_node
        Shape (G, 4): Σ1, Σs, Σs², Σs³ at each node.
    """

    size: Floats
    part: Floats
    grid: SizeGrid
    at_node: Floats

    @classmethod
    def of(cls, size: Floats, part: Floats) -> Shares:
        """Deal customers of some sizes, shape (n,), > 0, and parts, shape (n,).

        Examples
        --------
        >>> Shares.of(np.array([10.0, 30.0]), np.array([0.25, 0.75])).at_node.sum(axis=0).round(9)
        array([2.    , 1.    , 0.625 , 0.4375])
        """
        grid, square = SizeGrid.of(size), part * part
        return cls(
            size, part, grid, grid.sums(np.stack([np.ones_like(part), part, square, square * part], axis=1))
        )


def interval(shares: Shares, ratio: Floats, value: float, *, level: float) -> tuple[float, float]:
    """Return the ends of the interval of a sum.

    Parameters
    ----------
    shares
        The customers, s.
    ratio
        Shape (n,): r.
    value
        θ.
    level
        Nominal coverage, 0–1.

    Examples
    --------
    Ten customers of one size, one of whom left:

    >>> shares = Shares.of(np.ones(10), np.full(10, 0.1))
    >>> low, high = interval(shares, np.array([0.0] + [1.0] * 9), 0.9, level=0.9)
    >>> round(low, 2), round(high, 2)
    (0.56, 1.2)
    """
    moments, leaving = error_of(shares, ratio, value)
    lower, upper = map(float, moments.quantiles(level, leaving=leaving))
    deviation = float(moments.variance) ** 0.5
    return value - upper * deviation, value - lower * deviation


def error_of(shares: Shares, ratio: Floats, value: float) -> tuple[Moments, Leaving]:
    """Return the moments of the error of θ, and the largest customer's π and ℓ; see `interval`.

    Examples
    --------
    >>> shares = Shares.of(np.ones(100), np.full(100, 0.01))
    >>> moments, leaving = error_of(shares, np.repeat([0.0, 1.0], [10, 90]), 0.9)
    >>> round(moments.variance, 5), round(leaving[1], 4)
    (0.001, 0.0091)
    """
    own = _own(shares.part * (ratio - value))
    pooled, leaving = _pooled(shares, ratio)
    return _mixed(pooled, own, shares), leaving


def error_of_flow(shares: Shares, ratio: Floats) -> Moments:
    """Return the moments of Σ s r where r ≥ 0 is what few customers bring or take: its movements are around nothing.

    Examples
    --------
    >>> shares = Shares.of(np.ones(100), np.full(100, 0.01))
    >>> round(error_of_flow(shares, np.repeat([1.0, 0.0], [10, 90])).variance, 5)
    0.00105
    """
    squares = ratio * ratio
    trend = SizeTrend.fit(
        shares.at_node[:, 0], shares.grid.sums(squares[:, None])[:, 0],
        cubes=float(squares @ ratio), fourths=float(squares @ squares),
    )  # fmt: skip
    return _mixed(_one_side(shares, trend, 1), _own(shares.part * ratio), shares)


def _mixed(pooled: Moments, own: Moments, shares: Shares) -> Moments:
    # One made-up customer, as in M: where hardly anybody moved, the usual variance is sure of nothing.
    made_up = float(shares.at_node[:, 2].sum()) / shares.part.size
    unsure = (own.of_variance + made_up**2) / (own.variance + made_up) ** 2
    return pooled.mixed(own, 1 / (1 + PATIENCE * unsure))


def _own(error: Floats) -> Moments:
    """Return the moments that the customers' own errors d (n,) say."""
    square = error * error
    third = float(square @ error)
    return Moments(
        variance=float(square.sum()) * error.size / (error.size - 1),
        third=third, with_variance=third, of_variance=float(square @ square),
    )  # fmt: skip


def _pooled(shares: Shares, ratio: Floats) -> tuple[Moments, Leaving]:
    """Return the moments when all customers say how those of a size move, and the largest customer's π and ℓ."""
    capped = np.minimum(ratio, OWN_SIZE_FROM)
    centre = float(capped.mean())
    movement = capped - centre
    squares = movement * movement
    below = movement < 0
    sides = np.stack([np.where(below, squares, 0), np.where(below, 0, squares)], axis=1)
    at_node = shares.grid.sums(sides)
    losses, gains = (
        SizeTrend.fit(
            shares.at_node[:, 0], at_node[:, side],
            cubes=float(sides[:, side] @ np.abs(movement)), fourths=float(sides[:, side] @ sides[:, side]),
        )
        for side in (0, 1)
    )  # fmt: skip
    large = ratio > OWN_SIZE_FROM
    beyond = _beyond(shares.part[large], ratio[large] - centre, movement[large])
    moments = _one_side(shares, losses, -1).plus(_one_side(shares, gains, 1)).plus(beyond)
    chance = min(losses.at(shares.grid.largest) / losses.typical**2, 1.0)
    return moments, (chance, losses.typical * float(shares.part.max()))


def _one_side(shares: Shares, trend: SizeTrend, sign: int) -> Moments:
    """Return the moments of the losses (-1) or gains (+1)."""
    one, two, three = (float(shares.at_node[:, power] @ trend.mean) for power in (1, 2, 3))
    skew = sign * trend.typical
    return Moments(
        variance=two, third=skew * three,
        # A customer's e² moves Σe² and with it M in proportion; E e·e² = ±ρ w.
        with_variance=skew * one * two / trend.mass,
        of_variance=two**2 * trend.relative_variance(shares.at_node[:, 2]),
    )  # fmt: skip


def _beyond(part: Floats, whole: Floats, capped: Floats) -> Moments:
    """Return what movements beyond fourfold add, at their own customers' size."""
    extra = part**2 * (whole**2 - capped**2)
    third = float((part**3 * (whole**3 - capped**3)).sum())
    return Moments(
        variance=float(extra.sum()), third=third, with_variance=0.0, of_variance=float(extra @ extra)
    )
