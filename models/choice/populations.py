"""From each fitted model to a population of tastes (`Preferences`), the one form that everything else reads."""

from __future__ import annotations

import numpy as np

from models.checks import Floats
from models.choice.draws import normal_draws
from models.choice.hierarchical_bayes import HierarchicalFit
from models.choice.latent_class import LatentClassFit, unpacked
from models.choice.logit import LogitFit
from models.choice.mixed_logit import MixedLogitFit
from models.choice.preferences import Population, Preferences, sign_safe_draws
from models.choice.simulated_likelihood import tastes
from models.choice.tasks import Tasks
from models.errors import NotEstimable

_PEOPLE = 256
"""Points that stand for the distribution of tastes of a mixed logit."""


def of_logit(fit: LogitFit, tasks: Tasks, *, draws: int, seed: int) -> Preferences:
    """Return one kind of people, drawn from the normal approximation.

    Raises
    ------
    NotEstimable
        ``price_not_negative``.
    """
    if fit.beta[tasks.price] >= 0:
        raise NotEstimable("price_not_negative", "higher prices were chosen no less often than lower ones")
    price = np.arange(tasks.n_columns) == tasks.price
    drawn = sign_safe_draws(fit.beta, fit.covariance, negative=price, draws=draws, seed=seed)
    return _preferences(
        tasks,
        Population(fit.beta[None, None], np.ones((1, 1))),
        Population(drawn[:, None], np.ones((draws, 1))),
    )


def of_classes(fit: LatentClassFit, tasks: Tasks, *, draws: int, seed: int) -> Preferences:
    """Return one kind of people a class, part-worths and shares drawn from their normal approximation."""
    classes, K = fit.beta.shape
    theta = np.concatenate([fit.beta.ravel(), np.log(fit.share[1:] / fit.share[0])])
    price = np.arange(theta.size) % K == tasks.price
    price[classes * K :] = False
    drawn = sign_safe_draws(theta, fit.covariance, negative=price, draws=draws, seed=seed)
    return _preferences(tasks, Population(fit.beta[None], fit.share[None]), Population(*unpacked(drawn, K)))


def of_mixed_logit(fit: MixedLogitFit, tasks: Tasks, *, draws: int, seed: int) -> Preferences:
    """Return points of the distribution of tastes, its means and spreads drawn from their normal approximation.

    Raises
    ------
    NotEstimable
        ``price_not_sign_safe`` where the price was given a distribution that reaches 0.
    """
    sign_safe = fit.likelihood.sign_safe
    if not sign_safe[tasks.price]:
        raise NotEstimable(
            "price_not_sign_safe", "some people would pay without bound: make the price sign-safe"
        )
    # The same points in every draw: draws then differ by what we do not know alone, not by chance.
    z = normal_draws(1, tasks.n_columns, _PEOPLE, seed=seed)[0]
    fixed = np.zeros(fit.theta.size, dtype=np.bool_)
    theta = sign_safe_draws(fit.theta, fit.covariance, negative=fixed, draws=draws, seed=seed)

    def population(thetas: Floats) -> Population:
        beta = np.array([tastes(each, z, sign_safe).T for each in thetas])
        return Population(beta, np.full(beta.shape[:2], 1 / _PEOPLE))

    return _preferences(tasks, population(fit.theta[None]), population(theta))


def of_hierarchy(fit: HierarchicalFit, tasks: Tasks, *, seed: int) -> Preferences:
    """Return the respondents, their tastes drawn from the posterior and they from all customers.

    The posterior knows about these respondents; that others might have been asked is added by weights of the
    Bayesian bootstrap by cluster (Rubin 1981).
    """
    beta, w = fit.respondent_draws, tasks.weight / tasks.weight.sum()
    draws, n, K = beta.shape
    codes, place = np.unique(tasks.cluster, return_inverse=True)
    luck = np.random.default_rng(seed).standard_exponential((draws, codes.size))[:, place] * w
    # What is best guessed is the mean over draws: everybody's posterior, not everybody's posterior mean.
    everybody = Population(beta.reshape(1, draws * n, K), np.tile(w / draws, draws)[None])
    return _preferences(tasks, everybody, Population(beta, luck / luck.sum(axis=1, keepdims=True)))


def _preferences(tasks: Tasks, best: Population, drawn: Population) -> Preferences:
    return Preferences(
        names=tasks.names,
        price=tasks.price,
        none=tasks.none,
        best=best,
        drawn=drawn,
        respondents=tasks.n_respondents,
        clusters=tasks.n_clusters,
    )
