"""How many customers come in a month, and what they pay at first: the last two years, their trend, and the doubt.

Notation
--------
k_t : customers who came in month t, t = -L+1 … 0      λ_t = exp(α + β t) : how many were to be expected
β ~ N(0, 0.03²) before anything was seen: to double or to halve within a year is rare
φ : by how much counts vary more than Poisson's, ≥ 1 (quasi-likelihood: McCullagh & Nelder 1989, ch. 9)

    φ ~ (Pearson's statistic + 4 × 2) ÷ χ² of L - 2 + 4, so that it is believed to be about 2 before it is seen
    (α, β) | φ : normal around the mode, covariance φ × inverse information
    a future month h: mean exp(α + β min(h, 12)), count negative binomial with variance φ × mean

A trend is followed for a year and then held: nothing grows at one rate for ever.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.checks import Floats
from models.retention.ledger import Ints

RECENT_MONTHS = 24
TREND_MONTHS = 12
_TREND_SD = 0.03
_USUAL_DISPERSION, _USUAL_WEIGHT = 2.0, 4
_STEPS = 30
_BILLS = 256
_FEW = 24


@dataclass(frozen=True, eq=False)
class NewBusiness:
    """What is expected of new customers, in draws.

    Parameters
    ----------
    level, trend
        Shape (draws,): α and β.
    dispersion
        Shape (draws,): φ.
    bills
        Shape (draws, 256): first bills to choose from, minor units; none of them where nobody came.

    Examples
    --------
    >>> new = NewBusiness.fit(np.full(24, 8), np.full(100, 5000.0), draws=500, seed=0)
    >>> round(float(np.exp(new.level).mean()), 1), round(abs(float(new.trend.mean())), 2)
    (8.0, 0.0)
    """

    level: Floats
    trend: Floats
    dispersion: Floats
    bills: Floats

    @classmethod
    def fit(cls, counts: Ints, bills: Floats, *, draws: int, seed: int) -> NewBusiness:
        """Read the trend off the latest months.

        Parameters
        ----------
        counts
            Shape (T,): customers who came in each month, the latest last; T ≥ 1.
        bills
            What those of the latest months paid at first, minor units.
        draws, seed
            Of the posterior.
        """
        seen = counts[-RECENT_MONTHS:].astype(np.float64)
        t = np.arange(seen.size) - (seen.size - 1.0)
        design = np.column_stack([np.ones_like(t), t])
        prior = np.diag([1e-4, _TREND_SD**-2])
        at = np.array([np.log(seen.mean() + 0.25), 0.0])
        for _ in range(_STEPS):
            mean = np.exp(design @ at)
            information = design.T @ (mean[:, None] * design) + prior
            at = at + np.linalg.solve(information, design.T @ (seen - mean) - prior @ at)
            at[0] = np.clip(at[0], -8, 20)
        mean = np.exp(design @ at)
        freedom = max(seen.size - 2, 1)
        rng = np.random.default_rng(seed)
        pearson = float(((seen - mean) ** 2 / mean).sum()) + _USUAL_WEIGHT * _USUAL_DISPERSION
        spread = pearson / rng.chisquare(freedom + _USUAL_WEIGHT, draws)
        dispersion = np.maximum(spread, 1.0)
        root = np.linalg.cholesky(np.linalg.inv(design.T @ (mean[:, None] * design) + prior))
        drawn = at + np.sqrt(dispersion)[:, None] * (rng.standard_normal((draws, 2)) @ root.T)
        return cls(drawn[:, 0], drawn[:, 1], dispersion, _resampled(bills, draws, rng))

    def arrivals(self, months: int, rng: np.random.Generator, *, factor: float = 1.0) -> Floats:
        """Draw what those who come in each of the next months pay together at first, shape (draws, months).

        With so many times as many of them as were to be expected, under the same luck.
        """
        ahead = np.minimum(np.arange(1, months + 1), TREND_MONTHS)
        mean = np.exp(np.clip(self.level[:, None] + self.trend[:, None] * ahead, -20, 20))
        extra = np.maximum(self.dispersion - 1, 1e-6)[:, None]
        mean = rng.gamma(mean / extra, extra)
        counts = rng.poisson(np.minimum(mean, 1e9)).astype(np.int64)
        if not self.bills.size:
            return np.zeros(counts.shape)
        own = self.bills
        typical, spread = own.mean(axis=1, keepdims=True), own.std(axis=1, keepdims=True)
        # Few come one by one; what many pay together is as good as normal.
        many = np.maximum(
            counts * typical + np.sqrt(counts) * spread * rng.standard_normal(counts.shape), 0.0
        )
        return factor * np.where(counts <= _FEW, self._few(counts, own, rng), many)

    def _few(self, counts: Ints, own: Floats, rng: np.random.Generator) -> Floats:
        """Return sums of at most `_FEW` bills, each chosen from its draw's own."""
        chosen = rng.integers(0, own.shape[1], (*counts.shape, _FEW))
        each = own[np.arange(own.shape[0])[:, None, None], chosen]
        total: Floats = np.where(np.arange(_FEW) < counts[..., None], each, 0.0).sum(axis=2)
        return total


def _resampled(bills: Floats, draws: int, rng: np.random.Generator) -> Floats:
    """Return bills to choose from, (draws, 256): those seen, weighed anew in each draw (Rubin 1981), and smoothed.

    The largest bill seen is not the largest that can come: logs are spread by a normal kernel of Silverman's width and
    drawn together again, so that they keep their mean and variance (Silverman & Young 1987).
    """
    if not bills.size:
        return np.zeros((draws, 0))
    logs = np.log(bills)
    middle, scale = float(logs.mean()), float(logs.std())
    width = 1.06 * bills.size**-0.2
    chosen = np.zeros((draws, _BILLS))
    for draw in range(draws):
        share = np.cumsum(rng.standard_exponential(bills.size))
        chosen[draw] = logs[np.searchsorted(share, share[-1] * rng.random(_BILLS))]
    spread = chosen - middle + width * scale * rng.standard_normal(chosen.shape)
    smoothed: Floats = np.exp(middle + spread / np.sqrt(1 + width**2))
    return smoothed
