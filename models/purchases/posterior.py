"""What data tell of a few unknowns: the likelihood's maximum, and draws from a posterior with weak priors.

Notation
--------
θ : (k,) the unknowns, each on the whole line          ℓ(θ) : log-likelihood
μ, s : (k,) means and standard deviations of independent normal priors
θ̂, H : the posterior's mode and the curvature there          D : draws

Draws come from Student's t with 5 degrees of freedom around θ̂ with spread H⁻¹, and are drawn again in proportion to
density ÷ proposal (importance resampling: Rubin 1988), so that a skewed posterior keeps its shape.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import optimize

from models.checks import Floats

Density = Callable[[Floats], Floats]
"""Many θ at once, shape (…, k), to logarithms of shape (…)."""

_FAR = 15.0  # a maximum that lies farther out on any axis is none
_FREEDOM = 5.0
_STEP = 1e-3


@dataclass(frozen=True, eq=False)
class Prior:
    """Independent normal beliefs on θ: means and standard deviations, shape (k,)."""

    mean: Floats
    sd: Floats

    def at(self, theta: Floats) -> Floats:
        """Return the log density up to a constant, shape (…) for θ of shape (…, k)."""
        found: Floats = -0.5 * (((theta - self.mean) / self.sd) ** 2).sum(axis=-1)
        return found


def climb(density: Density, start: Floats) -> tuple[Floats, Floats]:
    """Return the maximum of a smooth density, or where the stretch in which one is looked for ended, and the curvature.

    Returns
    -------
    θ of shape (k,), and the Hessian there, (k, k).

    Examples
    --------
    >>> top, curved = climb(lambda theta: -((theta - 1.0) ** 2).sum(axis=-1), np.zeros(2))
    >>> top.round(6).tolist(), np.diag(curved).round(3).tolist()
    ([1.0, 1.0], [-2.0, -2.0])
    """
    found = optimize.minimize(
        lambda theta: -float(density(theta)),
        start,
        jac=lambda theta: -_gradient(density, theta),
        method="L-BFGS-B",
        bounds=[(-_FAR, _FAR)] * start.size,
        options={"ftol": 1e-13, "gtol": 1e-7},
    )
    theta: Floats = found.x
    value = float(density(theta))
    # Newton's steps find the last digits.
    for _ in range(8):
        gradient, hessian = _gradient(density, theta), curvature_at(density, theta)
        step = _uphill(gradient, hessian)
        reached = float(density(theta + step))
        if not reached >= value or np.abs(theta + step).max() > _FAR:
            break
        theta, value = theta + step, reached
        if float(gradient @ step) < 1e-11:
            break
    return theta, curvature_at(density, theta)


def has_maximum(theta: Floats, hessian: Floats) -> bool:
    """Whether `climb` ended on a maximum."""
    curvature = np.linalg.eigvalsh(-hessian)
    return bool(np.abs(theta).max() < _FAR - 1 and curvature[0] > 1e-6 * max(curvature[-1], 1e-300))


def curvature_at(density: Density, theta: Floats) -> Floats:
    """Return the Hessian (k, k) by central differences."""
    steps = _STEP * np.eye(theta.size)
    pairs = steps[:, None] + steps[None, :]
    both = density(theta + pairs) + density(theta - pairs)
    single = density(theta + steps) + density(theta - steps)
    hessian: Floats = (both - single[:, None] - single[None, :] + 2 * density(theta)) / (2 * _STEP**2)
    np.fill_diagonal(hessian, (single - 2 * density(theta)) / _STEP**2)
    return hessian


def draws(
    density: Density, mode: tuple[Floats, Floats], *, count: int, seed: int, at_once: int = 1_000
) -> Floats:
    """Draw θ from a posterior, given its mode and the curvature there.

    Parameters
    ----------
    density, mode
        The posterior, and what `climb` found of it.
    count
        Draws; twice as many are proposed.
    seed
        The same seed gives the same draws.
    at_once
        For how many θ the density is asked at a time.

    Returns
    -------
    Shape (count, k), of equal weight.
    """
    theta, hessian = mode
    rng = np.random.default_rng(seed)
    curvature, axes = np.linalg.eigh(-hessian)
    spread = axes / np.sqrt(np.maximum(curvature, 1e-2))
    z = rng.standard_normal((2 * count, theta.size))
    z *= np.sqrt(_FREEDOM / rng.chisquare(_FREEDOM, 2 * count))[:, None]
    proposed = np.clip(theta + z @ spread.T, -2 * _FAR, 2 * _FAR)
    away = -(_FREEDOM + theta.size) / 2 * np.log1p((z**2).sum(axis=1) / _FREEDOM)
    parts = [density(proposed[at : at + at_once]) for at in range(0, 2 * count, at_once)]
    height = np.concatenate(parts) - away
    weight = np.exp(height - height.max())
    # Systematic resampling: one random start, equal strides.
    at = (rng.random() + np.arange(count)) / count
    chosen = np.searchsorted(np.cumsum(weight) / weight.sum(), at)
    drawn: Floats = proposed[np.minimum(chosen, 2 * count - 1)]
    return drawn[rng.permutation(count)]


def _gradient(density: Density, theta: Floats) -> Floats:
    steps = _STEP / 10 * np.eye(theta.size)
    found: Floats = (density(theta + steps) - density(theta - steps)) / (2 * _STEP / 10)
    return found


def _uphill(gradient: Floats, hessian: Floats) -> Floats:
    curvature, axes = np.linalg.eigh(-hessian)
    step = axes @ (axes.T @ gradient / np.maximum(np.abs(curvature), 1e-6 * np.abs(curvature).max() + 1e-300))
    shortened: Floats = step * min(1.0, 1 / max(float(np.abs(step).max()), 1e-300))
    return shortened
