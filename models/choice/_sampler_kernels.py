"""`Likelihood`: the probability of everybody's choices, compiled by numba where it is installed.

Without numba the same sums are made by NumPy. The two agree to the rounding of the last digits, and as all random
numbers are drawn outside of them, so do whole chains.

Notation
--------
N : respondents     T : tasks     R : rejected alternatives     K : columns
D : (R, K) each rejected alternative less the chosen one of its task      β : (N, K) coefficients
θ : (N, K) tastes: β itself, or its log where its sign is known, ``β = ± exp θ``

A task's choice has probability ``1 / (1 + Σ exp(D β))``, its rejected alternatives ``p = exp(D β) / (1 + Σ exp(D β))``.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from models.checks import Floats
from models.choice.tasks import Tasks

Codes = NDArray[np.intp]
Kernel = Callable[[Floats, Floats, Codes, Codes], tuple[Floats, Floats]]
"""Takes β, D, the rows at which tasks begin and the tasks at which respondents begin; returns the log-likelihood
(N,) and its gradient in β (N, K)."""

STEEPEST = 100.0
"""The largest θ of a known sign that is told from larger ones: exp(100) is more than any double can tell apart."""


class Likelihood:
    """The log-likelihood of each respondent's tastes, with gradient and curvature.

    Parameters
    ----------
    tasks
        The choices.
    signs
        Shape (K,): 0 where the coefficient is free, ±1 where it has that sign and θ is the log of its size.
    compiled
        Whether numba may be used.
    """

    def __init__(self, tasks: Tasks, signs: Floats, *, compiled: bool = True) -> None:
        rows, starts = tasks.against_chosen
        self.rows, self.task_starts = np.ascontiguousarray(rows), starts
        self.respondent_starts = tasks.respondent_starts
        self.signs = signs
        self._kernel = (compiled_kernel() if compiled else None) or by_numpy

    @property
    def shape(self) -> tuple[int, int]:
        """N and K."""
        return self.respondent_starts.size - 1, self.rows.shape[1]

    def coefficients(self, tastes: Floats) -> Floats:
        """Return β of θ, shapes (…, K)."""
        return part_worths(tastes, self.signs)

    def __call__(self, tastes: Floats) -> tuple[Floats, Floats]:
        """Return the log-likelihood of each respondent, (N,), and its gradient in θ, (N, K)."""
        coefficients = self.coefficients(tastes)
        value, gradient = self._kernel(coefficients, self.rows, self.task_starts, self.respondent_starts)
        return value, gradient * self._slopes(coefficients)

    def curvature(self, tastes: Floats) -> Floats:
        """Return the Fisher information of each respondent's choices about their θ, (N, K, K)."""
        coefficients = self.coefficients(tastes)
        p, _ = _probabilities(coefficients, self.rows, self.task_starts, self.respondent_starts)
        weighted = p[:, None] * self.rows
        means = np.add.reduceat(weighted, self.task_starts[:-1], axis=0)
        tasks = self.respondent_starts.tolist()
        rows = self.task_starts[self.respondent_starts].tolist()
        information = np.array(
            [
                self.rows[a:b].T @ weighted[a:b] - means[s:t].T @ means[s:t]
                for a, b, s, t in zip(rows, rows[1:], tasks, tasks[1:], strict=False)
            ]
        )
        slopes = self._slopes(coefficients)
        known: Floats = information * slopes[:, :, None] * slopes[:, None, :]
        return known

    def _slopes(self, coefficients: Floats) -> Floats:
        """Return ∂β / ∂θ: the exponential is its own derivative."""
        return np.where(self.signs != 0, coefficients, 1.0)


def part_worths(tastes: Floats, signs: Floats) -> Floats:
    """Return β of θ, shapes (…, K)."""
    known = signs != 0
    if not known.any():
        return tastes
    coefficients = tastes.copy()
    coefficients[..., known] = signs[known] * np.exp(np.minimum(tastes[..., known], STEEPEST))
    return coefficients


def by_numpy(
    coefficients: Floats, rows: Floats, task_starts: Codes, respondent_starts: Codes
) -> tuple[Floats, Floats]:
    """Return log-likelihood and gradient by sums over stretches of rows."""
    p, log_sums = _probabilities(coefficients, rows, task_starts, respondent_starts)
    value = -np.add.reduceat(log_sums, respondent_starts[:-1])
    first_rows = task_starts[respondent_starts[:-1]]
    gradient: Floats = -np.add.reduceat(p[:, None] * rows, first_rows, axis=0)
    return value, gradient


def _probabilities(
    coefficients: Floats, rows: Floats, task_starts: Codes, respondent_starts: Codes
) -> tuple[Floats, Floats]:
    """Return p of each row, (R,), and ``log(1 + Σ exp)`` of each task, (T,)."""
    sizes = np.diff(task_starts)
    respondent = np.repeat(np.arange(respondent_starts.size - 1), np.diff(task_starts[respondent_starts]))
    utility = np.einsum("rk,rk->r", rows, coefficients[respondent])
    top = np.maximum(np.maximum.reduceat(utility, task_starts[:-1]), 0.0)
    power = np.exp(utility - np.repeat(top, sizes))
    total = np.exp(-top) + np.add.reduceat(power, task_starts[:-1])
    return power / np.repeat(total, sizes), top + np.log(total)


def _by_loops(
    coefficients: Floats, rows: Floats, task_starts: Codes, respondent_starts: Codes
) -> tuple[Floats, Floats]:
    """Do what `by_numpy` does, one task at a time: numba makes machine code of it."""
    people, columns = coefficients.shape
    value = np.zeros(people)
    gradient = np.zeros((people, columns))
    utility = np.empty(np.diff(task_starts).max())
    for i in range(people):
        for t in range(respondent_starts[i], respondent_starts[i + 1]):
            first, size = task_starts[t], task_starts[t + 1] - task_starts[t]
            top = 0.0
            for r in range(size):
                total = 0.0
                for k in range(columns):
                    total += rows[first + r, k] * coefficients[i, k]
                utility[r] = total
                top = max(top, total)
            total = math.exp(-top)
            for r in range(size):
                utility[r] = math.exp(utility[r] - top)
                total += utility[r]
            value[i] -= top + math.log(total)
            for r in range(size):
                p = utility[r] / total
                for k in range(columns):
                    gradient[i, k] -= p * rows[first + r, k]
    return value, gradient


@lru_cache(maxsize=1)
def compiled_kernel() -> Kernel | None:
    """Compile the loops, or return None where numba is not installed.

    The machine code is kept beside this file, in the user's cache or in ``NUMBA_CACHE_DIR``. Where none of them
    can be written to, as in a read-only container, every process compiles anew, which takes some seconds.
    """
    try:
        import numba  # noqa: PLC0415 - expensive to import
    except ImportError:
        return None
    # Sums may be made in any order, so that the processor adds several terms at once.
    free = {"reassoc", "contract"}
    one = np.ones((1, 1)), np.ones((1, 1)), np.array([0, 1]), np.array([0, 1])
    try:
        kept = numba.njit(cache=True, nogil=True, fastmath=free)(_by_loops)
        kept(*one)
    except (RuntimeError, OSError):
        unkept = numba.njit(nogil=True, fastmath=free)(_by_loops)
        unkept(*one)
        return unkept
    return kept
