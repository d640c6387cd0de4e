"""One demand curve out of several laws, each weighted by how well it predicts (Akaike weights).

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
from models.censored.parametric import LAWS, Fit, Law, fit, survival
from models.checks import Floats
from models.errors import NotEstimable

_NO_WEIGHT = 1e-6


@dataclass(frozen=True)
class Curves:
    """Draws of one model's demand curve: `location`, `slope` and `pull` of shape (b,); no pull is 0."""

    law: Law
    location: Floats
    slope: Floats
    pull: Floats


@dataclass(frozen=True)
class Average:
    """Fitted models and their weights, shape (m,), which sum to 1."""

    fits: tuple[Fit, ...]
    weights: Floats

    @property
    def pulled(self) -> float:
        """The weight of the models in which the first price pulls the answers."""
        return float(
            sum(w for one, w in zip(self.fits, self.weights, strict=True) if one.log_pull is not None)
        )

    def survival(self, price: Floats) -> Floats:
        """Return the share whose willingness is at least each price > 0."""
        shares: Floats = self.weights @ np.stack([one.survival(price) for one in self.fits])
        return shares

    def price_at(self, share: float) -> float:
        """Return the price that `share` of people, in (0, 1), would pay: the models' geometric mean."""
        logs = np.log([one.price_at(share) for one in self.fits])
        return float(np.exp(self.weights @ logs))

    @property
    def mean(self) -> float:
        """The mean willingness, infinite where a model with weight says so."""
        weighted = zip(self.weights, self.fits, strict=True)
        return float(sum(weight * one.mean for weight, one in weighted if weight > _NO_WEIGHT))

    def best(self, *, pulled: bool) -> Fit | None:
        """Return the likeliest model with or without a pull, None where there is none."""
        such = [
            (float(weight), -at)
            for at, (one, weight) in enumerate(zip(self.fits, self.weights, strict=True))
            if (one.log_pull is not None) == pulled
        ]
        return self.fits[-max(such)[1]] if such else None

    def draws(self, size: int, *, seed: int) -> tuple[Curves, ...]:
        """Draw `size` curves in all, each model as many as its weight asks for."""
        rng = np.random.default_rng(seed)
        return tuple(
            _draw(one, count, rng)
            for one, count in zip(self.fits, _apportioned(self.weights, size), strict=True)
            if count > 0
        )


def average(intervals: Intervals, *, pulled: bool = False, laws: tuple[Law, ...] = LAWS) -> Average:
    """Fit every law, with `pulled` also its version in which the first price pulls, and weight them.

    Raises
    ------
    NotEstimable
        Where no law can be fitted, with the first one's reason.

    Examples
    --------
    >>> answers = Intervals(
    ...     lower=np.array([0.0, 10, 10, 20]), upper=np.array([10, 20, 20, np.inf]),
    ...     weight=np.ones(4), cluster=np.arange(4))
    >>> average(answers).weights.round(2)
    array([0.33, 0.33, 0.33])
    """
    fits, refusals = [], []
    for with_pull in (False, True)[: 1 + pulled]:
        for law in laws:
            try:
                fits.append(fit(intervals, law, pulled=with_pull))
            except NotEstimable as refusal:
                refusals.append(refusal)
    if not fits:
        raise refusals[0]
    criterion = np.array([2 * one.parameters.size - 2 * one.clusters * one.per_weight for one in fits])
    weights = np.exp((criterion.min() - criterion) / 2)
    return Average(tuple(fits), weights / weights.sum())


def survival_of(curves: tuple[Curves, ...], price: Floats) -> Floats:
    """Return the demand of each drawn curve, shape (B, k), at prices of shape (k,)."""
    return np.concatenate(
        [
            survival(each.law, price, location=each.location[:, None], slope=each.slope[:, None])
            for each in curves
        ]
    )


def prices_at(curves: tuple[Curves, ...], share: float) -> Floats:
    """Return, for each drawn curve, the price that `share` of people would pay, shape (B,)."""
    logs = [each.location + (each.law.above(share) - each.law.z_half) / each.slope for each in curves]
    return np.exp(np.concatenate(logs))


def means_of(curves: tuple[Curves, ...]) -> Floats:
    """Return each drawn curve's mean willingness, shape (B,), infinite where it has none."""
    return np.concatenate([each.law.mean_at(each.location, each.slope) for each in curves])


def _draw(one: Fit, count: int, rng: np.random.Generator) -> Curves:
    freedom = max(one.clusters - 1, 1)
    values, vectors = np.linalg.eigh(one.covariance)
    root = vectors * np.sqrt(np.maximum(values, 0))
    noise = rng.standard_normal((count, values.size)) @ root.T
    noise *= np.sqrt(freedom / rng.chisquare(freedom, count))[:, None]
    drawn = one.parameters + noise
    pull = -np.expm1(-drawn[:, 2]) if one.log_pull is not None else np.zeros(count)
    return Curves(one.law, drawn[:, 0], np.exp(drawn[:, 1]), pull)


def _apportioned(weights: Floats, size: int) -> NDArray[np.intp]:
    """Share out `size` draws by the weights: whole parts first, then the largest remainders."""
    wanted = weights * size
    counts = np.floor(wanted).astype(np.intp)
    missing = size - int(counts.sum())
    counts[np.argsort(counts - wanted, kind="stable")[:missing]] += 1
    return counts
