"""The likelihood of a mixed logit, its integral over tastes replaced by a mean over draws (Train 2009, ch. 10).

Notation
--------
β_nr : (K,) taste r of respondent n, ``μ + σ z_nr``; where a column is sign-safe, ``-exp(μ + σ z_nr)``
z    : (N, K, R) standard normal draws            θ = (μ, σ) : (2K,); σ of a fixed column is 0
L_nr : ``Π_t 1 / (1 + Σ_j exp((x_j - x_chosen) β_nr))``, the probability of all choices of n under taste r
q_nr : ``L_nr / Σ_r L_nr``, how much respondent n's own choices speak for taste r
log-likelihood ``Σ_n w_n log(Σ_r L_nr / R)``; its gradient is the q-weighted mean of those of log L_nr
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.checks import Floats
from models.choice.logit import meat
from models.choice.tasks import Tasks
from models.clusters import Codes
from models.progress import Progress, silent

_LARGEST = 700.0  # exp of more is infinite
_CELLS = 16_384  # rows times draws of a block, 128 kB


class _Block(NamedTuple):
    """What the choices of B respondents say: log L (B, R), tastes β (B, K, R), the gradient of log L in β (B, K, R).

    `who`: shape (B,), their places among all.
    """

    who: Codes
    log_likelihood: Floats
    beta: Floats
    slope: Floats


@dataclass(frozen=True, eq=False, kw_only=True)
class SimulatedLikelihood:
    """The simulated likelihood of θ.

    Parameters
    ----------
    tasks
        Choices; the tasks of a respondent share one taste.
    z
        Shape (N, K, R): standard normals.
    sign_safe
        Shape (K,): columns whose coefficient is ``-exp(…)``.
    free
        Shape (2K,): the entries of θ that are estimated; the others are 0.
    """

    tasks: Tasks
    z: Floats
    sign_safe: NDArray[np.bool_]
    free: NDArray[np.bool_]

    def of(self, theta: Floats) -> tuple[Floats, Floats]:
        """Return each respondent's log-likelihood (N,) and its gradient (N, 2K), without weights."""
        K, R = self.z.shape[1:]
        value, score = np.empty(self.tasks.n_respondents), np.empty((self.tasks.n_respondents, 2 * K))
        for who, log_likelihood, beta, steepness in self._blocks(theta):
            top = log_likelihood.max(axis=1, keepdims=True)
            q = np.exp(log_likelihood - top)
            total = q.sum(axis=1, keepdims=True)
            value[who] = (top + np.log(total / R))[:, 0]
            slope = steepness * (q / total)[:, None]
            slope[:, self.sign_safe] *= beta[:, self.sign_safe]  # ∂β/∂μ = β where β = -exp(μ + σ z)
            score[who, :K] = slope.sum(axis=2)
            score[who, K:] = np.einsum("bkr,bkr->bk", slope, self.z[who])
        return value, score

    def total(self, theta: Floats) -> tuple[float, Floats]:
        """Return the weighted log-likelihood and its gradient in the free entries."""
        value, score = self.of(theta)
        w = self.tasks.weight
        return float(w @ value), (w @ score)[self.free]

    def posterior(self, theta: Floats) -> tuple[Floats, Floats]:
        """Return each respondent's tastes, shape (N, R, K), and how much their choices speak for each, (N, R)."""
        n, K, R = self.z.shape
        beta, q = np.empty((n, R, K)), np.empty((n, R))
        for block in self._blocks(theta):
            beta[block.who] = block.beta.transpose(0, 2, 1)
            q[block.who] = np.exp(block.log_likelihood - block.log_likelihood.max(axis=1, keepdims=True))
        return beta, q / q.sum(axis=1, keepdims=True)

    def covariance(self, theta: Floats, progress: Progress = silent) -> Floats:
        """Return the sandwich: scores summed by cluster between two inverses of the differenced gradient."""
        score = self.of(theta)[1] * self.tasks.weight[:, None]
        step = 1e-4 / np.sqrt(np.maximum((score**2).mean(axis=0), 1e-12))
        places = np.flatnonzero(self.free)
        information = np.empty((places.size, places.size))
        for row, place in enumerate(places):
            nudge = np.zeros_like(theta)
            nudge[place] = step[place]
            up, down = self.total(theta + nudge)[1], self.total(theta - nudge)[1]
            information[row] = (down - up) / (2 * step[place])
            progress(row + 1, places.size)
        inverse = inverse_of(information + information.T) * 2
        covariance = np.zeros((theta.size, theta.size))
        bread = inverse @ meat(score[:, self.free], self.tasks.cluster) @ inverse
        covariance[np.ix_(self.free, self.free)] = bread
        return covariance

    def _blocks(self, theta: Floats) -> Iterator[_Block]:
        """Go through the respondents, a few of equal tasks at a time.

        Their rows times draws fit into the processor's cache: five times faster than one large array.
        """
        differences, starts = self.tasks.against_chosen
        for who in self._alike:
            first, last = self.tasks.respondent_starts[who[0]], self.tasks.respondent_starts[who[0] + 1]
            cuts = starts[first : last + 1] - starts[first]
            begins = starts[self.tasks.respondent_starts[who]]
            rows = differences[begins[:, None] + np.arange(cuts[-1])]
            beta = tastes(theta, self.z[who], self.sign_safe)
            power = rows @ beta
            np.exp(np.minimum(power, _LARGEST, out=power), out=power)
            total = np.add.reduceat(power, cuts[:-1], axis=1)
            total += 1
            power /= np.repeat(total, np.diff(cuts), axis=1)
            yield _Block(who, -np.log(total).sum(axis=1), beta, -(rows.transpose(0, 2, 1) @ power))

    @cached_property
    def _alike(self) -> list[Codes]:
        """Blocks of respondents whose tasks have equally many alternatives, one after the other."""
        _, starts = self.tasks.against_chosen
        layouts: dict[bytes, list[int]] = {}
        for n, (first, last) in enumerate(pairwise(self.tasks.respondent_starts.tolist())):
            layouts.setdefault(np.diff(starts[first : last + 1]).tobytes(), []).append(n)
        blocks = []
        for alike in layouts.values():
            rows = (
                starts[self.tasks.respondent_starts[alike[0] + 1]]
                - starts[self.tasks.respondent_starts[alike[0]]]
            )
            size = max(1, int(_CELLS // (rows * self.z.shape[2])))
            blocks += [np.array(alike[at : at + size]) for at in range(0, len(alike), size)]
        return blocks


def tastes(theta: Floats, z: Floats, sign_safe: NDArray[np.bool_]) -> Floats:
    """Turn standard normals (…, K, R) into coefficients of that shape under θ (2K,).

    Examples
    --------
    >>> tastes(np.array([0.0, 1.0, 0.5, 2.0]), np.array([[0.0], [1.0]]), np.array([True, False]))
    array([[-1.],
           [ 3.]])
    """
    K = sign_safe.size
    beta: Floats = theta[:K, None] + theta[K:, None] * z
    beta[..., sign_safe, :] = -np.exp(np.minimum(beta[..., sign_safe, :], _LARGEST))
    return beta


def inverse_of(information: Floats) -> Floats:
    """Invert a symmetric matrix; directions that are flat or bend the wrong way are taken for nearly flat."""
    scale = np.sqrt(np.maximum(np.abs(np.diag(information)), 1e-300))
    values, vectors = np.linalg.eigh(information / np.outer(scale, scale))
    root = vectors / np.sqrt(np.maximum(values, 1e-6)) / scale[:, None]
    inverse: Floats = root @ root.T
    return inverse
