"""Pool readings of one quantity whose errors are normal, partly shared, and partly the source's own.

Notation
--------
y : (k,) readings less what is known of their bias     μ : the quantity, with a flat prior
S : (k, k) covariance of the errors that are known     a : (k,) 1 where a source may be off by its own error
τ : standard deviation of those own errors, half-normal a priori and integrated over
V(τ) = S + τ² diag(a)      w = V⁻¹1 ÷ 1'V⁻¹1 : the weights      Q = V⁻¹ - V⁻¹1 1'V⁻¹ ÷ 1'V⁻¹1

Given τ the posterior of μ is N(w'y, 1 ÷ 1'V⁻¹1), and the readings' likelihood with μ integrated out is
``log L(τ) = -(log|V| + log 1'V⁻¹1 + y'Qy) / 2`` (restricted likelihood: Harville 1974; random effects between
sources with a proper prior of τ: Röver 2020, §2).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.checks import Floats

_STEPS = 40
_FURTHEST = 6.0  # times the scale; a half-normal has 2e-9 of its weight beyond


@dataclass(frozen=True)
class Pooled:
    """The quantity's posterior: mean, variance, the weight of each reading and their mean error covariance.

    `weights` has shape (k,) and sums to 1; `covariance` has shape (k, k): V(τ) averaged over τ's posterior.
    """

    mean: float
    variance: float
    weights: Floats
    covariance: Floats


def pool(readings: Floats, known: Floats, *, own: Floats, scale: float) -> Pooled:
    """Pool readings.

    Parameters
    ----------
    readings
        Shape (k,), k ≥ 1.
    known
        Shape (k, k): covariance of their known errors, positive definite.
    own
        Shape (k,): 1 for readings with an error of their own beyond that, 0 for the others.
    scale
        Of the half-normal prior of τ.

    Examples
    --------
    >>> two = pool(np.array([3.7, 3.9]), 0.01 * np.eye(2), own=np.zeros(2), scale=0.2)
    >>> round(two.mean, 2), round(two.variance, 4), two.weights
    (3.8, 0.005, array([0.5, 0.5]))
    """
    taus = np.linspace(0, _FURTHEST, _STEPS) * scale if own.any() else np.zeros(1)
    covariance = known + taus[:, None, None] ** 2 * np.diag(own)
    inverse = np.linalg.inv(covariance)
    pull = inverse.sum(axis=2)  # (τ, k)
    precision = pull.sum(axis=1)
    weights = pull / precision[:, None]
    middle = weights @ readings
    away = readings - middle[:, None]
    misfit = np.einsum("ti,tij,tj->t", away, inverse, away)
    likelihood = -(np.linalg.slogdet(covariance)[1] + np.log(precision) + misfit) / 2
    log_posterior = likelihood - (taus / scale) ** 2 / 2 if own.any() else likelihood
    posterior = np.exp(log_posterior - log_posterior.max())
    posterior /= posterior.sum()
    mean = float(posterior @ middle)
    variance = float(posterior @ (1 / precision + (middle - mean) ** 2))
    return Pooled(mean, variance, posterior @ weights, np.tensordot(posterior, covariance, 1))
