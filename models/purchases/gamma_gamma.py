"""Gamma-gamma: what a purchase costs differs between customers, and less so between the purchases of one.

Notation
--------
x, z̄ : purchases of a customer and their mean amount, both > 0
amounts : Gamma(p, rate ν) each, ν its own, Gamma(q, rate v) between customers, independent of how often it buys
m = p v / (q - 1) : the mean customer's mean amount, q > 1
ℓ = log Γ(p x + q) - log Γ(p x) - log Γ(q) + q log v + (p x - 1) log z̄ + p x log x - (p x + q) log(v + x z̄)
E[amount | x, z̄] = p (v + x z̄) / (p x + q - 1)

Of a known customer, ν is Gamma(q + p x, v + x z̄), and the sum of y amounts Gamma(p y, ν).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from models.checks import Floats, vector
from models.errors import InvalidInput
from models.purchases.posterior import Prior


@dataclass(frozen=True, eq=False)
class Spends:
    """What customers spend.

    Parameters
    ----------
    purchases
        x, shape (n,), ≥ 1.
    mean
        z̄, shape (n,), money, > 0.
    """

    purchases: Floats
    mean: Floats

    @classmethod
    def of_customers(cls, purchases: ArrayLike, mean: ArrayLike) -> Spends:
        """Check them.

        Raises
        ------
        InvalidInput
            Where a customer has no purchase, or a mean is not above 0.
        """
        x = vector("purchases", purchases, low=1)
        z = vector("mean", mean, n=x.size, low=0)
        if not x.size or not (z > 0).all():
            raise InvalidInput("needs customers whose mean purchase is above 0")
        return cls(x, z)

    @property
    def unit(self) -> float:
        """The typical amount: the geometric mean."""
        return float(np.exp(np.log(self.mean).mean()))


@dataclass(frozen=True, slots=True)
class GammaGamma:
    """The law with given parameters, p > 0, q > 1, v > 0 in money. Many laws at once have parameters of shape (D, 1).

    References
    ----------
    Fader & Hardie (2013), "The gamma-gamma model of monetary value".

    Examples
    --------
    CDNOW: who bought again twice for 22.35 on average, once for 11.77, and who never did (USD):

    >>> law = GammaGamma(6.2488, 3.7446, 15.4477)
    >>> law.expected(Spends.of_customers([2, 1], [22.35, 11.77])).round(2).tolist(), round(law.mean, 2)
    ([24.66, 18.91], 35.17)
    """

    p: Floats | float
    q: Floats | float
    v: Floats | float

    prior: ClassVar[Prior] = Prior(np.array([0.0, 1.0, 1.0]), np.array([3.0, 2.0, 1.5]))
    """On log(m ÷ the typical amount), log p and log(q - 1)."""
    steadiest: ClassVar[float] = 1e4
    """The p by which belief falls off: amounts of one customer that differ by a hundredth are as good as equal."""

    @classmethod
    def of(cls, theta: Floats, unit: float) -> Self:
        """Make the law of θ, `unit` being the typical amount; see `prior`."""
        m, p, above = np.exp(np.moveaxis(theta[..., None], -2, 0))
        return cls(p, 1 + above, m * unit * above / p)

    @property
    def mean(self) -> Floats | float:
        """The mean customer's mean amount, m."""
        return self.p * self.v / (self.q - 1)

    def log_likelihood(self, spends: Spends) -> Floats:
        """Return the log-likelihood of each customer, shape (n,)."""
        x, z, p, q = spends.purchases, spends.mean, self.p, self.q
        # In logarithms of ratios: the sums of large terms lose digits where amounts hardly differ.
        share = special.expit(np.log(x * z) - np.log(self.v))
        found: Floats = -special.betaln(p * x, q) + p * x * np.log(share) + q * np.log1p(-share) - np.log(z)
        return found

    def expected(self, spends: Spends) -> Floats:
        """Return each customer's expected amount of a purchase, shape (n,)."""
        x, p = spends.purchases, self.p
        found: Floats = p * (self.v + x * spends.mean) / (p * x + self.q - 1)
        return found

    def draw(self, spends: Spends, bought: NDArray[np.int64], rng: np.random.Generator) -> Floats:
        """Draw the money of so many further purchases of each, shape (n,) or (D, n)."""
        x = spends.purchases
        rate = rng.standard_gamma(self.q + self.p * x) / (self.v + x * spends.mean)
        sums: Floats = rng.standard_gamma(self.p * bought) / rate
        return sums
