"""An outside yardstick for interval width: the bootstrap-t of a weighted median (Efron & Tibshirani 1993, §12.5).

It is given what our estimator is given (the reporters' log worth and their reporting weights) and shares no
code with it. Attribution is added in the same way to both, since it is no matter of sampling.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
_OUTER, _INNER = 300, 30


def bootstrap_t(
    log_worth: Floats, weights: Floats, log_factors: Floats, *, level: float, seed: int
) -> tuple[float, float]:
    """Return the ends of the interval of a typical worth, money per unit.

    Parameters
    ----------
    log_worth, weights
        Shape (n,): reporters' logs of value per unit, and the weights with which they stand for the book.
    log_factors
        Shape (B,): draws of the log of the attribution factor, centred where it was stated.
    """
    rng = np.random.default_rng(seed)
    order = np.argsort(log_worth)
    x, w = log_worth[order], weights[order]
    n = x.size
    point = _median(x, w[None, :])[0]
    outer = _counts(rng, np.full((_OUTER, n), 1 / n), n)
    middles = _median(x, outer * w)
    errors = np.empty(_OUTER)
    for row in range(_OUTER):
        inner = _counts(rng, np.broadcast_to(outer[row] / n, (_INNER, n)), n)
        errors[row] = np.std(_median(x, inner * w), ddof=1)
    error = np.std(middles, ddof=1)
    studentised = (middles - point) / np.maximum(errors, 1e-3 * error)
    draws = point - studentised * error + rng.choice(log_factors, _OUTER)
    low, high = np.quantile(draws, [(1 - level) / 2, (1 + level) / 2])
    return float(np.exp(low)), float(np.exp(high))


def _counts(rng: np.random.Generator, chances: Floats, n: int) -> Floats:
    return rng.multinomial(n, chances).astype(np.float64)


def _median(x: Floats, weights: Floats) -> Floats:
    along = np.cumsum(weights, axis=1)
    return x[np.argmax(along >= along[:, -1:] / 2, axis=1)]
