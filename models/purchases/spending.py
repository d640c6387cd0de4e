"""What customers without a contract spend on a purchase: the gamma-gamma law learned from their means.

Notation
--------
x, z̄, m, n : as in `gamma_gamma`          θ, D : as in `posterior`

Belief falls off beyond amounts of one customer that differ by a hundredth, for where all purchases cost the same
likelihood has no maximum.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.checks import Floats
from models.errors import NotEstimable
from models.estimate import Estimate, Label
from models.purchases.gamma_gamma import GammaGamma, Spends
from models.purchases.posterior import climb, draws, has_maximum

FEWEST_CUSTOMERS = 20
"""Customers below which nothing is said."""
_CELLS = 1_000_000  # customers × draws


class Spending:
    """Learns the gamma-gamma law.

    Parameters
    ----------
    draws
        Of the posterior.
    seed
        Of the draws.

    Examples
    --------
    >>> rng = np.random.default_rng(3)
    >>> rate, counts = rng.gamma(4.0, 1 / 15.0, 4000), rng.integers(1, 6, 4000)
    >>> mean = rng.gamma(6.0 * counts) / rate / counts
    >>> fit = Spending().fit(Spends.of_customers(counts, mean))
    >>> abs(fit.mean("EUR").value / 30 - 1) < 0.05
    True
    """

    def __init__(self, *, draws: int = 600, seed: int = 0) -> None:
        self.draws = draws
        self.seed = seed

    def fit(self, spends: Spends) -> SpendingFit:
        """Learn the law.

        Raises
        ------
        NotEstimable
            ``insufficient_customers``: fewer than 20.
        """
        n = spends.mean.size
        if n < FEWEST_CUSTOMERS:
            text = f"what customers spend needs {FEWEST_CUSTOMERS} of them, there are {n}"
            raise NotEstimable("insufficient_customers", text)

        def bare(theta: Floats) -> Floats:
            with np.errstate(all="ignore"):
                value = GammaGamma.of(theta, spends.unit).log_likelihood(spends).sum(axis=-1)
            return np.where(np.isfinite(value), value, -1e15)

        def belief(theta: Floats) -> Floats:
            return bare(theta) + GammaGamma.prior.at(theta) - np.exp(theta[..., 1]) / GammaGamma.steadiest

        mode = climb(belief, GammaGamma.prior.mean)
        best, curved = climb(bare, mode[0])
        drawn = draws(belief, mode, count=self.draws, seed=self.seed, at_once=max(1, _CELLS // n))
        peak = GammaGamma.of(best, spends.unit) if has_maximum(best, curved) else None
        return SpendingFit(spends=spends, theta=drawn, best=peak)


@dataclass(frozen=True, eq=False, kw_only=True)
class SpendingFit:
    """What customers spend on a purchase.

    Parameters
    ----------
    spends
        What it was learned from.
    theta
        The posterior's draws, (D, 3), of equal weight.
    best
        The law of the greatest likelihood, parameters of shape (1,); None where there is none.
    """

    spends: Spends
    theta: Floats
    best: GammaGamma | None

    def expected(self) -> Floats:
        """Return the expected amount of each customer's next purchase, shape (n,)."""
        step = max(1, _CELLS // self.spends.mean.size)
        parts = (self.theta[at : at + step] for at in range(0, len(self.theta), step))
        total = sum((self.laws(part).expected(self.spends).sum(axis=0) for part in parts), 0.0)
        return np.asarray(total / len(self.theta))

    def laws(self, theta: Floats) -> GammaGamma:
        """Return the laws of so many θ, (d, 3), parameters of shape (d, 1)."""
        return GammaGamma.of(theta, self.spends.unit)

    def mean(self, currency: str, *, level: float = 0.9) -> Estimate:
        """Return the mean customer's mean amount."""
        low, middle, high = np.quantile(self.laws(self.theta).mean, [(1 - level) / 2, 0.5, (1 + level) / 2])
        label = Label(unit=f"{currency}/purchase", method="gamma-gamma, posterior median", level=level)
        return label.known(float(middle), float(low), float(high), n=self.spends.mean.size)
