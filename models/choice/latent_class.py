"""Latent classes: a few kinds of people, each with one taste; their number chosen by BIC (Greene & Hensher 2003).

The EM algorithm alternates between how likely each respondent belongs to each class and a logit for each class.
Two weak priors keep every class finite: a class that always or never chooses something would otherwise have no
bound. Both are worth about one respondent and centre on the logit of everybody.

Notation
--------
C : classes        β : (C, K)        π : (C,) shares        h : (N, C) probabilities of belonging to a class
prior of a part-worth: normal around the logit's b_k, standard deviation 5 utilities per standard deviation of x_k
prior of the price   : ``log(β/b) - β/b``, largest at b and without end at 0, so that β < 0 in every class
BIC : ``-2 log-likelihood + (C (K + 1) - 1) log N``
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from models.checks import Floats
from models.choice.logit import Logit, by_respondent, likelihood, meat, scores
from models.choice.simulated_likelihood import inverse_of
from models.choice.tasks import Tasks
from models.errors import NotEstimable
from models.progress import Progress, silent, stretch

_WIDE = 5.0
_STARTS, _SHORT, _LONG = 4, 10, 400  # short runs from random classes; the best of them runs to its end
_DONE = 1e-4  # of log-likelihood a step: far below what BIC or an error tells apart


@dataclass(frozen=True, eq=False, kw_only=True)
class LatentClassFit:
    """Fitted classes, the largest first.

    Parameters
    ----------
    beta, share
        Shapes (C, K) and (C,).
    membership
        Shape (N, C): how likely each respondent belongs to each class.
    covariance
        Shape (C K + C - 1,) squared, of β row by row and then of log(π_c / π_1), c = 2 …; robust by cluster.
    log_likelihood, bic
        Without the priors.
    tried
        BIC by number of classes.
    """

    beta: Floats
    share: Floats
    membership: Floats
    covariance: Floats
    log_likelihood: float
    bic: float
    tried: dict[int, float]

    @property
    def entropy(self) -> float:
        """How clearly respondents belong to one class: 1 without a doubt, 0 by chance; 1 for a single class."""
        h, classes = self.membership, self.share.size
        if classes == 1:
            return 1.0
        doubt = -(h * np.log(np.maximum(h, 1e-300))).sum() / (h.shape[0] * np.log(classes))
        return float(1 - doubt)


class LatentClass:
    """Estimates latent classes by EM.

    Parameters
    ----------
    most
        Classes at most. Their number grows until BIC grows.
    seed
        Of the random starts.

    Examples
    --------
    Of two groups one minds the price ten times as much as the other:

    >>> rng = np.random.default_rng(0)
    >>> X, taste = rng.uniform(0, 3, (4000, 1)), np.repeat([-0.3, -3.0], 2000)
    >>> utility = X[:, 0] * taste + rng.gumbel(size=4000)
    >>> tasks = Tasks.from_rows(X, names=["price"], price=0, respondent=np.arange(4000) // 20,
    ...     task=np.arange(4000) // 2, chosen=utility == utility.reshape(-1, 2).max(axis=1).repeat(2))
    >>> fit = LatentClass().fit(tasks)
    >>> fit.share.size, bool(np.abs(fit.membership[:100].argmax(axis=1) - fit.membership[0].argmax()).mean() < 0.1)
    (2, True)
    """

    def __init__(self, *, most: int = 6, seed: int = 0) -> None:
        self.most, self.seed = most, seed

    def fit(self, tasks: Tasks, *, progress: Progress = silent) -> LatentClassFit:
        """Fit one class, two, … until BIC grows.

        Parameters
        ----------
        tasks
            The choices.
        progress
            Told how far the search has come, most classes being tried.

        Raises
        ------
        NotEstimable
            ``price_not_negative``, ``separated`` or ``not_identified`` as in the logit of everybody.
        """
        pooled = Logit().fit(tasks).beta
        if pooled[tasks.price] >= 0:
            raise NotEstimable(
                "price_not_negative", "higher prices were chosen no less often than lower ones"
            )
        mixture = _Mixture(tasks, pooled)
        rng = np.random.default_rng(self.seed)
        best = mixture.run(np.ones((tasks.n_respondents, 1)), steps=_LONG)
        tried = {1: best.bic}
        for classes in range(2, self.most + 1):
            begun, half, ended = ((classes - 2 + share) / self.most for share in (0.0, 0.5, 1.0))
            short = self._best_start(mixture, classes, rng, stretch(progress, begun, half))
            tell = stretch(progress, half, ended)
            found = mixture.run(short.membership, steps=_LONG, beta=short.beta, progress=tell)
            tried[classes] = found.bic
            if not found.bic < best.bic:
                break
            best = found
        return mixture.fitted(best, tried, stretch(progress, 1 - 1 / self.most, 1.0))

    def _best_start(
        self, mixture: _Mixture, classes: int, rng: np.random.Generator, progress: Progress
    ) -> _Classes:
        """Return the best of a few short runs from random memberships."""
        runs = []
        for start in range(_STARTS):
            membership = rng.dirichlet(np.full(classes, 0.5), mixture.tasks.n_respondents)
            tell = stretch(progress, start / _STARTS, (start + 1) / _STARTS)
            runs.append(mixture.run(membership, steps=_SHORT, progress=tell))
        return max(runs, key=lambda each: each.penalised)


@dataclass(frozen=True, eq=False)
class _Classes:
    """A state of the algorithm."""

    beta: Floats
    share: Floats
    membership: Floats
    log_likelihood: float
    penalised: float
    bic: float


@dataclass(frozen=True, eq=False)
class _Mixture:
    """Choices and the logit of everybody, which centres the priors."""

    tasks: Tasks
    pooled: Floats

    @cached_property
    def precision(self) -> Floats:
        """Of the normal priors, shape (K,); the price has its own prior."""
        precision: Floats = (self.tasks.against_chosen[0].std(axis=0) / _WIDE) ** 2
        precision[self.tasks.price] = 0
        return precision

    def prior(self, beta: Floats) -> tuple[float, Floats, Floats]:
        """Return the log prior of one class, its gradient (K,) and its Hessian's diagonal (K,)."""
        away, p = beta - self.pooled, self.tasks.price
        ratio = beta[p] / self.pooled[p]
        if ratio <= 0:
            return -np.inf, np.zeros_like(beta), np.zeros_like(beta)
        gradient, bend = -self.precision * away, -self.precision.copy()
        gradient[p], bend[p] = (1 / ratio - 1) / self.pooled[p], -1 / beta[p] ** 2
        return float(np.log(ratio) - ratio - self.precision @ away**2 / 2), gradient, bend

    def run(
        self, membership: Floats, *, steps: int, beta: Floats | None = None, progress: Progress = silent
    ) -> _Classes:
        """Alternate from given memberships until nothing is gained, or `steps` times."""
        beta = np.tile(self.pooled, (membership.shape[1], 1)) if beta is None else beta
        before = -np.inf
        for step in range(steps):
            share = self.tasks.weight @ membership / self.tasks.weight.sum()
            beta = np.array([self._climb(b, h) for b, h in zip(beta, membership.T, strict=True)])
            state = self._state(beta, np.maximum(share, 1e-12))
            if state.penalised - before < _DONE:
                break
            before, membership = state.penalised, state.membership
            progress(step + 1, steps)
        return state

    def _climb(self, beta: Floats, h: Floats) -> Floats:
        """Take one Newton step up the weighted logit of one class: EM needs no more than a gain."""
        weight = self.tasks.weight * h
        value, gradient, hessian = likelihood(replace(self.tasks, weight=weight), beta)
        log_prior, pull, bend = self.prior(beta)
        step = np.linalg.solve(-hessian - np.diag(bend), gradient + pull)
        for halving in range(30):
            trial: Floats = beta + step / 2**halving
            prior = self.prior(trial)[0]
            if np.isfinite(prior) and weight @ by_respondent(self.tasks, trial) + prior >= value + log_prior:
                return trial
        return beta

    def _state(self, beta: Floats, share: Floats) -> _Classes:
        joint = np.column_stack([by_respondent(self.tasks, b) for b in beta]) + np.log(share)
        top = joint.max(axis=1, keepdims=True)
        power = np.exp(joint - top)
        total = power.sum(axis=1, keepdims=True)
        value = float(self.tasks.weight @ (top + np.log(total))[:, 0])
        parameters = beta.size + share.size - 1
        return _Classes(
            beta, share, power / total, value,
            value + sum(self.prior(b)[0] for b in beta),
            -2 * value + parameters * float(np.log(self.tasks.n_respondents)),
        )  # fmt: skip

    def fitted(self, state: _Classes, tried: dict[int, float], progress: Progress) -> LatentClassFit:
        """Sort the classes by size and add the covariance."""
        order = np.argsort(-state.share, kind="stable")
        beta, share = state.beta[order], state.share[order]
        theta = np.concatenate([beta.ravel(), np.log(share[1:] / share[0])])
        each = self._scores(theta)
        step = 1e-4 / np.sqrt(np.maximum((each**2).mean(axis=0), 1e-12))
        information = np.empty((theta.size, theta.size))
        for at, nudge in enumerate(np.diag(step)):
            information[at] = (self._slope(theta - nudge) - self._slope(theta + nudge)) / (2 * step[at])
            progress(at + 1, theta.size)
        inverse = 2 * inverse_of(information + information.T)
        return LatentClassFit(
            beta=beta,
            share=share,
            membership=state.membership[:, order],
            covariance=inverse @ meat(each, self.tasks.cluster) @ inverse,
            log_likelihood=state.log_likelihood,
            bic=state.bic,
            tried=tried,
        )

    def _scores(self, theta: Floats) -> Floats:
        """Return the weighted gradient of each respondent's log-likelihood in θ, shape (N, P)."""
        beta, share = unpacked(theta, self.tasks.n_columns)
        h = self._state(beta, share).membership
        w = self.tasks.weight[:, None]
        parts = [h[:, [c]] * scores(self.tasks, b) for c, b in enumerate(beta)]
        return np.hstack([*parts, w * (h - share)[:, 1:]])

    def _slope(self, theta: Floats) -> Floats:
        """Return the gradient of the log-likelihood and the priors."""
        total: Floats = self._scores(theta).sum(axis=0)
        beta, _ = unpacked(theta, self.tasks.n_columns)
        total[: beta.size] += np.concatenate([self.prior(b)[1] for b in beta])
        return total


def unpacked(theta: Floats, K: int) -> tuple[Floats, Floats]:
    """Return part-worths (…, C, K) and shares (…, C) from θ (…, C K + C - 1).

    Examples
    --------
    >>> unpacked(np.array([-1.0, 2.0, -3.0, 4.0, 0.0]), 2)
    (array([[-1.,  2.],
           [-3.,  4.]]), array([0.5, 0.5]))
    """
    classes = (theta.shape[-1] + 1) // (K + 1)
    beta = theta[..., : classes * K].reshape(*theta.shape[:-1], classes, K)
    odds = np.exp(np.concatenate([np.zeros((*theta.shape[:-1], 1)), theta[..., classes * K :]], axis=-1))
    return beta, odds / odds.sum(axis=-1, keepdims=True)
