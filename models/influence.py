"""Influence functions: how much one customer more or less moves a statistic of the whole sample.

Notation
--------
h : (n,) n times the change of a statistic per unit of extra weight on a customer, up to a constant. The
standard error of the statistic is then √(Σ h²) ÷ n, which needs no resampling (Hampel et al. 1986, §2.1).

Every function takes values of shape (n,) and returns h of that shape, or NaN throughout where it has none.
"""

from __future__ import annotations

import numpy as np

from models.checks import Floats

_KERNEL_SAMPLE = 5_000  # a density at one point needs no more


def of_share(part: Floats, whole: Floats) -> Floats:
    """Return the influence function of Σ part ÷ Σ whole; NaN where the whole is not positive."""
    total = float(whole.sum())
    if total <= 0:
        return np.full(part.shape, np.nan)
    influence: Floats = (part - part.sum() / total * whole) * (part.size / total)
    return influence


def of_biweight_scale(x: Floats, scale: float) -> Floats:
    """Differentiate T through its two means, its median and its median deviation."""
    usable = np.isfinite(x)
    values = x[usable]
    if not scale > 0:
        # Where all are equal they stay so in every draw; without a scale there is nothing to move.
        return np.full(x.shape, 0.0 if scale == 0 else np.nan)
    median = float(np.median(values))
    away = np.abs(values - median)
    deviation = float(np.median(away))
    if deviation > 1e-12 * (1 + abs(median)):
        h_median, h_deviation = _influence_of_middle(values, median, deviation)
    else:
        # More than half share one value: the median stands still, and the mean deviation takes over.
        deviation = float(0.8453 * away.mean())
        h_median, h_deviation = np.zeros(values.size), 0.8453 * away - deviation

    u = (values - median) / (9 * deviation)
    inside = np.abs(u) < 1
    u = np.where(inside, u, 0.0)  # what lies outside takes no part, and is taken out again below
    rest = 1 - u**2
    # T² = n s ÷ d² with s the mean of `squares` and d that of `slopes`, both functions of M and D.
    squares = (9 * deviation * u) ** 2 * (rest**2) ** 2
    slopes = inside * rest * (1 - 5 * u**2)
    # Both depend on M and D through u alone, but for the width of u² in `squares`.
    squares_by_u = (9 * deviation) ** 2 * 2 * u * rest * rest**2 * (1 - 5 * u**2)
    slopes_by_u = u * (20 * u**2 - 12)
    by_median = -1 / (9 * deviation)
    h_squares = squares - squares.mean() + squares_by_u.mean() * by_median * h_median
    h_squares += (2 * squares - squares_by_u * u).mean() / deviation * h_deviation
    h_slopes = slopes - slopes.mean() + slopes_by_u.mean() * by_median * h_median
    h_slopes -= (slopes_by_u * u).mean() / deviation * h_deviation
    influence = np.zeros(x.shape)
    influence[usable] = scale * (h_squares / (2 * squares.mean()) - h_slopes / slopes.mean())
    return influence * (x.size / values.size)


def _influence_of_middle(values: Floats, median: float, deviation: float) -> tuple[Floats, Floats]:
    """Return the influence of each value on the median and on the median deviation (Huber 1981, §5.1)."""
    at_median, above, below = _density(values, [median, median + deviation, median - deviation])
    h_median = np.sign(values - median) / (2 * at_median)
    h_deviation = np.sign(np.abs(values - median) - deviation) / 2 - (above - below) * h_median
    return h_median, h_deviation / (above + below)


def of_median(values: Floats) -> Floats:
    """Return the influence function of the median, from a kernel estimate of the density there."""
    usable = np.isfinite(values)
    kept = values[usable]
    if kept.size < 2:
        return np.full(values.shape, np.nan)
    median = float(np.median(kept))
    influence = np.zeros(values.shape)
    if 2 * np.sum(kept == median) <= kept.size:  # else no one customer can move the median
        influence[usable] = np.sign(kept - median) / (2 * _density(kept, [median])[0])
    return influence * (values.size / kept.size)


def _density(values: Floats, at: list[float]) -> Floats:
    """Estimate the density of the values (n,) at some points with a normal kernel of Scott's width."""
    sample = values[:: max(1, values.size // _KERNEL_SAMPLE)]
    width = sample.std(ddof=1) * sample.size**-0.2  # Scott (1992), eq. 6.42
    u = (np.array(at)[:, None] - sample) / width
    density: Floats = np.exp(-(u**2) / 2).mean(axis=1) / (width * np.sqrt(2 * np.pi))
    return density
