"""Langevin steps that know the curvature of what they walk on.

Notation
--------
n : targets     d : dimensions of each     P : (n, d, d) precision     M = P⁻¹ = C Cᵀ     ξ : (n, d) normal noise

``x' = x + drift M ∇ + spread C ξ``. With ``drift = 1 - ρ`` and ``spread² = 1 - ρ²`` a normal target of precision P is
hit exactly, whatever ρ: the step is that of its Ornstein-Uhlenbeck process. The familiar discretisation,
``drift = s² / 2, spread = s``, agrees for small s but overshoots where steps are to remember nothing.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from models.checks import Floats

_ACCEPTED = 0.5  # the rate that warm-up aims at: 0.57 is best in high dimensions, 0.4 to 0.7 nearly as good


class Stride(NamedTuple):
    """How far a step follows the gradient and how far chance; a drift of 0 makes a random walk."""

    drift: float
    spread: float


class Steps:
    """Proposals for n targets at once, and how long they are."""

    def __init__(self) -> None:
        self.length = 1.0
        self._metric: Floats = np.empty((0, 0, 0))
        self._root: Floats = self._metric
        self._inverse_root: Floats = self._metric

    def precondition(self, precision: Floats) -> None:
        """Take over the precision of each target, (n, d, d)."""
        self._metric = inverse(precision)
        self._root = lower_root(self._metric)
        self._inverse_root = inverse(self._root)

    def stride(self) -> Stride:
        """Return the stride of the present length: ρ = 1 - length² / 2."""
        rho = 1 - self.length**2 / 2
        return Stride(1 - rho, float(np.sqrt(1 - rho**2)))

    def propose(self, gradient: Floats, noise: Floats, stride: Stride) -> Floats:
        """Return the steps, (n, d)."""
        return stride.drift * _times(self._metric, gradient) + stride.spread * _times(self._root, noise)

    def way_back(self, step: Floats, gradient: Floats, noise: Floats, stride: Stride) -> Floats:
        """Return the log density of stepping back from where `gradient` was found, less that of `noise`, (n,)."""
        back = _times(self._inverse_root, step + stride.drift * _times(self._metric, gradient))
        return (_squares(noise) - _squares(back / stride.spread)) / 2

    def adapt(self, accepted: float, sweep: int) -> None:
        """Lengthen or shorten the stride, ever less; at √2 steps remember nothing."""
        self.length = min(
            float(np.sqrt(2)), self.length * float(np.exp((accepted - _ACCEPTED) * learning_rate(sweep)))
        )


def learning_rate(sweep: int) -> float:
    """Return how much of what a sweep of the warm-up teaches is taken over: ever less."""
    return float(3 / (sweep + 10) ** 0.6)


def inverse(matrices: Floats) -> Floats:
    """Return the inverse of each matrix."""
    return np.linalg.inv(matrices).astype(np.float64, copy=False)


def lower_root(matrices: Floats) -> Floats:
    """Return the lower triangular C of each matrix C Cᵀ."""
    return np.linalg.cholesky(matrices).astype(np.float64, copy=False)


def _times(matrices: Floats, vectors: Floats) -> Floats:
    """Return the product of each matrix with its vector, (n, d)."""
    products: Floats = np.einsum("nij,nj->ni", matrices, vectors)
    return products


def _squares(vectors: Floats) -> Floats:
    squares: Floats = np.einsum("nk,nk->n", vectors, vectors)
    return squares
