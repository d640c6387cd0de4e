"""What customers without a contract will bring: purchases times what they spend on one, with the doubt about both.

Notation
--------
Y_i, M_i : further purchases of customer i, and what it spends on one
d : discount a unit of time, δ = log(1 + d)          H : time ahead          N(t) : expected purchases until t
∫_0^H e^(-δt) dN(t) = e^(-δH) N(H) + δ ∫_0^H e^(-δt) N(t) dt : purchases discounted to today, the integral on 16 points

How often a customer buys and what it spends are taken for independent; `agreement` says whether they are.
"""

from __future__ import annotations

import numpy as np

from models.checks import Floats
from models.errors import InvalidInput
from models.estimate import Estimate, Label
from models.purchases._base import PurchaseLaw
from models.purchases.buying import BuyingFit, summed
from models.purchases.gamma_gamma import Spends
from models.purchases.histories import NEW, Histories
from models.purchases.spending import SpendingFit

_POINTS, _WEIGHTS = np.polynomial.legendre.leggauss(16)


def money_ahead(
    buying: BuyingFit, spending: SpendingFit, ahead: float, *, currency: str, level: float = 0.9
) -> Estimate:
    """Return what all customers together will spend in the time ahead.

    Parameters
    ----------
    buying, spending
        Learned from the same n customers in the same order.
    ahead
        Time, > 0.
    currency
        ISO code.
    level
        Of the interval, which holds what will come and not only what is expected.
    """
    n = buying.histories.place.size
    if spending.spends.mean.size != n:
        raise InvalidInput(f"buying and spending must be of the same {n} customers")
    rng = np.random.default_rng([buying.seed, 2])
    middle, drawn = [], []
    place, theta = buying.histories.place, _alike(spending, len(buying.theta))
    for part, law, (_, bought) in zip(buying.parts(), buying.laws(), buying.futures(ahead), strict=True):
        spend = spending.laws(theta[part])
        expected = law.purchases(buying.histories, ahead)[:, place]
        middle.append((expected * spend.expected(spending.spends)).sum(axis=-1))
        drawn.append(spend.draw(spending.spends, bought, rng).sum(axis=-1))
    label = Label(unit=currency, method="purchases × gamma-gamma spend", level=level)
    return summed(np.concatenate(middle), np.concatenate(drawn), label, n=n)


def value_of_new(
    buying: BuyingFit, spending: SpendingFit, ahead: float, *, discount: float, level: float = 0.9
) -> tuple[float, float, float]:
    """Return what the mean new customer spends within the time ahead, discounted, its first purchase included.

    Parameters
    ----------
    buying, spending
        What was learned.
    ahead
        Time from the first purchase on, > 0.
    discount
        d, a unit of time, ≥ 0.
    level
        Of the interval, which says how sure the mean is.

    Returns
    -------
    Its median, and the ends of its interval, money.
    """
    law = buying.law.of(buying.theta, buying.histories.unit)
    found = (1 + discounted(law, NEW, ahead, discount)) * spending.laws(
        _alike(spending, len(buying.theta))
    ).mean
    low, middle, high = (float(each) for each in np.quantile(found, [(1 - level) / 2, 0.5, (1 + level) / 2]))
    return middle, low, high


def discounted(law: PurchaseLaw, histories: Histories, ahead: float, discount: float) -> Floats:
    """Return expected purchases in the time ahead, discounted to today, shape (m,), or (D, m) of many laws.

    Examples
    --------
    >>> from models.purchases.bg_nbd import BgNbd
    >>> law = BgNbd(0.24259, 4.41353, 0.79289, 2.42575)
    >>> discounted(law, NEW, 260, 0.0).round(3), discounted(law, NEW, 260, 0.002).round(3)
    (array([3.585]), array([3.015]))
    """
    if not (ahead > 0 and discount >= 0):
        raise InvalidInput(f"needs a time above 0 and a discount of at least 0, got {ahead} and {discount}")
    force = float(np.log1p(discount))
    times = ahead * (_POINTS + 1) / 2
    within = [
        weight * np.exp(-force * time) * law.purchases(histories, float(time))
        for time, weight in zip(times, _WEIGHTS, strict=True)
    ]
    total: Floats = np.exp(-force * ahead) * law.purchases(histories, ahead) + force * ahead / 2 * np.sum(
        within, axis=0
    )
    return total


def agreement(spends: Spends) -> float | None:
    """Return the correlation of the logarithms of purchases and mean amounts; None where either never differs.

    Examples
    --------
    >>> agreement(Spends.of_customers([1, 2, 4], [10.0, 20.0, 40.0]))
    1.0
    """
    x, z = np.log(spends.purchases), np.log(spends.mean)
    if np.ptp(x) < 1e-9 or np.ptp(z) < 1e-9:
        return None
    return round(float(np.corrcoef(x, z)[0, 1]), 12)


def _alike(spending: SpendingFit, count: int) -> Floats:
    """Return so many draws of the law of spending."""
    return spending.theta[np.arange(count) % len(spending.theta)]
