"""How long customers will stay, and how sure that is: the shifted-beta-geometric law learned from renewals.

Notation
--------
α, β, r_t, S, L : as in `shifted_beta_geometric`          n_t, d_t : as in `renewal_counts`
G : points of the posterior's grid (`churn_posterior`)

Values are the posterior's medians, intervals its equal tails. Where nobody has left yet, likelihood alone would say
that nobody ever will; the posterior gives a life that is long, finite and very unsure. Where churn does not fall with
tenure, one churn for all (α → ∞) fits best and there is no maximum either; the posterior does not mind.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from models.checks import Floats, share
from models.errors import NotEstimable
from models.estimate import Caveat, Estimate, Label
from models.retention.churn_posterior import Density, LifetimePrior
from models.retention.renewal_counts import RenewalCounts
from models.retention.shifted_beta_geometric import Outlook, ShiftedBetaGeometric

FEWEST_RENEWALS = 20
"""Renewals that customers were up for, below which nothing is said."""
_METHOD = "shifted-beta-geometric, posterior median"


class Law(Protocol):
    """What a law of staying tells, or many at once, shape (G,) each; see `ShiftedBetaGeometric`."""

    def retention(self, renewal: int) -> Floats:
        """Return the share that stays at a renewal, ≥ 1, of those up for it."""

    def survival(self, renewals: int) -> Floats:
        """Return the share still there after so many renewals, ≥ 0."""

    def residual(self, renewals: int, outlook: Outlook) -> Floats:
        """Return the discounted payments still to come after so many renewals, ≥ 0."""

    def whole(self, outlook: Outlook) -> Floats:
        """Return the discounted payments of a new customer."""


class Lifetime:
    """Learns how long customers stay from their renewals.

    Parameters
    ----------
    prior
        What is believed before.

    Examples
    --------
    The high-end customers of Fader & Hardie (2007), percent of 1,000:

    >>> there = [1000, 869, 743, 653, 593, 551, 517, 491]
    >>> fit = Lifetime().fit(RenewalCounts.of_curve(there))
    >>> float(np.round(fit.best.alpha, 4)), float(np.round(fit.best.beta, 4)), round(fit.log_likelihood, 3)
    (0.6681, 3.8061, -1611.158)
    >>> in_year_12 = fit.survival(12)
    >>> round(in_year_12.low, 2), round(in_year_12.value, 2), round(in_year_12.high, 2)
    (0.34, 0.38, 0.41)
    """

    def __init__(self, *, prior: LifetimePrior | None = None) -> None:
        self.prior = prior or LifetimePrior()

    def fit(self, renewals: RenewalCounts) -> LifetimeFit:
        """Learn α and β.

        Raises
        ------
        NotEstimable
            ``insufficient_renewals``: fewer than 20.
        """
        total = float(renewals.up.sum())
        if total < FEWEST_RENEWALS:
            text = f"how long customers stay needs {FEWEST_RENEWALS} renewals, there are {total:.0f}"
            raise NotEstimable("insufficient_renewals", text)
        belief, bare = Density(renewals, self.prior), Density(renewals, None)
        gone = float(renewals.left.sum()) + 0.5
        mode = belief.climb(np.array([0.0, np.log((total + 1 - gone) / gone)]))
        best = bare.climb(mode)
        theta, weight = belief.posterior(mode)
        found = ShiftedBetaGeometric(*np.exp(theta))
        if not bare.has_maximum(best):
            return LifetimeFit(law=found, weight=weight, renewals=renewals)
        likelihood = float(bare.at(best[:, None])[0])
        peak = ShiftedBetaGeometric(*np.exp(best))
        return LifetimeFit(law=found, weight=weight, renewals=renewals, best=peak, log_likelihood=likelihood)


@dataclass(frozen=True, eq=False, kw_only=True)
class LifetimeFit:
    """How long customers stay, as renewals tell.

    Parameters
    ----------
    law
        The laws of the posterior's grid, of shape (G,).
    weight
        Shape (G,): what each is worth; they sum to 1.
    renewals
        What they were learned from.
    best, log_likelihood
        The law of the greatest likelihood, and its logarithm; None where likelihood has no maximum: nobody or
        everybody left, only one renewal was seen, or churn does not fall with tenure.
    """

    law: Law
    weight: Floats
    renewals: RenewalCounts
    best: ShiftedBetaGeometric | None = None
    log_likelihood: float | None = None

    def retention(self, renewal: int, *, level: float = 0.9) -> Estimate:
        """Return the share that stays at a renewal, ≥ 1, of those up for it."""
        return self.estimate(self.law.retention(renewal), Label(unit="share", method=_METHOD, level=level))

    def survival(self, renewals: int, *, level: float = 0.9) -> Estimate:
        """Return the share of new customers still there after so many renewals, ≥ 0."""
        return self.estimate(self.law.survival(renewals), Label(unit="share", method=_METHOD, level=level))

    def residual(self, renewals: int, outlook: Outlook, *, level: float = 0.9) -> Estimate:
        """Return the discounted payments still to come of a customer who has renewed so many times, ≥ 0.

        Returns
        -------
        In periods, above 0 and at most `Outlook.most`; how sure the mean is, not how long one customer stays. A
        caveat says where most of it lies beyond the renewals that were seen.
        """
        label = Label(unit="periods", method=_METHOD, level=level)
        found = self.estimate(self.law.residual(renewals, outlook), label)
        return self._beyond(found, outlook, lambda ahead: self.law.residual(renewals, ahead), renewals)

    def whole(self, outlook: Outlook, *, level: float = 0.9) -> Estimate:
        """Return the discounted payments of a new customer, in periods, its first included; see `residual`."""
        found = self.estimate(self.law.whole(outlook), Label(unit="periods", method=_METHOD, level=level))
        return self._beyond(found, outlook, self.law.whole, -1)

    def estimate(self, values: Floats, label: Label) -> Estimate:
        """Return the posterior of a figure that the laws have, shape (G,)."""
        share("level", label.level)
        tails = [0.5, (1 - label.level) / 2, (1 + label.level) / 2]
        ends = (float(each) for each in quantiles(values, self.weight, tails))
        return label.known(*ends, n=self.renewals.customers)

    def _beyond(
        self, found: Estimate, outlook: Outlook, figure: Callable[[Outlook], Floats], renewals: int
    ) -> Estimate:
        seen = self.renewals.up.size - renewals
        if outlook.periods is not None and seen >= outlook.periods:
            return found
        near = self.weight @ figure(replace(outlook, periods=seen)) if seen > 0 else 0.0
        later = 1 - float(near / (self.weight @ figure(outlook)))
        if later < 0.5:
            return found
        text = f"{later:.0%} of it lies beyond the {self.renewals.up.size} renewals that were seen"
        return found.warned(Caveat("beyond_observation", text))


def quantiles(values: Floats, weight: Floats, at: list[float]) -> Floats:
    """Return weighted quantiles, between points by their middles, shape as `at`.

    Examples
    --------
    >>> quantiles(np.array([3.0, 1.0, 2.0]), np.array([0.25, 0.25, 0.5]), [0.5]).tolist()
    [2.0]
    """
    order = np.argsort(values)
    sorted_weight = weight[order]
    middles = (np.cumsum(sorted_weight) - sorted_weight / 2) / sorted_weight.sum()
    return np.interp(at, middles, values[order])
