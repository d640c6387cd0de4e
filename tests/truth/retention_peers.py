"""The usual intervals of a ratio of sums: the delta method, the percentile bootstrap and the bootstrap-t."""

from __future__ import annotations

import numpy as np
from scipy import special

from models.checks import Floats
from models.retention.convention_sums import features_of, sums_of
from models.retention.conventions import CONVENTIONS
from models.retention.ledger import Ints

RESAMPLES = 999
CONVENTION_RESAMPLES = 400
Ends = tuple[float, float]


def delta(paid: Floats, pays: Floats, level: float) -> Ends:
    """Normal, with the variance of the customers' own errors."""
    ratio = pays.sum() / paid.sum()
    error = pays - ratio * paid
    reach = (
        special.ndtri((1 + level) / 2) * np.sqrt(paid.size / (paid.size - 1) * (error @ error)) / paid.sum()
    )
    return ratio - reach, ratio + reach


def resampled(rng: np.random.Generator, n: int) -> Floats:
    """Return how often each customer is drawn, shape (999, n)."""
    return rng.multinomial(n, np.full(n, 1 / n), RESAMPLES).astype(np.float64)


def bootstraps(paid: Floats, pays: Floats, counts: Floats, level: float) -> tuple[Ends, Ends]:
    """Return the percentile interval and the bootstrap-t, from the same draws."""
    columns = np.stack([paid, pays, paid**2, paid * pays, pays**2], axis=1)
    a, b, aa, ab, bb = (counts @ columns).T
    ratios = b / a
    ratio = pays.sum() / paid.sum()
    tails = [(1 - level) / 2, (1 + level) / 2]
    low, high = np.quantile(ratios, tails)
    spread = np.sqrt(np.maximum(bb - 2 * ratios * ab + ratios**2 * aa, 0)) / a
    error = pays - ratio * paid
    deviation = float(np.sqrt(error @ error)) / paid.sum()
    usable = spread > 1e-9
    if deviation == 0 or not usable.any():
        return (low, high), (ratio, ratio)
    lower, upper = np.quantile((ratios[usable] - ratio) / spread[usable], tails)
    return (low, high), (ratio - upper * deviation, ratio - lower * deviation)


def convention_bootstraps(
    rng: np.random.Generator, ends: Ints, before: np.ndarray, level: float
) -> dict[str, Ends]:
    """Return the plain bootstrap's interval of every convention: quantiles over samples of customers."""
    n, w = ends.shape[1], len(ends) - 1
    counts = rng.multinomial(n, np.full(n, 1 / n), CONVENTION_RESAMPLES).astype(np.float64)
    drawn = sums_of(counts @ features_of(ends, before).T, w)
    found = {}
    with np.errstate(divide="ignore", invalid="ignore"):
        for name, convention in CONVENTIONS.items():
            values = np.minimum(convention.of(drawn), convention.most)
            usable = values[np.isfinite(values)]
            tails = [(1 - level) / 2, (1 + level) / 2]
            low, high = np.quantile(usable, tails) if usable.size else (np.nan, np.nan)
            found[name] = (float(low), float(high))
    return found
