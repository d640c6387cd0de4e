"""BG/BB: customers who can buy once a period do so with their own chance, until they leave.

Notation
--------
p : a customer's chance to buy in a period while active, Beta(α, β)
θ : its chance to leave before a period, Beta(γ, δ); p and θ are independent
x, t_x, n : periods with a purchase, the last of them (0 if x = 0), and periods seen, as in `histories` (n is its T)
H : periods ahead
L = B(α + x, β + n - x) / B(α, β) · B(γ, δ + n) / B(γ, δ)
    + Σ_{i < n - t_x} B(α + x, β + t_x - x + i) / B(α, β) · B(γ + 1, δ + t_x + i) / B(γ, δ)
P(active in the next period) = B(α + x, β + n - x) / B(α, β) · B(γ, δ + n + 1) / B(γ, δ) / L
E[purchases in H] = P(active in period n) (α + x) / (α + β + n) · Σ_{j ≤ H} E[(1 - θ)^j], θ being Beta(γ, δ + n) then

What counts as a customer's first purchase is what made it a customer; periods count from the next one.
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

_AWAY = 1e-7  # from γ = 1, where the closed form divides by nothing


@dataclass(frozen=True, slots=True)
class BgBb:
    """The law with given parameters, all > 0. Many laws at once have parameters of shape (D, 1).

    References
    ----------
    Fader, Hardie & Shang (2010), "Customer-base analysis in a discrete-time noncontractual setting", Marketing
    Science 29(6).

    Examples
    --------
    Donors of a charity who gave in each of six years, and who never gave again (the paper's parameters):

    >>> law = BgBb(1.204, 0.750, 0.657, 2.783)
    >>> donors = Histories.of_customers([6, 0], [6, 0], [6, 6])
    >>> law.active(donors)[donors.place].round(2).tolist(), law.purchases(donors, 5)[donors.place].round(2).tolist()
    ([0.93, 0.11], [3.75, 0.07])
    """

    alpha: Floats | float
    beta: Floats | float
    gamma: Floats | float
    delta: Floats | float

    prior: ClassVar[Prior] = Prior(np.array([-0.5, 1.0, -2.0, 2.0]), np.array([1.5, 1.5, 1.5, 1.5]))
    """On the log odds of α / (α + β), the logarithm of α + β, the log odds of γ / (γ + δ) and log(γ + δ)."""

    @classmethod
    def of(cls, theta: Floats, unit: float) -> Self:
        """Make the law of θ; see `prior`. Periods are what they are, whatever the longest time."""
        del unit
        size, odds = np.exp(theta[..., [1, 3]]), theta[..., [0, 2]]
        first, second = (np.maximum(size * special.expit(side * odds), 1e-12) for side in (1, -1))
        return cls(first[..., :1], second[..., :1], first[..., 1:], second[..., 1:])

    def log_likelihood(self, histories: Histories) -> Floats:
        """Return the log-likelihood of each history, shape (m,)."""
        x, latest, watched = histories.bought, histories.latest, histories.watched
        total = self._active_through(histories, 0)
        silent = (watched - latest).astype(np.int64)
        none = special.betaln(self.alpha, self.beta) + special.betaln(self.gamma, self.delta)
        for i in range(int(silent.max(initial=0))):
            at = np.flatnonzero(silent > i)
            buys = special.betaln(self.alpha + x[at], self.beta + latest[at] - x[at] + i)
            left = special.betaln(self.gamma + 1, self.delta + latest[at] + i)
            total[..., at] = np.logaddexp(total[..., at], buys + left - none)
        return total

    def active(self, histories: Histories) -> Floats:
        """Return the chance of being active in the next period, shape (m,)."""
        return np.exp(self._active_through(histories, 1) - self.log_likelihood(histories))

    def purchases(self, histories: Histories, ahead: float) -> Floats:
        """Return how many purchases are to be expected in the periods ahead, shape (m,)."""
        now = np.exp(self._active_through(histories, 0) - self.log_likelihood(histories))
        x, n = histories.bought, histories.watched
        c = np.where(np.abs(np.asarray(self.gamma) - 1) > _AWAY, self.gamma, 1 + _AWAY)
        d = self.delta + n
        kept = special.gammaln(c + d) + special.gammaln(1 + d + ahead)
        kept = kept - special.gammaln(c + d + ahead) - special.gammaln(1 + d)
        stays = -d / (c - 1) * np.expm1(kept)
        found: Floats = now * (self.alpha + x) / (self.alpha + self.beta + n) * stays
        return found

    def draw(
        self, histories: Histories, ahead: float, rng: np.random.Generator
    ) -> tuple[NDArray[np.bool_], NDArray[np.int64]]:
        """Draw who is active in the next period and how often each will buy, shape (n,)."""
        x, watched = histories.bought[histories.place], histories.watched[histories.place]
        there = np.exp(self._active_through(histories, 0) - self.log_likelihood(histories))
        there = there[..., histories.place]
        here = rng.random(there.shape) < there
        leaving = rng.beta(self.gamma, self.delta + watched)
        periods = np.where(here, rng.geometric(np.maximum(leaving, 1e-15)) - 1, 0)
        buys = rng.beta(self.alpha + x, self.beta + watched - x)
        return periods > 0, rng.binomial(np.minimum(periods, int(ahead)), buys).astype(np.int64)

    def _active_through(self, histories: Histories, more: int) -> Floats:
        """Return the log chance of a history and of being active until so many periods after it."""
        x, n = histories.bought, histories.watched
        buys = special.betaln(self.alpha + x, self.beta + n - x) - special.betaln(self.alpha, self.beta)
        stays = special.betaln(self.gamma, self.delta + n + more) - special.betaln(self.gamma, self.delta)
        found: Floats = buys + stays
        return found
