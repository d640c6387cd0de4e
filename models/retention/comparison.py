"""What customers who are looked after keep beyond what similar ones keep who are not: a comparison, not an experiment.

Notation
--------
a, b : (n,) what customers paid a month then and pay since, on the mean          T : those who are looked after
p : the chance of being among T, a logit on the age's band and log₂ a, as the hazard is (`hazard`)
w = p ÷ (1 - p) : weight of one who is not, so that the others together are as large and as old as T
R_T = Σ_T b ÷ Σ_T a,   R_0 = Σ w b ÷ Σ w a over the others,   d = R_T - R_0

Intervals of both are those of `intervals`, the weights being part of the size; that of d is as far from d as the root
of their squared distances (Zou & Donner 2008). Weights are taken as known. What made us look after T and neither
size nor age tells, trouble above all, stays in d.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from models.checks import Floats, share, vector
from models.errors import InvalidInput, NotEstimable
from models.estimate import Estimate, Label
from models.retention.customer_months import CustomerMonths, bands_with_ends
from models.retention.hazard import Hazard
from models.retention.intervals import revenue_retention

FEWEST = 10
"""Customers on either side, and others that count after weighing, below which nothing is compared."""


def weights_of_alike(then: ArrayLike, chosen: ArrayLike, age: ArrayLike) -> Floats:
    """Return how much each customer counts: 1 of those who were chosen, the odds of being chosen of the others.

    Parameters
    ----------
    then
        a, shape (n,), > 0, money a month.
    chosen
        Shape (n,), bool: who is looked after.
    age
        Shape (n,), months since signing, whole, ≥ 0.

    Returns
    -------
    Shape (n,), > 0.

    Raises
    ------
    InvalidInput
        Where shapes do not fit or somebody paid nothing.
    NotEstimable
        ``nobody_with``, ``nobody_without`` with fewer than ten on a side; ``nobody_alike`` where fewer than ten of the
        others count; ``history_too_short`` with fewer than 36 customers.

    References
    ----------
    Hirano, Imbens & Ridder (2003), "Efficient estimation of average treatment effects", Econometrica 71(4).

    Examples
    --------
    Of small customers one in five is looked after, of large ones four in five: large others stand for more.

    >>> size, place = np.repeat([10.0, 1000.0], 50), np.arange(100)
    >>> chosen = np.where(size < 100, place % 5 == 0, place % 5 != 0)
    >>> weights_of_alike(size, chosen, np.full(100, 30))[[1, 50]].round(2)
    array([0.25, 3.96])
    """
    size = vector("then", then, low=0)
    picked = np.asarray(chosen, dtype=np.bool_)
    if picked.shape != size.shape or not (size > 0).all():
        raise InvalidInput("needs what each customer paid then, above 0, and whether it was chosen")
    for reason, side in (("nobody_with", picked), ("nobody_without", ~picked)):
        if side.sum() < FEWEST:
            text = f"a comparison needs {FEWEST} customers on either side, there are {int(side.sum())}"
            raise NotEstimable(reason, text)
    every = CustomerMonths(
        ended=picked,
        age=age,
        covariates=np.log2(size)[:, None],
        customer=np.arange(size.size),
        names=("size",),
    )
    fit = Hazard(bands=bands_with_ends(every)).fit(every)
    chance = np.clip(fit.chances(every.age, every.covariates), 1e-6, 1 - 1e-6)
    weights: Floats = np.where(picked, 1.0, chance / (1 - chance))
    others = weights[~picked]
    if others.sum() ** 2 / (others**2).sum() < FEWEST:
        raise NotEstimable("nobody_alike", "those who are not looked after are of another size or age")
    return weights


def kept_beyond(
    then: ArrayLike, now: ArrayLike, chosen: NDArray[np.bool_], weights: Floats, *, level: float = 0.9
) -> Estimate:
    """Return d: the share of then's revenue that the chosen have now beyond what similar others have.

    Parameters
    ----------
    then, now
        a and b, shape (n,): what each paid a month, > 0, and pays since, ≥ 0. Any other good that is summed will do.
    chosen, weights
        T, and the weights of `weights_of_alike`.
    level
        Coverage of the interval.

    Returns
    -------
    Unit ``share``, -∞ … ∞; unknown as either side's retention is.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> chosen = np.arange(400) % 2 == 0
    >>> paid = np.full(400, 100.0)
    >>> pays = paid * (rng.random(400) < np.where(chosen, 0.95, 0.8))
    >>> found = kept_beyond(paid, pays, chosen, weights_of_alike(paid, chosen, np.full(400, 12)))
    >>> found.low < 0.15 < found.high
    True
    """
    share("level", level)
    size = vector("then", then, low=0)
    have = vector("now", now, n=size.size, low=0)
    one, other = (
        revenue_retention((weights * size)[side], (weights * have)[side], level=level).net
        for side in (chosen, ~chosen)
    )
    label = Label(unit="share", method="kept beyond similar customers, by size and age", level=level)
    if one.value is None or other.value is None:
        return label.unknown(one.reason or other.reason or "insufficient_customers", n=size.size)
    d = one.value - other.value
    (below, above), (under, over) = (_reach(each) for each in (one, other))
    low, high = d - math.hypot(below, over), d + math.hypot(above, under)
    return label.known(d, low, high, n=size.size)


def _reach(known: Estimate) -> tuple[float, float]:
    """Return how far a known estimate's interval reaches below and above its value."""
    value, low, high = (each or 0.0 for each in (known.value, known.low, known.high))
    return value - low, high - value
