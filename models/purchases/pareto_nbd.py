"""Pareto/NBD: customers buy at their own steady pace, and leave at a moment of their own that nobody sees.

Notation
--------
λ : a customer's purchases a unit of time while active, Gamma(r, rate α)
μ : its pace of leaving, Gamma(s, rate β); λ and μ are independent
x, t_x, T, U : as in `histories`          t : time ahead          k = r + s + x
A = [₂F₁(k, g; k + 1; d / (h + t_x)) / (h + t_x)^k - ₂F₁(k, g; k + 1; d / (h + T)) / (h + T)^k], h = max(α, β),
d = |α - β|, g = s + 1 where α ≥ β, else r + x (Fader & Hardie 2005, a note on deriving the Pareto/NBD model)
ℓ = log Γ(r + x) - log Γ(r) + r log α + s log β + log[(α + T)^-(r + x) (β + T)^-s + s / k A]
P(active) = 1 / (1 + s / k (α + T)^(r + x) (β + T)^s A)
E[purchases in t] = P(active) (r + x) (β + T) / (α + T) (1 - ((β + T) / (β + T + t))^(s - 1)) / (s - 1)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np
from numpy.typing import NDArray
from scipy import special

from models.checks import Floats
from models.purchases.histories import Histories
from models.purchases.posterior import Prior


@dataclass(frozen=True, slots=True)
class ParetoNbd:
    """The law with given parameters, all > 0; α and β in units of time. Many at once have shape (D, 1).

    References
    ----------
    Schmittlein, Morrison & Colombo (1987), "Counting your customers", Management Science 33(1).

    Examples
    --------
    The customers of CDNOW, weeks:

    >>> from models.purchases.histories import NEW
    >>> law = ParetoNbd(0.55328, 10.57758, 0.60624, 11.66835)
    >>> round(float(law.purchases(NEW, 39)[0]), 3)
    1.213
    """

    r: Floats | float
    alpha: Floats | float
    s: Floats | float
    beta: Floats | float

    prior: ClassVar[Prior] = Prior(np.array([0.0, 0.0, 0.0, 0.0]), np.array([3.0, 1.5, 2.0, 1.5]))
    """On the logarithms of r U / α, r, s U / β and s."""

    @classmethod
    def of(cls, theta: Floats, unit: float) -> Self:
        """Make the law of θ; see `prior`."""
        pace, r, leaving, s = np.moveaxis(theta[..., None], -2, 0)
        return cls(np.exp(r), np.exp(r - pace) * unit, np.exp(s), np.exp(s - leaving) * unit)

    def log_likelihood(self, histories: Histories) -> Floats:
        """Return the log-likelihood of each history, shape (m,)."""
        x, r = histories.bought, self.r
        bought = (
            special.gammaln(r + x) - special.gammaln(r) + r * np.log(self.alpha) + self.s * np.log(self.beta)
        )
        found: Floats = bought + np.logaddexp(self._stayed(histories), self._left(histories))
        return found

    def active(self, histories: Histories) -> Floats:
        """Return P(active), shape (m,)."""
        found: Floats = special.expit(self._stayed(histories) - self._left(histories))
        return found

    def purchases(self, histories: Histories, ahead: float) -> Floats:
        """Return how many purchases are to be expected in the time `ahead`, shape (m,)."""
        x, watched = histories.bought, histories.watched
        kept = (self.beta + watched) / (self.beta + watched + ahead)
        stays = -(self.beta + watched) * special.boxcox(kept, self.s - 1)
        found: Floats = self.active(histories) * (self.r + x) / (self.alpha + watched) * stays
        return found

    def draw(
        self, histories: Histories, ahead: float, rng: np.random.Generator
    ) -> tuple[NDArray[np.bool_], NDArray[np.int64]]:
        """Draw who is active and how often each will buy, shape (n,)."""
        x, watched = histories.bought[histories.place], histories.watched[histories.place]
        chance = self.active(histories)[..., histories.place]
        active = rng.random(chance.shape) < chance
        pace = rng.standard_gamma(self.r + x) / (self.alpha + watched)
        leaving = np.maximum(rng.standard_gamma(np.broadcast_to(self.s, chance.shape)), 1e-300) / (
            self.beta + watched
        )
        stays = np.minimum(rng.standard_exponential(chance.shape) / leaving, ahead)
        return active, np.where(active, rng.poisson(np.minimum(pace * stays, 1e15)), 0).astype(np.int64)

    def _stayed(self, histories: Histories) -> Floats:
        found: Floats = -(self.r + histories.bought) * np.log(
            self.alpha + histories.watched
        ) - self.s * np.log(self.beta + histories.watched)
        return found

    def _left(self, histories: Histories) -> Floats:
        """Return log(s / k A), -∞ where no time has passed since the last purchase."""
        k = self.r + self.s + histories.bought
        low, high = np.minimum(self.alpha, self.beta), np.maximum(self.alpha, self.beta)
        g = np.where(self.alpha >= np.asarray(self.beta), self.s + 1, self.r + histories.bought)
        # ₂F₁(k, g; k + 1; z) = (1 - z)^(1 - g) ₂F₁(1, k + 1 - g; k + 1; z): the series on the right stays small.
        with np.errstate(all="ignore"):
            early, late = (
                np.log(special.hyp2f1(1.0, k + 1 - g, k + 1, (high - low) / (high + t)))
                + (1 - g) * np.log((low + t) / (high + t))
                - k * np.log(high + t)
                for t in (histories.latest, histories.watched)
            )
            left: Floats = np.log(self.s / k) + early + np.log(-np.expm1(np.minimum(late - early, 0.0)))
        return left
