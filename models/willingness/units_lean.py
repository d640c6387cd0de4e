"""How willingness to pay for one unit leans on units: customers who use more often pay less for each.

Notation
--------
W, U : what a customer would pay for one unit, and how many units it uses          λ = cov(log W, log U)

Revenue at the price p is ``p E[U; W ≥ p]``: whoever uses more counts more. Where log W and log U are normal together,

``E[U; W ≥ p] = E[U] P(W exp(λ) ≥ p)``

since weighing by U = exp(log U) moves the mean of log W by λ and leaves its variance (Esscher 1932). The price of most
revenue is therefore that of people whose median is exp(λ) times the median customer's.

A priori λ ~ N(0, 0.2²), a judgement: quantity discounts are common, but a metric may grow faster or slower than
success. The worth of a unit leans as willingness does as far as large and small customers would pay the same share of
it: known to 0.1.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from scipy import special

from models.checks import Floats
from models.errors import InvalidInput
from models.estimate import Estimate, Label
from models.willingness._threshold_model import Normal

USUAL_LEAN = Normal(0.0, 0.2)
"""λ a priori."""
SHARE_LEANS = 0.1
"""Standard deviation of the lean of the share of worth that customers would pay."""
FEWEST = 10
"""Customers whose price and units are both known: fewer show no covariance."""


def label_of(level: float) -> Label:
    """Return the label under which a lean is told."""
    return Label(unit="log²", level=level, method="covariance of log willingness per unit with log units")


def lean_of(prices: Floats, units: Floats, *, level: float = 0.9) -> Estimate | None:
    """Return the lean of prices per unit that customers named (or of what a unit is worth to them).

    Parameters
    ----------
    prices, units
        Shape (n,): a customer's price and units a month; those that are not both > 0 do not count.
    level
        Of the interval.

    Returns
    -------
    Estimate | None
        None for fewer than ten customers.

    Examples
    --------
    >>> units = np.exp(np.linspace(-1, 1, 40))
    >>> round(lean_of(5 * units**-0.2, units).value, 2)
    -0.07
    """
    usable = (prices > 0) & (units > 0) & np.isfinite(prices) & np.isfinite(units)
    n = int(usable.sum())
    if n < FEWEST:
        return None
    log_price, log_units = np.log(prices[usable]), np.log(units[usable])
    products = (log_price - log_price.mean()) * (log_units - log_units.mean())
    error = float(products.std(ddof=1) / np.sqrt(n))
    return Normal(float(products.sum() / (n - 1)), error).estimate(label_of(level), n=n)


def through_worth(lean: Estimate) -> Estimate:
    """Return what the lean of worth says of that of willingness."""
    of_worth = belief_of(lean)
    said = Normal(of_worth.mean, float(np.hypot(of_worth.sd, SHARE_LEANS)))
    return said.estimate(label_of(lean.level), n=lean.n)


def pooled(leans: Iterable[Estimate], *, level: float) -> Estimate:
    """Weigh what sources say with what is usual, by precision; without any source the usual stands alone.

    Examples
    --------
    >>> round(pooled([], level=0.9).high, 2)
    0.33
    """
    known = [*leans]
    beliefs = [USUAL_LEAN, *map(belief_of, known)]
    precision = np.array([max(each.sd, 1e-6) ** -2 for each in beliefs])
    mean = float(precision @ [each.mean for each in beliefs] / precision.sum())
    return Normal(mean, float(precision.sum() ** -0.5)).estimate(
        label_of(level), n=sum(each.n for each in known)
    )


def belief_of(lean: Estimate) -> Normal:
    """Return what is believed of a lean.

    Raises
    ------
    InvalidInput
        If it is unknown.
    """
    value, low, high = lean.value, lean.low, lean.high
    if value is None or low is None or high is None:
        raise InvalidInput(f"a lean must be known, got {lean}")
    return Normal(value, (high - low) / (2 * float(special.ndtri((1 + lean.level) / 2))))
