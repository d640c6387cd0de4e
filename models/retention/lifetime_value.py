"""What a customer's staying is worth: its margin a period times the discounted periods still to come, with both doubts.

Notation
--------
m : margin a period, money a customer, an estimate          L_g, w_g : (G,) residual lifetimes of the posterior's laws
F : the distribution of m: on either side of its point half a normal one, as wide as its interval reaches there
P(V ≤ v) = Σ_g w_g F(v / L_g) : the distribution of the lifetime value

The value is the product of both points; the interval's ends are quantiles of V, found by halving. It takes margin and
lifetime for independent: where those who pay more stay longer, learn both by segment.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy import special

from models.checks import Floats, share
from models.errors import InvalidInput
from models.estimate import Estimate, Label
from models.retention.lifetime import LifetimeFit
from models.retention.shifted_beta_geometric import Outlook

_TAILS = 8.0  # standard deviations of the margin within which ends are sought
_HALVINGS = 60


def lifetime_values(
    fit: LifetimeFit, margin: Estimate, *, renewals: Sequence[int], outlook: Outlook, level: float = 0.9
) -> tuple[Estimate, ...]:
    """Return what customers are still worth, by how often they have renewed.

    Parameters
    ----------
    fit
        How long they stay.
    margin
        Margin a period of a customer, money (``EUR/customer``), the period being that of the renewals. It may be
        negative; where it is unknown, so is the value.
    renewals
        Tenures ≥ 0: renewals made so far. The next payment, if the customer renews, counts in full.
    outlook
        Discount and horizon.
    level
        Coverage of the intervals.

    Returns
    -------
    One estimate a tenure, in the margin's unit.

    Raises
    ------
    InvalidInput
        Where an argument breaks the above.

    Examples
    --------
    >>> from models.retention.lifetime import Lifetime
    >>> from models.retention.renewal_counts import RenewalCounts
    >>> fit = Lifetime().fit(RenewalCounts.of_curve([1000, 869, 743, 653, 593, 551, 517, 491]))
    >>> margin = Estimate(value=800, low=760, high=840, level=0.9, n=1000, unit="EUR/customer")
    >>> new, old = lifetime_values(fit, margin, renewals=[0, 7], outlook=Outlook(discount=0.1))
    >>> round(new.value, -2), round(old.value, -2)
    (4300.0, 6000.0)
    """
    share("level", level)
    return tuple(
        _worth(fit, margin, fit.residual(each, outlook, level=level), fit.law.residual(each, outlook))
        for each in renewals
    )


def lifetime_value_of_new(
    fit: LifetimeFit, margin: Estimate, *, outlook: Outlook, level: float = 0.9
) -> Estimate:
    """Return what a new customer is worth, its first payment, at signing, included; see `lifetime_values`.

    Examples
    --------
    A churn of 5 % a month makes 20 payments, if nothing is discounted:

    >>> from models.retention.lifetime import Lifetime
    >>> from models.retention.renewal_counts import RenewalCounts
    >>> steady = Lifetime().fit(RenewalCounts(np.full(48, 1e6), np.full(48, 5e4), 10**6))
    >>> margin = Estimate(value=400, low=400, high=400, level=0.9, n=1, unit="EUR/customer")
    >>> value = lifetime_value_of_new(steady, margin, outlook=Outlook(discount=0, periods=240))
    >>> round(value.value, -2)
    8000.0
    """
    share("level", level)
    return _worth(fit, margin, fit.whole(outlook, level=level), fit.law.whole(outlook))


def margin_points(margin: Estimate, points: int) -> Floats:
    """Return points of equal weight, (points,), of a normal distribution with the estimate's reach to either side.

    Raises
    ------
    InvalidInput
        If the estimate is unknown.
    """
    middle, below, above = _distribution(margin)
    z = special.ndtri((np.arange(points) + 0.5) / points)
    found: Floats = middle + z * np.where(z < 0, below, above)
    return found


def _worth(fit: LifetimeFit, margin: Estimate, life: Estimate, lives: Floats) -> Estimate:
    label = Label(unit=margin.unit, method="margin × shifted-beta-geometric lifetime", level=life.level)
    if margin.reason is not None:
        return label.unknown(margin.reason, n=margin.n)
    assert margin.value is not None
    assert life.value is not None
    low, high = (_quantile(margin, lives, fit.weight, (1 + by * life.level) / 2) for by in (-1, 1))
    worth = label.known(margin.value * life.value, low, high, n=min(margin.n, life.n))
    return worth.warned(*margin.warnings, *life.warnings)


def _quantile(margin: Estimate, lives: Floats, weight: Floats, tail: float) -> float:
    """Return where the distribution of the lifetime value reaches a tail."""
    middle, below, above = _distribution(margin)
    ends = np.outer([middle - _TAILS * below, middle + _TAILS * above], [lives.min(), lives.max()])
    low, high = float(ends.min()), float(ends.max())
    for _ in range(_HALVINGS):
        at = (low + high) / 2
        off = at / lives - middle
        spread = np.maximum(np.where(off < 0, below, above), 1e-12 * abs(middle) + 1e-300)
        if weight @ special.ndtr(off / spread) < tail:
            low = at
        else:
            high = at
    return (low + high) / 2


def _distribution(margin: Estimate) -> tuple[float, float, float]:
    """Return the point and the standard deviations of both sides."""
    if margin.value is None or margin.low is None or margin.high is None:
        raise InvalidInput(f"needs a known margin, this is {margin.reason}")
    z = float(special.ndtri((1 + margin.level) / 2))
    return margin.value, (margin.value - margin.low) / z, (margin.high - margin.value) / z
