"""Multinomial logit: one set of tastes for everybody (McFadden 1974).

The utility of a row is ``x · β`` and a Gumbel error; a task's rows are chosen with probabilities
``P = exp(x β) / Σ exp(x β)``. The log-likelihood is concave, so that Newton's method finds its one maximum.

Notation
--------
X : (R, K) rows          β : (K,) part-worths          P : (R,) probabilities within tasks
w : (R,) the weight of each row's respondent           x̄ : (T, K) the mean row of a task under P
gradient ``Σ_t w (x_chosen - x̄)``; Hessian ``-Σ_rows w P x xᵀ + Σ_t w x̄ x̄ᵀ``
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.checks import Floats
from models.choice.tasks import Tasks
from models.errors import NotEstimable, NotIdentified

_ITERATIONS = 50
_DONE = 1e-12  # Newton's decrement: the log-likelihood still to be gained, twice
_SINGULAR = 1e-12
_CERTAIN = 1e-9  # of what the tasks told at first: where so little is left, every choice has become certain


@dataclass(frozen=True, eq=False, kw_only=True)
class LogitFit:
    """A fitted logit.

    Parameters
    ----------
    beta
        Shape (K,): part-worths, in utility per unit of each column.
    covariance
        Shape (K, K): robust to any dependence within clusters.
    log_likelihood, at_chance
        At the estimates, and where every alternative is equally likely.
    """

    beta: Floats
    covariance: Floats
    log_likelihood: float
    at_chance: float


class Logit:
    """Estimates the multinomial logit by maximum likelihood.

    Examples
    --------
    The price is worth a logit of 3 : 1 per unit:

    >>> tasks = Tasks.from_rows(np.tile([[1.0], [2.0]], (4, 1)), names=["price"], price=0,
    ...     respondent=[1, 1, 2, 2, 3, 3, 4, 4], task=[1] * 8, chosen=[1, 0, 1, 0, 1, 0, 0, 1])
    >>> fit = Logit().fit(tasks)
    >>> bool(np.isclose(fit.beta[0], -np.log(3)))
    True
    """

    def fit(self, tasks: Tasks) -> LogitFit:
        """Fit part-worths.

        Raises
        ------
        NotIdentified
            Where columns cannot be told apart.
        NotEstimable
            ``separated``: some column predicts every choice, and its part-worth has no bound.
        """
        beta = newton(tasks, np.zeros(tasks.n_columns))
        _, _, hessian = likelihood(tasks, beta)
        inverse = np.linalg.inv(-hessian)
        return LogitFit(
            beta=beta,
            covariance=inverse @ meat(scores(tasks, beta), tasks.cluster) @ inverse,
            log_likelihood=likelihood(tasks, beta)[0],
            at_chance=likelihood(tasks, np.zeros_like(beta))[0],
        )


def probabilities(tasks: Tasks, beta: Floats) -> Floats:
    """Return the probability of each row in its task, shape (R,)."""
    utility = tasks.X @ beta
    starts = tasks.task_starts[:-1]
    utility -= np.maximum.reduceat(utility, starts)[tasks.task_of_row]
    power = np.exp(utility, out=utility)
    shares: Floats = power / np.add.reduceat(power, starts)[tasks.task_of_row]
    return shares


def likelihood(tasks: Tasks, beta: Floats) -> tuple[float, Floats, Floats]:
    """Return the weighted log-likelihood, its gradient (K,) and its Hessian (K, K)."""
    p = probabilities(tasks, beta)
    w = tasks.weight[tasks.respondent_of_task]
    weighted = tasks.X * (p * w[tasks.task_of_row])[:, None]
    means = _task_means(tasks, p)
    gradient = w @ (tasks.X[tasks.chosen] - means)
    hessian = (means * w[:, None]).T @ means - weighted.T @ tasks.X
    # A probability below the smallest double is a choice that the model rules out.
    value = float(w @ np.log(np.maximum(p[tasks.chosen], 1e-300)))
    return value, gradient, hessian


def by_respondent(tasks: Tasks, beta: Floats) -> Floats:
    """Return the log-likelihood of each respondent's choices, shape (N,), without weights."""
    p = probabilities(tasks, beta)[tasks.chosen]
    total: Floats = np.add.reduceat(np.log(np.maximum(p, 1e-300)), tasks.respondent_starts[:-1])
    return total


def scores(tasks: Tasks, beta: Floats) -> Floats:
    """Return the weighted gradient of each respondent, shape (N, K)."""
    means = _task_means(tasks, probabilities(tasks, beta))
    by_task = tasks.X[tasks.chosen] - means
    total: Floats = np.add.reduceat(by_task, tasks.respondent_starts[:-1], axis=0)
    return total * tasks.weight[:, None]


def meat(scores: Floats, cluster: np.ndarray[tuple[int], np.dtype[np.intp]]) -> Floats:
    """Return the sum over clusters of ``s sᵀ``, s the cluster's score, times C / (C - 1)."""
    codes, place = np.unique(cluster, return_inverse=True)
    summed = np.zeros((codes.size, scores.shape[1]))
    np.add.at(summed, place, scores)
    inflated: Floats = summed.T @ summed * (codes.size / max(codes.size - 1, 1))
    return inflated


def newton(tasks: Tasks, start: Floats) -> Floats:
    """Climb to the maximum, halving steps that overshoot.

    Raises
    ------
    NotIdentified, NotEstimable
        As `Logit.fit`.
    """
    beta = start
    value, gradient, hessian = likelihood(tasks, beta)
    scale = np.sqrt(np.maximum(np.diag(-hessian), 1e-300))
    if _condition(-hessian, scale) < _SINGULAR:
        raise NotIdentified("the tasks do not tell two attributes apart: they always changed together")
    for _ in range(_ITERATIONS):
        if _condition(-hessian, scale) < _CERTAIN:
            break
        step = np.linalg.solve(-hessian, gradient)
        if gradient @ step < _DONE:
            return beta
        for halving in range(30):
            reached = likelihood(tasks, beta + step / 2**halving)
            if reached[0] >= value:
                break
        beta, (value, gradient, hessian) = beta + step / 2**halving, reached
    raise NotEstimable(
        "separated",
        "some attribute predicts every choice: its worth has no bound; more respondents would help",
    )


def _task_means(tasks: Tasks, p: Floats) -> Floats:
    means: Floats = np.add.reduceat(tasks.X * p[:, None], tasks.task_starts[:-1], axis=0)
    return means


def _condition(information: Floats, scale: Floats) -> float:
    """Return the least eigenvalue of the information over scales (K,): near 0 where it is singular."""
    return float(np.linalg.eigvalsh(information / np.outer(scale, scale))[0])
