"""Noise on the log scale whose factor has a mean of exactly one, and named streams of random numbers."""

from __future__ import annotations

import math
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Booleans = NDArray[np.bool_]

# exp(t) has no mean under Student's t, so its draws are pinned to ±10: 0.2 % of them at 2.5 degrees of
# freedom.
TAIL_LIMIT = 10.0


def stream(seed: int, name: str) -> np.random.Generator:
    """Return the random stream of one part of the market, so that no part shifts another's draws.

    Examples
    --------
    >>> bool(stream(1, "money").random() == stream(1, "money").random())
    True
    """
    return np.random.default_rng(np.random.SeedSequence([seed, crc32(name.encode())]))


def standard_noise(rng: np.random.Generator, size: int | tuple[int, ...], *, tail_df: float | None) -> Floats:
    """Draw noise of unit scale: normal, or Student's t with `tail_df` degrees of freedom pinned to ±10."""
    if tail_df is None:
        return rng.standard_normal(size)
    return np.clip(rng.standard_t(tail_df, size), -TAIL_LIMIT, TAIL_LIMIT)


def mean_of_exponential(log_sd: float, *, tail_df: float | None) -> float:
    """Return E[exp(`log_sd` × noise)], by which a factor is divided so that its mean is one.

    Closed form for the normal; for the pinned t by the trapezoid rule plus the mass that sits on ±10.

    Examples
    --------
    >>> round(mean_of_exponential(0.5, tail_df=None), 6) == round(math.exp(0.125), 6)
    True
    """
    if tail_df is None:
        return math.exp(log_sd**2 / 2)
    grid = np.linspace(-TAIL_LIMIT, TAIL_LIMIT, 4001)
    scale = math.gamma((tail_df + 1) / 2) / math.gamma(tail_df / 2) / math.sqrt(tail_df * math.pi)
    density = scale * (1 + grid**2 / tail_df) ** (-(tail_df + 1) / 2)
    pinned = 1 - float(np.trapezoid(density, grid))
    inside = float(np.trapezoid(density * np.exp(log_sd * grid), grid))
    return inside + pinned * math.cosh(log_sd * TAIL_LIMIT)


def monthly_factors(
    rng: np.random.Generator,
    size: tuple[int, ...],
    *,
    log_sd: float,
    memory: float,
    tail_df: float | None = None,
) -> Floats:
    """Draw positive factors of mean exactly one; the first axis is the month.

    Parameters
    ----------
    rng
        Where the draws come from.
    size
        (months, customers, …).
    log_sd
        Standard deviation (scale, under a t) of the log of a factor, ≥ 0.
    memory
        Correlation of a month's log with the month's before, in [0, 1); ignored under a t, whose months are
        independent, since sums of t are not t and the mean would no longer be exact.
    tail_df
        Degrees of freedom of Student's t; None = normal.
    """
    shocks = standard_noise(rng, size, tail_df=tail_df)
    if tail_df is None and memory > 0:
        fresh = math.sqrt(1 - memory**2)
        for month in range(1, size[0]):
            shocks[month] = memory * shocks[month - 1] + fresh * shocks[month]
    factors: Floats = np.exp(log_sd * shocks) / mean_of_exponential(log_sd, tail_df=tail_df)
    return factors
