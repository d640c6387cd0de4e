"""Intervals of revenue and logo retention that keep their coverage where few customers carry most of the revenue.

Notation
--------
a, b : (n,) what customers who paid a year ago (or any period) paid then, > 0, and pay now, ≥ 0; money a month
s = a ÷ Σa : (n,) shares of revenue                     r = b ÷ a for net retention, min(b, a) ÷ a for gross
NRR, GRR = Σ s r                                        logo retention: the share of customers with b > 0
c : mean of min(r, 4) over customers, each weighing 1   e = min(r, 4) - c : (n,) movements
w₋, w₊ : E e² of those below and above c, by size       ρ₋, ρ₊ : Σ|e|³ ÷ Σe² of either side
d = s (r - Σ s r) : (n,) what each customer adds to the error        n* = 1 ÷ Σs² : effective customers

What is estimated is E b ÷ E a, the retention of the market from which these customers come.

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

Logo retention has the mid-P interval (`models.proportions`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from models.checks import Floats, share, vector
from models.errors import InvalidInput
from models.estimate import Caveat, Estimate, Label
from models.proportions import mid_p
from models.retention.moments import Moments
from models.retention.size_trend import SizeGrid, SizeTrend

FEWEST_CUSTOMERS = 10
"""Customers below which no interval is given: at 10 the 95 % intervals still cover in every world tried."""
FEW_EFFECTIVE = 20
LARGE_SHARE = 0.2
_OWN_SIZE_FROM = 4.0  # a movement beyond this ratio is believed of its own customer only
_PATIENCE = 400.0  # with 40, the gross intervals of 1,000 very unequal customers cover 0.92; with 400, 0.94


@dataclass(frozen=True)
class Retention:
    """How much revenue and how many customers stayed.

    Parameters
    ----------
    net, gross, logo
        NRR (≥ 0), GRR (0–1) and logo retention (0–1), unit ``share``: 1.04 is 104 %.
    effective_customers
        n*: how many customers of equal size would make as sure a number, 1 … n; None
        where nothing is said.
    largest_share
        The largest customer's share of the revenue then, 0–1; None where nothing is said.
    """

    net: Estimate
    gross: Estimate
    logo: Estimate
    effective_customers: float | None
    largest_share: float | None


@dataclass(frozen=True)
class _Customers:
    """Those who paid then: their shares of revenue, on the grid of sizes."""

    paid: Floats
    part: Floats
    grid: SizeGrid
    at_node: Floats  # (G, 4): Σ1, Σs, Σs², Σs³


def revenue_retention(then: ArrayLike, now: ArrayLike, *, level: float = 0.95) -> Retention:
    """Estimate net, gross and logo retention of the customers who paid then.

    Parameters
    ----------
    then
        a, shape (n,): recurring revenue a month at the start of the period, > 0, in any one currency.
    now
        b, shape (n,): that of the same customers at its end, ≥ 0; 0 for those who left.
    level
        The intervals' nominal coverage, 0–1.

    Returns
    -------
    Retention
        Below 10 customers the estimates are unknown, `insufficient_customers`. Net and gross carry the caveat
        `few_customers_carry_it` where n* < 20 or one customer pays a fifth or more.

    Raises
    ------
    InvalidInput
        If an amount is not finite or out of its range, or the lengths differ.

    References
    ----------
    Johnson, N. J. (1978). Modified t tests and confidence intervals for asymmetrical populations. JASA 73, 536-544.
    Satterthwaite, F. E. (1946). An approximate distribution of estimates of variance components. Biometrics
    Bulletin 2, 110-114.

    Examples
    --------
    Forty customers of whom two left, one of them large, and five expanded:

    >>> then = np.array([2000.0, 900.0] + [100.0] * 38)
    >>> now = then.copy()
    >>> now[[1, 2]] = 0
    >>> now[10:15] *= 1.5
    >>> found = revenue_retention(then, now, level=0.9)
    >>> [round(each, 2) for each in (found.net.low, found.net.value, found.net.high)]
    [0.63, 0.89, 1.25]
    >>> found.net.warnings[0].code, round(found.effective_customers, 1)
    ('few_customers_carry_it', 8.6)
    """
    share("level", level)
    paid = vector("then", then, low=0)
    pays = vector("now", now, n=paid.size, low=0)
    if (paid == 0).any():
        at = int(np.argmax(paid == 0))
        raise InvalidInput(f"then must be > 0: only customers who paid count, got 0 at position {at}")
    labels = [Label(unit="share", method=method, level=level) for method in _METHODS]
    if paid.size < FEWEST_CUSTOMERS:
        net, gross, logo = (label.unknown("insufficient_customers", n=paid.size) for label in labels)
        return Retention(net, gross, logo, None, None)
    customers = _dealt(paid)
    net = _estimate(customers, pays, labels[0], highest=np.inf)
    gross = _estimate(customers, np.minimum(pays, paid), labels[1], highest=1.0)
    effective, largest = float(1 / (customers.part @ customers.part)), float(customers.part.max())
    caveats = _caveats(effective, largest)
    return Retention(net.warned(*caveats), gross.warned(*caveats), _logo(pays, labels[2]), effective, largest)


_METHODS = (
    "Σ now ÷ Σ then, variance pooled over sizes",
    "Σ min(then, now) ÷ Σ then, variance pooled over sizes",
    "customers still paying ÷ customers then, mid-P",
)


def _dealt(paid: Floats) -> _Customers:
    part, grid = paid / paid.sum(), SizeGrid.of(paid)
    square = part * part
    return _Customers(
        paid, part, grid, grid.sums(np.stack([np.ones_like(part), part, square, square * part], axis=1))
    )


def _caveats(effective: float, largest: float) -> tuple[Caveat, ...]:
    if effective >= FEW_EFFECTIVE and largest < LARGE_SHARE:
        return ()
    message = (
        f"a few customers carry this number: it counts like one of {effective:.1f} customers of equal size, and "
        f"the largest paid {largest:.0%} of the revenue"
    )
    return (Caveat("few_customers_carry_it", message),)


def _logo(pays: Floats, label: Label) -> Estimate:
    stayed = int(np.count_nonzero(pays))
    low, high = mid_p(stayed, pays.size, label.level)
    return label.known(stayed / pays.size, low, high, n=pays.size)


def _estimate(customers: _Customers, kept: Floats, label: Label, *, highest: float) -> Estimate:
    """Estimate Σ kept ÷ Σ paid, kept of shape (n,) in money."""
    total = float(customers.paid.sum())
    value = min(float(kept.sum()) / total, highest)
    own = _own(kept / total - customers.part * value)
    pooled, leaving = _pooled(customers, kept)
    # One made-up customer, as in M: where hardly anybody moved, the usual variance is sure of nothing.
    made_up = float(customers.at_node[:, 2].sum()) / kept.size
    unsure = (own.of_variance + made_up**2) / (own.variance + made_up) ** 2
    moments = pooled.mixed(own, 1 / (1 + _PATIENCE * unsure))
    lower, upper = moments.quantiles(label.level, leaving=leaving)
    deviation = moments.variance**0.5
    low, high = value - upper * deviation, value - lower * deviation
    return label.known(value, max(low, 0.0), min(high, highest), n=kept.size)


def _own(error: Floats) -> Moments:
    """Return the moments that the customers' own errors d (n,) say."""
    square = error * error
    third = float(square @ error)
    return Moments(
        variance=float(square.sum()) * error.size / (error.size - 1),
        third=third, with_variance=third, of_variance=float(square @ square),
    )  # fmt: skip


def _pooled(customers: _Customers, kept: Floats) -> tuple[Moments, tuple[float, float]]:
    """Return the moments when all customers say how those of a size move, and the largest customer's π and ℓ."""
    ratio = kept / customers.paid
    capped = np.minimum(ratio, _OWN_SIZE_FROM)
    centre = float(capped.mean())
    movement = capped - centre
    squares = movement * movement
    below = movement < 0
    sides = np.stack([np.where(below, squares, 0), np.where(below, 0, squares)], axis=1)
    at_node = customers.grid.sums(sides)
    losses, gains = (
        SizeTrend.fit(
            customers.at_node[:, 0], at_node[:, side],
            cubes=float(sides[:, side] @ np.abs(movement)), fourths=float(sides[:, side] @ sides[:, side]),
        )
        for side in (0, 1)
    )  # fmt: skip
    large = ratio > _OWN_SIZE_FROM
    beyond = _beyond(customers.part[large], ratio[large] - centre, movement[large])
    moments = _one_side(customers, losses, -1).plus(_one_side(customers, gains, 1)).plus(beyond)
    chance = min(losses.at(customers.grid.largest) / losses.typical**2, 1.0)
    return moments, (chance, losses.typical * float(customers.part.max()))


def _one_side(customers: _Customers, trend: SizeTrend, sign: int) -> Moments:
    """Return the moments of the losses (-1) or gains (+1)."""
    one, two, three = (float(customers.at_node[:, power] @ trend.mean) for power in (1, 2, 3))
    skew = sign * trend.typical
    return Moments(
        variance=two, third=skew * three,
        # A customer's e² moves Σe² and with it M in proportion; E e·e² = ±ρ w.
        with_variance=skew * one * two / trend.mass,
        of_variance=two**2 * trend.relative_variance(customers.at_node[:, 2]),
    )  # fmt: skip


def _beyond(part: Floats, whole: Floats, capped: Floats) -> Moments:
    """Return what movements beyond fourfold add, at their own customers' size."""
    extra = part**2 * (whole**2 - capped**2)
    third = float((part**3 * (whole**3 - capped**3)).sum())
    return Moments(
        variance=float(extra.sum()), third=third, with_variance=0.0, of_variance=float(extra @ extra)
    )
