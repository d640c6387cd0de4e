"""Pool readings of a few quantities whose errors are normal, partly shared, and partly the source's own.

Notation
--------
y : (k,) readings less what is known of their bias     θ : (p,) the quantities, with a flat prior
H : (k, p) what each reading is of: y = Hθ + errors     S : (k, k) covariance of the errors that are known
a : (k,) 1 where a source may be off by its own error   τ : standard deviation of those own errors
V(τ) = S + τ² diag(a)      P = H'V⁻¹H      W = P⁻¹H'V⁻¹ : the weights      Q = V⁻¹ - V⁻¹H W

τ is half-normal a priori and integrated over. Given τ the posterior of θ is N(Wy, P⁻¹), and the readings'
likelihood with θ integrated out is ``log L(τ) = -(log|V| + log|P| + y'Qy) / 2`` (restricted likelihood:
Harville 1974; random effects between sources with a proper prior of τ: Röver 2020, §2).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.checks import Floats

_STEPS = 40
_FURTHEST = 6.0  # times the scale; a half-normal has 2e-9 of its weight beyond


@dataclass(frozen=True)
class Pooled:
    """The posterior of the quantities, and how the readings made it.

    Parameters
    ----------
    mean, covariance
        Shapes (p,) and (p, p).
    weights
        Shape (p, k): W, averaged over τ.
    errors, projection
        Shape (k, k): V at τ's mean square, and Q there.
    """

    mean: Floats
    covariance: Floats
    weights: Floats
    errors: Floats
    projection: Floats


def pool(
    readings: Floats, known: Floats, *, own: Floats, scale: float, design: Floats | None = None
) -> Pooled:
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
    design
        Shape (k, p): H; by default all are readings of one quantity.

    Examples
    --------
    >>> two = pool(np.array([3.7, 3.9]), 0.01 * np.eye(2), own=np.zeros(2), scale=0.2)
    >>> two.mean.round(2), two.covariance.round(4), two.weights
    (array([3.8]), array([[0.005]]), array([[0.5, 0.5]]))
    """
    of = np.ones((readings.size, 1)) if design is None else design
    taus = np.linspace(0, _FURTHEST, _STEPS) * scale if own.any() else np.zeros(1)
    errors = known + taus[:, None, None] ** 2 * np.diag(own)
    covariance, weights, projection = _solve(errors, of)
    middle = weights @ readings  # (τ, p)
    misfit = np.einsum("i,tij,j->t", readings, projection, readings)
    sizes = np.linalg.slogdet(errors)[1] - np.linalg.slogdet(covariance)[1]
    log_posterior = -(sizes + misfit + (taus / scale) ** 2) / 2
    posterior = np.exp(log_posterior - log_posterior.max())
    posterior /= posterior.sum()
    mean = posterior @ middle
    away = middle - mean
    between = np.einsum("t,tp,tq->pq", posterior, away, away)
    typical = np.tensordot(posterior, errors, 1)
    return Pooled(
        mean=mean,
        covariance=np.tensordot(posterior, covariance, 1) + between,
        weights=np.tensordot(posterior, weights, 1),
        errors=typical,
        projection=_solve(typical[None], of)[2][0],
    )


def _solve(errors: Floats, design: Floats) -> tuple[Floats, Floats, Floats]:
    """Return P⁻¹, W and Q for each V (τ, k, k)."""
    inverse = np.asarray(np.linalg.inv(errors), dtype=np.float64)
    pull = design.T @ inverse  # (τ, p, k)
    covariance = np.asarray(np.linalg.inv(pull @ design), dtype=np.float64)
    weights = covariance @ pull
    return covariance, weights, inverse - np.swapaxes(pull, 1, 2) @ weights
