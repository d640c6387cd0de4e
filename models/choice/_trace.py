"""What chains leave behind, and whether they agree."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from models.checks import Floats
from models.choice._sampler import Chain
from models.convergence import bulk_ess, mean_error, split_rhat
from models.estimate import Caveat
from models.progress import Progress

SETTLED, UNSETTLED = 1.01, 1.05
"""R-hat up to which draws are as good as from the posterior, and from which on they mean little."""
ENOUGH = 100
"""Effective draws a chain below which the ends of intervals are rough."""
STUCK = 0.05
"""A respondent who takes fewer of the steps proposed has not been explored."""

_TELL_EVERY = 10
_KEEP = 100  # draws of all respondents a chain


@dataclass(frozen=True, eq=False, kw_only=True)
class Diagnostics:
    """Whether the chains have found the posterior.

    Parameters
    ----------
    rhat, ess
        Shape (2, K): of the population's means (first row) and log standard deviations (second).
    error
        Shape (K,): of the population's means, the standard error that is left because draws are finite.
    acceptance
        Shape (N,): the share of steps that each respondent took.
    log_likelihood
        Shape (C, D): of all choices, at each draw.
    caveats
        ``not_converged`` and ``stuck_respondents``, where they apply.
    """

    rhat: Floats
    ess: Floats
    error: Floats
    acceptance: Floats
    log_likelihood: Floats
    caveats: tuple[Caveat, ...]


class Teller:
    """Counts sweeps for whoever waits."""

    def __init__(self, progress: Progress, total: int) -> None:
        self.progress, self.total, self.done = progress, total, 0

    def __call__(self) -> None:
        self.done += 1
        if self.done % _TELL_EVERY == 0:
            self.progress(self.done, self.total)


class Trace:
    """A chain and the record of where it was: μ, Σ and Σ l at each sweep, everybody's β at some."""

    def __init__(self, chain: Chain) -> None:
        self.chain = chain
        self.mean: list[Floats] = []
        self.covariance: list[Floats] = []
        self.log_likelihood: list[float] = []
        self.people: list[Floats] = []
        self.total = np.zeros(chain.place.tastes.shape)
        self.accepted = np.zeros(len(chain.place.tastes))

    def warm_up(self, sweeps: int, tell: Teller) -> None:
        """Let the chain forget where it began."""
        for _ in range(sweeps):
            self.chain.warm_up()
            tell()

    def extend(self, draws: int, tell: Teller) -> None:
        """Record further sweeps."""
        chain, every = self.chain, draws // _KEEP
        for at in range(draws):
            chain.sweep()
            people = chain.likelihood.coefficients(chain.place.tastes)
            self.mean.append(chain.place.mean)
            self.covariance.append(chain.place.covariance())
            self.log_likelihood.append(float(chain.place.value.sum()))
            self.total += people
            self.accepted += chain.accepted
            if at % every == every - 1:
                self.people.append(people)
            tell()

    def kept(self) -> Floats:
        """Return as many draws of the respondents as one round has, evenly spaced."""
        return np.array(self.people[:: max(1, len(self.people) // _KEEP)][:_KEEP])


def diagnose(traces: Sequence[Trace]) -> Diagnostics:
    """Compare the chains, and look for respondents who did not move."""
    mean = np.array([trace.mean for trace in traces])
    variance = np.diagonal(np.array([trace.covariance for trace in traces]), axis1=2, axis2=3)
    figures = np.concatenate([mean, np.log(variance) / 2], axis=2)
    rhat, ess = split_rhat(figures), bulk_ess(figures)
    acceptance = np.sum([trace.accepted for trace in traces], axis=0) / mean[..., 0].size
    caveats = [*_unsettled(float(rhat.max()), float(ess.min()), len(traces))]
    stuck = int((acceptance < STUCK).sum())
    if stuck:
        message = f"{stuck} of {acceptance.size} respondents took under 5 % of the steps: their tastes are not known"
        caveats.append(Caveat("stuck_respondents", message))
    return Diagnostics(
        rhat=rhat.reshape(2, -1),
        ess=ess.reshape(2, -1),
        error=mean_error(mean),
        acceptance=acceptance,
        log_likelihood=np.array([trace.log_likelihood for trace in traces]),
        caveats=tuple(caveats),
    )


def _unsettled(rhat: float, ess: float, chains: int) -> list[Caveat]:
    if rhat <= SETTLED and ess >= ENOUGH * chains:
        return []
    advice = "do not rely on it" if rhat > UNSETTLED else "the ends of intervals are rough"
    message = (
        f"the chains have not settled (R-hat {rhat:.3f}, {ess:.0f} effective draws): {advice}; draw more"
    )
    return [Caveat("not_converged", message)]
