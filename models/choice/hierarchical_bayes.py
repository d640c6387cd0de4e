"""Hierarchical Bayes: tastes of every respondent, held together by the population that they come from.

A respondent answers too few tasks to be known alone. The model takes their tastes θ_i to be normal in the
population and lets everybody's answers say how: who answered little is drawn to the others, who answered
plainly is not (Rossi, Allenby & McCulloch 2005, ch. 5).

The price is sign-safe by default: ``β_price = -exp θ``, θ normal. Nobody then likes to pay, and everybody's
willingness to pay, which divides by β_price, is finite and has the sign of the part-worth.

Notation
--------
N : respondents     K : columns     C : chains     D : draws of each     B : draws of respondents that are kept
θ : (N, K) tastes, θ_i ~ N(μ, Σ)         β : (N, K) part-worths: θ itself, but ``-exp θ`` for a sign-safe price

Weights of respondents do not enter the fit: they tell how many people somebody stands for, not how well their
tastes are known, and belong where respondents are summed.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from threadpoolctl import threadpool_limits

from models.checks import Floats
from models.choice._sampler import Chain, Prior
from models.choice._sampler_kernels import Likelihood, part_worths
from models.choice._trace import Diagnostics, Teller, Trace, diagnose
from models.choice.tasks import Tasks
from models.errors import InvalidInput, TooFewCustomers
from models.estimate import Estimate, Label
from models.progress import Progress, silent

__all__ = ["Diagnostics", "HierarchicalBayes", "HierarchicalFit", "Prior", "weak_prior"]

FEWEST_RESPONDENTS = 10
"""Fewer do not tell how tastes vary between people."""


@dataclass(frozen=True, eq=False, kw_only=True)
class HierarchicalFit:
    """Draws from the posterior.

    Parameters
    ----------
    names
        Of the K columns.
    signs
        Shape (K,): -1 for a sign-safe price, else 0.
    mean, covariance
        Shapes (C, D, K) and (C, D, K, K): μ and Σ, in units of θ.
    respondents
        Shape (N, K): the posterior mean of each respondent's part-worths β.
    respondent_draws
        Shape (B, N, K): draws of everybody's β, evenly spaced over the chains.
    diagnostics
        Whether to believe it.
    """

    names: tuple[str, ...]
    signs: Floats
    mean: Floats
    covariance: Floats
    respondents: Floats
    respondent_draws: Floats
    diagnostics: Diagnostics

    def typical(self, *, level: float = 0.9) -> dict[str, Estimate]:
        """Return the part-worth of the typical (median) person of the population, by column, in utility."""
        middle = part_worths(self.mean, self.signs)
        return self._estimates(middle, Label(unit="utility", method="hierarchical Bayes", level=level))

    def spread(self, *, level: float = 0.9) -> dict[str, Estimate]:
        """Return the standard deviation of θ between people, by column: utility, or log for a sign-safe price."""
        sd = np.sqrt(np.diagonal(self.covariance, axis1=2, axis2=3))
        return self._estimates(sd, Label(unit="utility", method="hierarchical Bayes", level=level))

    def _estimates(self, draws: Floats, label: Label) -> dict[str, Estimate]:
        tail = (1 - label.level) / 2
        low, value, high = np.quantile(draws.reshape(-1, len(self.names)), [tail, 0.5, 1 - tail], axis=0)
        n = len(self.respondents)
        return {
            name: label.known(float(value[k]), float(low[k]), float(high[k]), n=n).warned(
                *self.diagnostics.caveats
            )
            for k, name in enumerate(self.names)
        }


def weak_prior(tasks: Tasks, signs: Floats) -> Prior:
    """Return a prior that says little, whatever the units of the columns.

    A column's typical difference between alternatives is worth about 1 in utility, give or take much; a
    hundredth of a respondent says so. Whatever K is, a variance between people is then inverse gamma with shape 2
    and mean 2 (1/2 for the log of a sign-safe price): the weight of four respondents.

    Parameters
    ----------
    tasks
        The choices, whose differences between alternatives set the units.
    signs
        Shape (K,), as of `HierarchicalFit`.
    """
    rows, _ = tasks.against_chosen
    size = np.sqrt(np.mean(rows**2, axis=0))
    size = np.where(size > 0, size, 1.0)
    known = signs != 0
    return Prior(
        location=np.where(known, -np.log(size), 0.0),
        strength=0.01,
        degrees=rows.shape[1] + 3.0,
        scatter=4 * np.where(known, 0.25, size**-2.0),
    )


@dataclass(frozen=True, kw_only=True)
class HierarchicalBayes:
    """Draws tastes and their population from the posterior, by Markov chains.

    Parameters
    ----------
    sign_safe_price
        Whether the price's part-worth is negative for everybody.
    prior
        Of the population; default: `weak_prior`.
    chains
        ≥ 1; R-hat compares them (and halves of one).
    warm_up, draws, rounds
        Sweeps that are discarded, and those of a round. Rounds are added until R-hat ≤ 1.01 and there are 100
        effective draws a chain, at most so many.
    seed
        The same seed gives the same draws.
    compiled
        Whether numba may be used; without it the answers are the same, and take about twice as long.

    Examples
    --------
    Thirty people choose between 1 and 2 euros, and take the cheaper seven times in eight:

    >>> X = np.tile([[1.0], [2.0]], (240, 1))
    >>> chosen = np.tile([1.0, 0.0] * 7 + [0.0, 1.0], 30)
    >>> people, numbers = np.repeat(np.arange(30), 16), np.tile(np.repeat(np.arange(8), 2), 30)
    >>> tasks = Tasks.from_rows(X, names=["price"], price=0, respondent=people, task=numbers, chosen=chosen)
    >>> fit = HierarchicalBayes(warm_up=100, draws=200, rounds=1, compiled=False).fit(tasks)
    >>> typical = fit.typical()["price"]
    >>> bool(typical.low < -np.log(7) < typical.high)
    True
    """

    sign_safe_price: bool = True
    prior: Prior | None = None
    chains: int = 2
    warm_up: int = 1000
    draws: int = 2000
    rounds: int = 3
    seed: int = 0
    compiled: bool = field(default=True, repr=False)

    def __post_init__(self) -> None:
        if min(self.chains, self.rounds) < 1 or self.warm_up < 100 or self.draws < 100:
            raise InvalidInput("chains and rounds must be ≥ 1, warm_up and draws ≥ 100")

    def fit(self, tasks: Tasks, *, progress: Progress = silent) -> HierarchicalFit:
        """Draw from the posterior.

        Parameters
        ----------
        tasks
            The choices of at least 10 respondents.
        progress
            Told how many sweeps are done, and how many there are at most.

        Raises
        ------
        TooFewCustomers
            With fewer respondents.
        """
        if tasks.n_respondents < FEWEST_RESPONDENTS:
            raise TooFewCustomers(needed=FEWEST_RESPONDENTS, got=tasks.n_respondents)
        signs = np.zeros(tasks.n_columns)
        signs[tasks.price] = -float(self.sign_safe_price)
        # Matrices this small are done before other threads have woken up.
        with threadpool_limits(1):
            traces, diagnostics = self._run(tasks, signs, progress)
        return HierarchicalFit(
            names=tasks.names,
            signs=signs,
            mean=np.array([trace.mean for trace in traces]),
            covariance=np.array([trace.covariance for trace in traces]),
            respondents=np.mean([trace.total / len(trace.mean) for trace in traces], axis=0),
            respondent_draws=np.concatenate([trace.kept() for trace in traces]),
            diagnostics=diagnostics,
        )

    def _run(self, tasks: Tasks, signs: Floats, progress: Progress) -> tuple[list[Trace], Diagnostics]:
        """Warm the chains up, then add rounds until they agree."""
        likelihood = Likelihood(tasks, signs, compiled=self.compiled)
        prior = self.prior or weak_prior(tasks, signs)
        tell = Teller(progress, self.chains * (self.warm_up + self.rounds * self.draws))
        streams = np.random.SeedSequence(self.seed).spawn(self.chains)
        traces = [Trace(Chain(likelihood, prior, np.random.default_rng(each))) for each in streams]
        for trace in traces:
            trace.warm_up(self.warm_up, tell)
        for _ in range(self.rounds):
            for trace in traces:
                trace.extend(self.draws, tell)
            diagnostics = diagnose(traces)
            if not diagnostics.caveats:
                break
        return traces, diagnostics
