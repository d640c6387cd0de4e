"""The models that conjoint answers can be read by, each fitted to the same end: who would choose what."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from models.choice.hierarchical_bayes import HierarchicalBayes
from models.choice.holdout import Individuals
from models.choice.latent_class import LatentClass
from models.choice.logit import Logit
from models.choice.mixed_logit import MixedLogit
from models.choice.populations import of_classes, of_hierarchy, of_logit, of_mixed_logit
from models.choice.preferences import Preferences
from models.choice.tasks import Tasks
from models.estimate import Caveat
from models.surveys._base import Asked


@dataclass(frozen=True, eq=False, kw_only=True)
class Fitted:
    """A fitted model of choice.

    Parameters
    ----------
    people
        What people want.
    individuals
        What is known of each respondent.
    quantile
        Of people, that stands for them: 0.5 for the median, None for the mean where kinds are few.
    log_likelihood, parameters
        For comparing models; None where a posterior has no maximum.
    caveats
        About the fit.
    details
        What else the model says, JSON-ready.
    """

    people: Preferences
    individuals: Individuals
    quantile: float | None
    log_likelihood: float | None = None
    parameters: int | None = None
    caveats: tuple[Caveat, ...] = ()
    details: dict[str, Any] = field(default_factory=dict)

    @property
    def bic(self) -> float | None:
        """Bayes' information criterion, customers counting as observations: lower is better."""
        if self.log_likelihood is None or self.parameters is None:
            return None
        return float(-2 * self.log_likelihood + self.parameters * np.log(self.people.clusters))


def logit(tasks: Tasks, asked: Asked) -> Fitted:
    """Everybody has the same tastes."""
    fit = Logit().fit(tasks)
    return Fitted(
        people=of_logit(fit, tasks, draws=asked.resamples, seed=asked.seed),
        individuals=Individuals(
            np.tile(fit.beta, (tasks.n_respondents, 1, 1)), np.ones((tasks.n_respondents, 1))
        ),
        quantile=None,
        log_likelihood=fit.log_likelihood,
        parameters=fit.beta.size,
    )


def latent_class(tasks: Tasks, asked: Asked) -> Fitted:
    """People are of a few kinds."""
    fit = LatentClass(seed=asked.seed).fit(tasks, progress=asked.progress)
    worth = fit.beta / -fit.beta[:, [tasks.price]]
    classes = [
        {
            "share": float(share),
            "part_worths": dict(zip(tasks.names, beta.tolist(), strict=True)),
            "worth": {
                name: float(w)
                for k, (name, w) in enumerate(zip(tasks.names, money, strict=True))
                if k not in (tasks.price, tasks.none)
            },
        }
        for share, beta, money in zip(fit.share, fit.beta, worth, strict=True)
    ]
    return Fitted(
        people=of_classes(fit, tasks, draws=asked.resamples, seed=asked.seed),
        individuals=Individuals(np.tile(fit.beta, (tasks.n_respondents, 1, 1)), fit.membership),
        quantile=None,
        log_likelihood=fit.log_likelihood,
        parameters=fit.beta.size + fit.share.size - 1,
        details={
            "classes": classes,
            "entropy": fit.entropy,
            "bic_by_classes": {str(number): bic for number, bic in fit.tried.items()},
        },
    )


def mixed_logit(tasks: Tasks, asked: Asked) -> Fitted:
    """Tastes differ by a distribution, the price's log-normally."""
    fit = MixedLogit(seed=asked.seed).fit(tasks, progress=asked.progress)
    return Fitted(
        people=of_mixed_logit(fit, tasks, draws=asked.resamples, seed=asked.seed),
        individuals=Individuals(*fit.likelihood.posterior(fit.theta)),
        quantile=0.5,
        log_likelihood=fit.log_likelihood,
        parameters=int(fit.likelihood.free.sum()),
        caveats=fit.caveats,
        details={"draws": fit.draws, "shift_of_twice_the_draws": float(np.abs(fit.shift).max())},
    )


def hierarchical_bayes(tasks: Tasks, asked: Asked) -> Fitted:
    """Tastes of every respondent, held together by the population that they come from."""
    return _of_hierarchy(HierarchicalBayes(seed=asked.seed, draws=1000, rounds=6), tasks, asked)


def _short_chain(tasks: Tasks, asked: Asked) -> Fitted:
    """Draw as many as a forecast needs, which is far fewer than the ends of intervals do."""
    return _of_hierarchy(HierarchicalBayes(seed=asked.seed, chains=1, draws=1000, rounds=1), tasks, asked)


def _of_hierarchy(method: HierarchicalBayes, tasks: Tasks, asked: Asked) -> Fitted:
    fit = method.fit(tasks, progress=asked.progress)
    beta = fit.respondent_draws.transpose(1, 0, 2)
    return Fitted(
        people=of_hierarchy(fit, tasks, seed=asked.seed),
        individuals=Individuals(beta, np.full(beta.shape[:2], 1 / beta.shape[1])),
        quantile=0.5,
        caveats=fit.diagnostics.caveats,
        details={
            "rhat": float(fit.diagnostics.rhat.max()),
            "effective_draws": float(fit.diagnostics.ess.min()),
            "error_of_the_draws": float(fit.diagnostics.error.max()),
            "least_acceptance": float(fit.diagnostics.acceptance.min()),
        },
    )


MODELS: dict[str, Callable[[Tasks, Asked], Fitted]] = {
    "logit": logit,
    "latent_class": latent_class,
    "mixed_logit": mixed_logit,
    "hierarchical_bayes": hierarchical_bayes,
}
"""By the name that the caller gives them."""

FORECASTS = MODELS | {"hierarchical_bayes": _short_chain}
"""The same, for foreseeing choices that were held out."""
