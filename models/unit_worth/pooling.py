"""Each customer's own worth: thin histories lean on their segment, segments on everybody.

A customer with two noisy months and one with two years do not know their worth equally well. On the log
scale each keeps as much of its own figure as its noise allows and takes the rest from its segment, which in
turn is shrunk towards the population (empirical Bayes: Efron & Morris 1975; Gelman & Hill 2007, ch. 12).

Notation
--------
x : (n,) log worth as measured      s² : (n,) its sampling variance      g : (n,) the segment's index
μ : population mean of x            m_g : segment means                  τ² : variance within segments
θ_i | x = (x_i/s_i² + m_g/τ²) / (1/s_i² + 1/τ²), variance 1 / (1/s_i² + 1/τ²)
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from models.checks import Floats, share, vector
from models.errors import TooFewCustomers

FEWEST_CUSTOMERS = 8
_LEAST_VARIANCE = 1e-8
_BISECTIONS = 60
_CUT_SQUARE = 0.9950  # the mean of min(Z², 9) for a standard normal Z


@dataclass(frozen=True)
class PooledWorth:
    """Worth per unit of each customer, money, shape (n,) each.

    `own_share` is how much of a customer's figure is its own, 0–1; 0 where it reported nothing.
    """

    worth: Floats
    low: Floats
    high: Floats
    own_share: Floats
    deconvolved: Floats
    """Worths whose spread is that of the long run: neither noisy as measured nor shrunk (Ghosh 1992)."""


def pool(log_worth: Floats, noise: Floats, segment: NDArray[np.intp], *, level: float = 0.9) -> PooledWorth:
    """Shrink each customer's log worth towards its segment and the population.

    Parameters
    ----------
    log_worth
        x, shape (n,); NaN where the customer has no measured worth: it then gets its segment's.
    noise
        s², shape (n,); NaN takes the typical customer's.
    segment
        Shape (n,): indices from 0.
    level
        Coverage of the intervals.

    Raises
    ------
    TooFewCustomers
        If fewer than eight customers have a measured worth.

    Examples
    --------
    >>> x = np.log(np.array([8.0, 9, 10, 10, 11, 12, 9, 11, 100]))
    >>> pooled = pool(x, np.array([0.01] * 8 + [4.0]), np.zeros(9, dtype=int))
    >>> bool(pooled.worth[-1] < 15)  # one wild, noisy customer is pulled in
    True
    """
    share("level", level)
    measured = np.isfinite(log_worth)
    if measured.sum() < FEWEST_CUSTOMERS:
        raise TooFewCustomers(needed=FEWEST_CUSTOMERS, got=int(measured.sum()))
    x = log_worth[measured]
    s2 = noise[measured]
    s2 = np.where(np.isfinite(s2), s2, np.nanmedian(s2) if np.isfinite(s2).any() else 0.0)
    vector("noise", s2, low=0)
    within = _variance_beyond_noise(x - _segment_means(x, segment[measured]), s2)
    centre = _shrunken_segment_means(x, s2 + within, segment[measured], segments=int(segment.max()) + 1)
    own = np.zeros(log_worth.size)
    own[measured] = within / np.maximum(within + s2, 1e-300)
    own_x = np.where(measured, np.nan_to_num(log_worth, neginf=0.0), 0.0)
    theta = own * own_x + (1 - own) * centre[segment]
    posterior = within * (1 - own)
    reach = float(special.ndtri((1 + level) / 2)) * np.sqrt(posterior)
    total = np.var(theta[measured])
    wanted = float(np.var(centre[segment[measured]]) + within)
    stretch = np.sqrt(wanted / total) if total > 0 else 1.0
    middle = float(np.median(theta[measured]))
    return PooledWorth(
        worth=np.exp(theta), low=np.exp(theta - reach), high=np.exp(theta + reach),
        own_share=own, deconvolved=np.exp(middle + stretch * (theta - middle)),
    )  # fmt: skip


def _segment_means(x: Floats, segment: NDArray[np.intp]) -> Floats:
    counts = np.bincount(segment)
    means: Floats = (np.bincount(segment, weights=x) / np.maximum(counts, 1))[segment]
    return means


def _variance_beyond_noise(residual: Floats, noise: Floats) -> float:
    """Find the τ² at which squared residuals are as large as noise and τ² make them (Paule & Mandel 1982).

    Each counts by its own noise; outlying ones are cut at three standard deviations.
    """
    low, high = _LEAST_VARIANCE, _LEAST_VARIANCE + float(np.max(residual**2))
    for _ in range(_BISECTIONS):
        middle = (low + high) / 2
        too_small = float(np.mean(np.minimum(residual**2 / (noise + middle), 9.0))) > _CUT_SQUARE
        low, high = (middle, high) if too_small else (low, middle)
    return low


def _shrunken_segment_means(
    x: Floats, variance: Floats, segment: NDArray[np.intp], *, segments: int
) -> Floats:
    """Return m_g for every segment, shrunk towards μ by what is noise in their differences."""
    precision = np.bincount(segment, weights=1 / variance, minlength=segments)
    summed = np.bincount(segment, weights=x / variance, minlength=segments)
    population = float(summed.sum() / precision.sum())
    filled = precision > 0
    means = np.where(filled, summed / np.where(filled, precision, 1.0), population)
    if filled.sum() < 2:
        return np.full(segments, population)
    between = max(float(np.mean((means[filled] - population) ** 2) - np.mean(1 / precision[filled])), 0.0)
    kept = between / (between + np.divide(1.0, precision, out=np.full(segments, np.inf), where=filled))
    shrunken: Floats = population + np.where(filled, kept, 0.0) * (means - population)
    return shrunken
