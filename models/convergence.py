"""Whether simulated draws have settled: rank-normalised R-hat and effective sample size.

After Vehtari, Gelman, Simpson, Carpenter and Bürkner (2021), "Rank-normalization, folding, and localization: an
improved R-hat", Bayesian Analysis 16(2).

Notation
--------
C : chains     D : draws of each     P : parameters     x : (C, D, P) draws
z : (2C, D // 2, P) normal scores of the draws' ranks, each chain cut into halves
W, V : the variance within the halves, and the one that also counts what lies between them
ρ_t : autocorrelation at lag t over all halves, ``1 - (W - mean autocovariance_t) / V``

``R-hat = √(V / W)``, the larger of that of the draws and of their distances from the median (folded), so that
halves that differ in place or in spread show. ``ESS = 2C · (D // 2) / (1 + 2 Σ ρ_t)``, summed in pairs of lags as
long as they are positive and made to fall (Geyer 1992).
"""

from __future__ import annotations

import numpy as np
from scipy import special

from models.checks import Floats
from models.errors import InvalidInput

FEWEST_DRAWS = 10
"""Of each chain: below that a half is too short to have a variance worth comparing."""


def split_rhat(draws: Floats) -> Floats:
    """Return the rank-normalised split R-hat of each parameter, shape (P,): 1 where chains agree.

    Parameters
    ----------
    draws
        Shape (C, D, P), finite, D ≥ 10. One chain will do: its halves are compared.

    Returns
    -------
    Shape (P,), about ≥ 1; above 1.01 the chains have not settled. 1 where all draws are equal, infinite where
    they are equal within each half but not between them.

    Raises
    ------
    InvalidInput
        If the shape is wrong or a draw is not finite.

    Examples
    --------
    >>> draws = np.random.default_rng(0).normal(size=(2, 500, 1))
    >>> split_rhat(draws).round(2)
    array([1.])
    >>> split_rhat(draws + np.array([0.0, 1.0])[:, None, None]).round(2)
    array([1.15])
    """
    halves = _halves(draws)
    folded = np.abs(halves - np.median(halves, axis=(0, 1)))
    return np.maximum(_rhat(_normal_scores(halves)), _rhat(_normal_scores(folded)))


def bulk_ess(draws: Floats) -> Floats:
    """Return how many independent draws say as much about the middle of each parameter, shape (P,).

    Parameters
    ----------
    draws
        Shape (C, D, P), as for `split_rhat`.

    Returns
    -------
    Shape (P,), > 0; the number of draws where all are equal. Below 100 a chain, the figures of a chain are
    rough.

    Examples
    --------
    A walk that keeps 0.8 of its last step is worth (1 - 0.8) / (1 + 0.8) = 1 / 9 of its length:

    >>> noise = np.random.default_rng(0).normal(size=(4, 9000, 1))
    >>> for t in range(1, 9000):
    ...     noise[:, t] += 0.8 * noise[:, t - 1]
    >>> bool(abs(bulk_ess(noise)[0] / 4000 - 1) < 0.1)
    True
    """
    return _ess(_normal_scores(_halves(draws)))


def mean_error(draws: Floats) -> Floats:
    """Return the Monte-Carlo standard error of each parameter's mean over the draws, shape (P,).

    The standard deviation of the draws over the root of their effective number, here of the draws themselves
    and not of their ranks.

    Parameters
    ----------
    draws
        Shape (C, D, P), as for `split_rhat`.

    Examples
    --------
    >>> draws = np.random.default_rng(0).normal(size=(2, 5000, 1))
    >>> mean_error(draws).round(3)
    array([0.01])
    """
    deviation: Floats = draws.reshape(-1, draws.shape[-1]).std(axis=0, ddof=1)
    error: Floats = deviation / np.sqrt(_ess(_halves(draws)))
    return error


def _halves(draws: Floats) -> Floats:
    if draws.ndim != 3 or draws.shape[1] < FEWEST_DRAWS:
        raise InvalidInput(
            f"draws must have shape (chains, draws ≥ {FEWEST_DRAWS}, parameters), got {draws.shape}"
        )
    if not np.isfinite(draws).all():
        raise InvalidInput("draws must be finite")
    half = draws.shape[1] // 2
    return np.concatenate([draws[:, :half], draws[:, -half:]])


def _normal_scores(halves: Floats) -> Floats:
    """Return normal quantiles of the ranks over all chains, ties sharing theirs (Blom's formula)."""
    from scipy import stats  # noqa: PLC0415

    flat = halves.reshape(-1, halves.shape[-1])
    ranks = stats.rankdata(flat, axis=0)
    scores: Floats = special.ndtri((ranks - 0.375) / (len(flat) + 0.25)).reshape(halves.shape)
    return scores


def _variances(halves: Floats) -> tuple[Floats, Floats]:
    """Return W and V, each (P,)."""
    length = halves.shape[1]
    within = halves.var(axis=1, ddof=1).mean(axis=0)
    return within, within * (length - 1) / length + halves.mean(axis=1).var(axis=0, ddof=1)


def _rhat(halves: Floats) -> Floats:
    within, whole = _variances(halves)
    still = whole <= 1e-300
    ratio = np.divide(whole, within, out=np.full_like(whole, np.inf), where=within > 0)
    return np.where(still, 1.0, np.sqrt(ratio))


def _ess(halves: Floats) -> Floats:
    count, length, _ = halves.shape
    within, whole = _variances(halves)
    covariance = _autocovariances(halves).mean(axis=0)
    rho = 1 - np.divide(within - covariance, whole, out=np.ones_like(covariance), where=whole > 1e-300)
    rho[0] = 1.0
    # The last three lags rest on next to nothing, and the reference leaves them out too.
    even = (length - 3) // 2 * 2
    pairs = rho[0:even:2] + rho[1:even:2]
    kept = np.logical_and.accumulate(pairs > 0, axis=0)
    falling = np.minimum.accumulate(np.where(kept, pairs, np.inf), axis=0)
    # The lag after the last pair counts where it is positive, as in Stan.
    after = np.take_along_axis(rho, 2 * kept.sum(axis=0, keepdims=True), axis=0)[0]
    time = -1 + 2 * np.where(kept, falling, 0.0).sum(axis=0) + np.maximum(after, 0)
    total = count * length
    # Draws that alternate may be worth more than independent ones, but not without bound.
    known: Floats = total / np.maximum(time, 1 / np.log10(total))
    return np.where(whole > 1e-300, known, float(total))


def _autocovariances(halves: Floats) -> Floats:
    """Return the autocovariances at all lags, shape as the halves, by the Fourier transform."""
    length = halves.shape[1]
    padded = 1 << (2 * length - 1).bit_length()
    power = np.abs(np.fft.rfft(halves - halves.mean(axis=1, keepdims=True), padded, axis=1)) ** 2
    covariances: Floats = np.fft.irfft(power, padded, axis=1)[:, :length] / length
    return covariances
