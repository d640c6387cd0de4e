"""What is known of an estimate's error, and the quantiles of the error's ratio to its standard error.

Notation
--------
E : the estimate's error             V : its variance, itself estimated          K : its third cumulant
T = E ÷ √V                           γ = K ÷ V^1.5                               κ = Cov(E, V) ÷ V^1.5
π, ℓ : the chance that the largest customer leaves, and what that takes from the estimate

- V is uncertain: Student's t with ν = 2 V² ÷ Var V (Satterthwaite 1946).
- E is skewed, and V moves with it. Expanding √V, T has mean -κ/2 and third cumulant γ - 3κ, so its quantile is
  (Cornish-Fisher) ``t + shift``, ``shift = -κ/2 + (γ - 3κ)(z² - 1) ÷ 6``. For a mean of like customers κ = γ, which is
  Johnson's (1978) correction; where few carry the sum κ vanishes and the shift turns round, since one of them leaving
  says little about V. Neither side is made shorter than 0.7 t: expansions end where the skew is one customer's.
- One customer may be large enough for two outcomes, not one law: E is then a mixture of two normals, which lie
  ℓ apart, weigh π and 1 - π, and have together mean 0 and variance V. Its quantile, times t ÷ z, bounds T below.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from models.checks import Floats

Number = float | Floats
"""One error's, or those of many, shape (k,)."""
_FEWEST_FREEDOM = 1.5
_SHORTEST_SIDE = 0.7


@dataclass(frozen=True, kw_only=True)
class Moments:
    """An estimate's error, as far as it is known.

    Parameters
    ----------
    variance, third, with_variance, of_variance
        V > 0, K, Cov(E, V) and Var V.

    Examples
    --------
    >>> low, high = Moments(variance=0.04, third=0.0, with_variance=0.0, of_variance=1e-9).quantiles(0.95)
    >>> round(float(low), 3), round(float(high), 3)
    (-1.96, 1.96)
    """

    variance: Number
    third: Number
    with_variance: Number
    of_variance: Number

    def mixed(self, other: Moments, weight: Number) -> Moments:
        """Mix with another view of the same error, of weight 0–1; the doubts about V add as if they went together."""
        mine = 1 - weight
        return Moments(
            variance=mine * self.variance + weight * other.variance,
            third=mine * self.third + weight * other.third,
            with_variance=mine * self.with_variance + weight * other.with_variance,
            of_variance=(mine * self.of_variance**0.5 + weight * other.of_variance**0.5) ** 2,
        )

    def plus(self, other: Moments) -> Moments:
        """Add an error that is independent of this one."""
        return Moments(
            variance=self.variance + other.variance,
            third=self.third + other.third,
            with_variance=self.with_variance + other.with_variance,
            of_variance=self.of_variance + other.of_variance,
        )

    def quantiles(
        self, level: float, *, leaving: tuple[Number, Number] = (0.0, 0.0)
    ) -> tuple[Floats, Floats]:
        """Return the quantiles of T between which `level` lies, below 0 and above.

        Parameters
        ----------
        level
            0–1.
        leaving
            π, 0–1, and ℓ ≥ 0, in the estimate's unit.
        """
        deviation = self.variance**0.5
        tail = (1 - level) / 2
        z = float(-special.ndtri(tail))
        freedom = np.maximum(2 * self.variance**2 / self.of_variance, _FEWEST_FREEDOM)
        t = -special.stdtrit(freedom, tail)
        skew, turning = self.third / deviation**3, self.with_variance / deviation**3
        shift = -turning / 2 + (skew - 3 * turning) * (z**2 - 1) / 6
        low = np.minimum(shift - t, t / z * _of_two_outcomes(tail, leaving[0], leaving[1] / deviation))
        return np.minimum(low, -_SHORTEST_SIDE * t), np.maximum(shift + t, _SHORTEST_SIDE * t)


def _of_two_outcomes(tail: float, chance: Number, apart: Number) -> Floats:
    """Return the quantile of the standardised mixture by halving; that of one normal where it can't have been."""
    rest = 1 - chance * (1 - chance) * apart**2
    possible = (chance * apart != 0) & (rest > 0)
    spread = np.where(possible, rest, 1.0) ** 0.5
    left, stayed = apart * (chance - 1), apart * chance
    low, high = np.asarray(left - 40), np.asarray(stayed)
    for _ in range(50):
        middle = (low + high) / 2
        below = chance * special.ndtr((middle - left) / spread) + (1 - chance) * special.ndtr(
            (middle - stayed) / spread
        )
        low, high = np.where(below < tail, middle, low), np.where(below < tail, high, middle)
    return np.where(possible, low, special.ndtri(tail))
