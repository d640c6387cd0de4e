"""One demand curve out of several fits, each weighted by how well it predicts (Akaike weights).

Which law willingness follows is not known, and near the best price the laws differ by as much as their errors.
The average lets the data choose where they can and keeps the doubt where they cannot.

Notation
--------
m : models        A_m = -2 C ℓ̄_m + 2 q_m        ω_m ∝ exp(-A_m / 2)  (Burnham & Anderson 2002, §4.2)
ℓ̄ : log-likelihood per unit of weight        C : clusters        q : parameters        B : draws

A survey's weights have no scale and contacts of one customer are not independent, so that the data count as C
answers. Draws are a mixture over models with shares ω, inside a model from Student's t with C - 1 degrees of
freedom around its estimate: the doubt about the law is part of every interval.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.censored.intervals import Intervals
from models.censored.laws import LAWS
from models.censored.parametric import KINDS, Fit, fit, splines
from models.checks import Floats
from models.errors import NotEstimable


@dataclass(frozen=True)
class Average:
    """Fitted models and their weights, shape (m,), which sum to 1."""

    fits: tuple[Fit, ...]
    weights: Floats

    @property
    def pulled(self) -> float:
        """The weight of the models in which the first price pulls the answers."""
        return float(self.weights @ np.array([one.pulled for one in self.fits]))

    def survival(self, price: Floats) -> Floats:
        """Return the share whose willingness is at least each price > 0, shape (k,)."""
        shares: Floats = self.weights @ np.stack([one.survival(price) for one in self.fits])
        return shares

    def best(self, *, pulled: bool) -> Fit | None:
        """Return the likeliest model with or without a pull, None where there is none."""
        ranked = np.argsort(-self.weights, kind="stable")
        return next((self.fits[at] for at in ranked if self.fits[at].pulled == pulled), None)

    def draws(self, size: int, price: Floats, *, seed: int) -> Floats:
        """Draw `size` demand curves at prices of shape (k,), rising: shape (size, k), none of them rising.

        Each model has as many draws as its weight asks for.
        """
        rng = np.random.default_rng(seed)
        counts = _apportioned(self.weights, size)
        drawn = [_draw(one, count, price, rng) for one, count in zip(self.fits, counts, strict=True) if count]
        return np.concatenate(drawn)


def average(intervals: Intervals, *, pulled: bool = False) -> Average:
    """Fit every law straight, bent and, if `pulled`, with a pull, and weight what could be fitted.

    Raises
    ------
    NotEstimable
        Where nothing can be fitted, with the first fit's reason.

    Examples
    --------
    >>> answers = Intervals(
    ...     lower=np.array([0.0, 10, 10, 20]), upper=np.array([10, 20, 20, np.inf]),
    ...     weight=np.ones(4), cluster=np.arange(4))
    >>> average(answers).weights.round(2)
    array([0.33, 0.33, 0.33])
    """
    fits, refusals = [], []
    for kind in KINDS if pulled else KINDS[:-1]:
        for law in LAWS:
            try:
                fits.append(fit(intervals, law, kind=kind))
            except NotEstimable as refusal:
                refusals.append(refusal)
    if not fits:
        raise refusals[0]
    criterion = np.array([2 * one.theta.size - 2 * one.clusters * one.per_weight for one in fits])
    weights = np.exp((criterion.min() - criterion) / 2)
    return Average(tuple(fits), weights / weights.sum())


def _draw(one: Fit, count: int, price: Floats, rng: np.random.Generator) -> Floats:
    """Draw curves of one model: straight ones by median and log slope, on which their errors are most normal."""
    freedom = max(one.clusters - 1, 1)
    values, vectors = np.linalg.eigh(one.covariance)
    noise = rng.standard_normal((count, values.size)) @ (vectors * np.sqrt(np.maximum(values, 0))).T
    noise *= np.sqrt(freedom / rng.chisquare(freedom, count))[:, None]
    x = np.log(price)
    if one.knots:
        theta = one.theta + noise
        z = -theta[:, :1] + theta[:, 1:2] * x + theta[:, 2:] @ splines(x, one.knots).T
        return one.law.survival(np.maximum.accumulate(z, axis=1))
    level, slope = one.theta[0] + one.law.z_half, one.theta[1]
    location = level / slope + (noise[:, 0] - level / slope * noise[:, 1]) / slope
    drawn_slope = slope * np.exp(noise[:, 1] / slope)
    return one.law.survival(one.law.z_half + drawn_slope[:, None] * (x - location[:, None]))


def _apportioned(weights: Floats, size: int) -> NDArray[np.intp]:
    """Share out `size` draws by the weights: whole parts first, then the largest remainders."""
    wanted = weights * size
    counts = np.floor(wanted).astype(np.intp)
    missing = size - int(counts.sum())
    counts[np.argsort(counts - wanted, kind="stable")[:missing]] += 1
    return counts
