"""Mixed logit: tastes differ between people by a distribution, which simulated maximum likelihood finds.

Notation
--------
μ, σ : (K,) a person's coefficient is ``μ + σ z``, z standard normal, or ``-exp(μ + σ z)`` where sign-safe
R : draws of z for each respondent
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from models.checks import Floats
from models.choice.draws import normal_draws
from models.choice.logit import Logit
from models.choice.simulated_likelihood import SimulatedLikelihood, inverse_of
from models.choice.tasks import Tasks
from models.errors import InvalidInput, NotEstimable
from models.estimate import Caveat
from models.progress import FINEST, Progress, silent, stretch

Mixing = Literal["normal", "sign_safe", "fixed"]

SENSITIVE = 0.5
"""Doubling the draws should move no coefficient by more than this share of its standard error."""
_ITERATIONS, _FLAT = 500, 1e-4
_CLIMBING = 0.7  # of the time, the rest goes into the errors


@dataclass(frozen=True, eq=False, kw_only=True)
class MixedLogitFit:
    """A fitted mixed logit.

    Parameters
    ----------
    theta
        Shape (2K,): μ and σ, of log(-β) where the column is sign-safe; the sign of σ says nothing.
    covariance
        Shape (2K, 2K), robust to dependence within clusters; 0 where σ is fixed at 0.
    log_likelihood
        Simulated with `draws` draws.
    likelihood
        The simulated likelihood itself.
    shift
        Shape (2K,): by how many standard errors θ would move with twice the draws.
    caveats
        ``draws_sensitive`` where that is much.
    """

    theta: Floats
    covariance: Floats
    log_likelihood: float
    likelihood: SimulatedLikelihood
    shift: Floats
    caveats: tuple[Caveat, ...] = ()

    @property
    def mean(self) -> Floats:
        """μ, shape (K,)."""
        return self.theta[: self.theta.size // 2]

    @property
    def spread(self) -> Floats:
        """|σ|, shape (K,)."""
        return np.abs(self.theta[self.theta.size // 2 :])

    @property
    def draws(self) -> int:
        """R."""
        return int(self.likelihood.z.shape[2])


class MixedLogit:
    """Estimates the mixed logit by simulated maximum likelihood.

    Parameters
    ----------
    mixing
        By column name; default: the price is sign-safe, all else normal.
    draws
        To begin with, a power of two. They double until doubling moves nothing, or `most` is reached.
    most
        Draws at most.
    seed
        Of the draws.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> X, taste = rng.uniform(0, 3, (4000, 1)), -np.exp(rng.normal(0, 0.5, 200)).repeat(20)[:, None]
    >>> utility = (X * taste)[:, 0] + rng.gumbel(size=4000)
    >>> tasks = Tasks.from_rows(X, names=["price"], price=0, respondent=np.arange(4000) // 20,
    ...     task=np.arange(4000) // 2, chosen=utility == utility.reshape(-1, 2).max(axis=1).repeat(2))
    >>> fit = MixedLogit().fit(tasks)
    >>> bool(abs(fit.mean[0]) < 0.15), bool(abs(fit.spread[0] - 0.5) < 0.15)
    (True, True)
    """

    def __init__(
        self, *, mixing: Mapping[str, Mixing] | None = None, draws: int = 128, most: int = 1024, seed: int = 0
    ) -> None:
        self.mixing, self.draws, self.most, self.seed = mixing, draws, most, seed

    def fit(
        self, tasks: Tasks, normals: Floats | None = None, *, progress: Progress = silent
    ) -> MixedLogitFit:
        """Fit means and spreads.

        Parameters
        ----------
        tasks
            Several tasks a respondent: one choice each cannot tell different tastes from chance.
        normals
            Standard normals of shape (N, K, R) to be used instead of our own draws; then nothing is doubled.
        progress
            Told how far the search has come, draws being doubled as often as they may.

        Raises
        ------
        NotEstimable
            ``price_not_negative``, ``separated`` or ``not_identified`` as in the logit;
            ``not_converged`` where the search for the maximum does not end.
        """
        kinds = self._kinds(tasks)
        sign_safe = np.array([kind == "sign_safe" for kind in kinds])
        free = np.concatenate([np.ones(len(kinds)), [kind != "fixed" for kind in kinds]]).astype(np.bool_)

        def simulation(draws: int) -> SimulatedLikelihood:
            z = normal_draws(tasks.n_respondents, tasks.n_columns, draws, seed=self.seed)
            return SimulatedLikelihood(tasks=tasks, z=z, sign_safe=sign_safe, free=free)

        theta = _start(tasks, sign_safe, free)
        if normals is not None:
            given = SimulatedLikelihood(tasks=tasks, z=normals, sign_safe=sign_safe, free=free)
            top = _climb(given, theta, stretch(progress, 0.0, _CLIMBING))
            return _fitted(given, top, progress=stretch(progress, _CLIMBING, 1.0))
        draws, now, work = self.draws, simulation(self.draws), 2 * self.most
        while True:
            theta = _climb(now, theta, stretch(progress, draws / work, (1 + _CLIMBING) * draws / work))
            twice, last = simulation(2 * draws), 2 * draws > self.most
            # Errors cost as much as the climb: a quick look says where more draws are needed anyhow.
            if last or _quick_shift(now, theta, twice) <= SENSITIVE:
                rest = stretch(progress, (1 + _CLIMBING) * draws / work, 2 * draws / work)
                fit = _fitted(now, theta, twice, progress=rest)
                if last or not fit.caveats:
                    return fit
            draws, now = 2 * draws, twice

    def _kinds(self, tasks: Tasks) -> list[Mixing]:
        if self.mixing is None:
            return ["sign_safe" if k == tasks.price else "normal" for k in range(tasks.n_columns)]
        if set(self.mixing) != set(tasks.names):
            raise InvalidInput(f"mixing must name every column: {', '.join(tasks.names)}")
        return [self.mixing[name] for name in tasks.names]


def _start(tasks: Tasks, sign_safe: NDArray[np.bool_], free: NDArray[np.bool_]) -> Floats:
    """Begin at the logit's part-worths, tastes spread so that they move a utility by half a unit."""
    beta = Logit().fit(tasks).beta
    if (beta[sign_safe] >= 0).any():
        raise NotEstimable("price_not_negative", "higher prices were chosen no less often than lower ones")
    spread = 0.5 / tasks.against_chosen[0].std(axis=0)
    spread[sign_safe] = 0.5
    beta[sign_safe] = np.log(-beta[sign_safe])
    return np.concatenate([beta, spread]) * free


class _Ascent:
    """Tells how far the steepest slope has fallen, on the log scale, on its way to one that counts as none."""

    def __init__(self, progress: Progress) -> None:
        self.progress, self.first, self.share = progress, _FLAT, 0.0

    def __call__(self, slope: float) -> None:
        """Take the next slope in."""
        self.first = max(self.first, slope)
        fallen = np.log(self.first / slope) / np.log(self.first / _FLAT) if slope > _FLAT else 1.0
        self.share = max(self.share, float(fallen))
        self.progress(round(FINEST * self.share), FINEST)


def _climb(likelihood: SimulatedLikelihood, start: Floats, progress: Progress) -> Floats:
    """Climb by BFGS, which the outer product of the scores tells the scale of each parameter."""
    from scipy.optimize import minimize  # noqa: PLC0415 - expensive to import

    free = likelihood.free
    score = likelihood.of(start)[1][:, free] * np.sqrt(likelihood.tasks.weight)[:, None]
    # Divided by the parameters' scales, one tolerance serves all of them.
    scale = 1 / np.sqrt(np.maximum((score**2).sum(axis=0), 1e-12))
    tell = _Ascent(progress)

    def theta_at(point: Floats) -> Floats:
        theta = np.zeros(free.size)
        theta[free] = point * scale
        return theta

    def descent(point: Floats) -> tuple[float, Floats]:
        value, gradient = likelihood.total(theta_at(point))
        tell(float(np.abs(gradient * scale).max()))
        return -value, -gradient * scale

    known = inverse_of((score * scale).T @ (score * scale))
    options = {"hess_inv0": known, "gtol": _FLAT, "maxiter": _ITERATIONS}
    found = minimize(descent, start[free] / scale, jac=True, method="BFGS", options=options)
    # The line search may end at the last bit of the likelihood: what counts is that no slope is left.
    if np.abs(found.jac).max() > 1e-2:
        raise NotEstimable("not_converged", "the search for the tastes that fit best did not end")
    return theta_at(found.x)


def _quick_shift(likelihood: SimulatedLikelihood, theta: Floats, twice: SimulatedLikelihood) -> float:
    """Return the farthest shift with twice the draws, in the standard errors that the scores alone imply."""
    score = likelihood.of(theta)[1][:, likelihood.free] * np.sqrt(likelihood.tasks.weight)[:, None]
    return float(np.abs(_shift(inverse_of(score.T @ score), twice.total(theta)[1])).max())


def _shift(covariance: Floats, gradient: Floats) -> Floats:
    """Return the step that a gradient asks for, in standard errors."""
    errors, step = np.sqrt(np.diag(covariance)), covariance @ gradient
    shift: Floats = np.divide(step, errors, out=np.zeros_like(step), where=errors > 0)
    return shift


def _fitted(
    likelihood: SimulatedLikelihood,
    theta: Floats,
    twice: SimulatedLikelihood | None = None,
    *,
    progress: Progress,
) -> MixedLogitFit:
    """Add errors to the maximum, and the step that twice the draws ask for."""
    covariance = likelihood.covariance(theta, progress)
    shift = np.zeros_like(theta)
    if twice is not None:
        free = likelihood.free
        shift[free] = _shift(covariance[np.ix_(free, free)], twice.total(theta)[1])
    moved, draws = float(np.abs(shift).max()), likelihood.z.shape[2]
    says = f"twice the {draws} draws would move a coefficient by {moved:.1f} standard errors"
    return MixedLogitFit(
        theta=theta,
        covariance=covariance,
        log_likelihood=likelihood.total(theta)[0],
        likelihood=likelihood,
        shift=shift,
        caveats=(Caveat("draws_sensitive", says),) if moved > SENSITIVE else (),
    )
