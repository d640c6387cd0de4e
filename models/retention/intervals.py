"""Intervals of revenue and logo retention that keep their coverage where few customers carry most of the revenue.

Notation
--------
a, b : (n,) what customers who paid a year ago (or any period) paid then, > 0, and pay now, ≥ 0; money a month
s = a ÷ Σa : (n,) shares of revenue                     r = b ÷ a for net retention, min(b, a) ÷ a for gross
NRR, GRR = Σ s r                                        logo retention: the share of customers with b > 0
n* = 1 ÷ Σs² : effective customers

What is estimated is E b ÷ E a, the retention of the market from which these customers come.

The ends are those of a sum over customers whose variance is pooled by size (`models.retention.pooled_variance`).
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
from models.retention.pooled_variance import Shares, interval

FEWEST_CUSTOMERS = 10
"""Customers below which no interval is given: at 10 the 95 % intervals still cover in every world tried."""
FEW_EFFECTIVE = 20
LARGE_SHARE = 0.2


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
    shares = Shares.of(paid, paid / paid.sum())
    net = _estimate(shares, pays, labels[0], highest=np.inf)
    gross = _estimate(shares, np.minimum(pays, paid), labels[1], highest=1.0)
    effective, largest = float(1 / (shares.part @ shares.part)), float(shares.part.max())
    caveats = _caveats(effective, largest)
    return Retention(net.warned(*caveats), gross.warned(*caveats), _logo(pays, labels[2]), effective, largest)


_METHODS = (
    "Σ now ÷ Σ then, variance pooled over sizes",
    "Σ min(then, now) ÷ Σ then, variance pooled over sizes",
    "customers still paying ÷ customers then, mid-P",
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


def _estimate(shares: Shares, kept: Floats, label: Label, *, highest: float) -> Estimate:
    """Estimate Σ kept ÷ Σ paid, kept of shape (n,) in money."""
    value = min(float(kept.sum()) / float(shares.size.sum()), highest)
    low, high = interval(shares, kept / shares.size, value, level=label.level)
    return label.known(value, max(low, 0.0), min(high, highest), n=kept.size)
