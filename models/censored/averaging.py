"""One demand curve out of several fits, each weighted by how well it predicts (Akaike weights).

Which law willingness follows is not known, and near the best price the laws differ by as much as their errors.
The average lets the data choose where they can and keeps the doubt where they cannot.

Notation
--------
m : models        A_m = -2 C ℓ̄_m + 2 q_m C / (C - q_m - 1)        ω_m ∝ exp(-A_m / 2)
ℓ̄ : log-likelihood per unit of weight        C : clusters        q : parameters        B : draws

A is the criterion for small samples (Hurvich & Tsai 1989), ω as in Burnham & Anderson (2002, §4.2).
A survey's weights have no scale and contacts of one customer are not independent, so that the data count as C
answers. Draws are a mixture over models with shares ω, inside a model from Student's t with C - 1 degrees of
freedom around its estimate: the doubt about the law is part of every interval.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.censored.intervals import Intervals
from models.censored.laws import LAWS
from models.censored.parametric import KINDS, MOVED, Fit, fit, splines
from models.checks import Floats
from models.errors import NotEstimable
from models.estimate import Estimate, Label
from models.noise import noise

CLUSTERS_TO_BEND = {"bent": 75, "bent twice": 100}
"""With fewer, a bend is mostly noise: at 50 it widened intervals of best prices from 0.36 to 0.68 in logs."""


@dataclass(frozen=True)
class Average:
    """Fitted models and their weights, shape (m,), which sum to 1."""

    fits: tuple[Fit, ...]
    weights: Floats

    @property
    def pulled(self) -> float:
        """The weight of the models in which the first price pulls the answers."""
        return float(self.weights @ np.array([one.pulled for one in self.fits]))

    def as_answered(self) -> Average | None:
        """Return the average of the models that take every answer as it is, None where there are none."""
        plain = [one for one in self.fits if not one.pulled]
        return _weighted(plain) if plain else None

    def survival(self, price: Floats) -> Floats:
        """Return the share whose willingness is at least each price > 0, shape (k,)."""
        shares: Floats = self.weights @ np.stack([one.survival(price) for one in self.fits])
        return shares

    def best(self, *, pulled: bool, kind: str | None = None) -> Fit | None:
        """Return the likeliest model with or without a pull, or of one kind; None where there is none."""
        ranked = [self.fits[at] for at in np.argsort(-self.weights, kind="stable")]
        return next((one for one in ranked if one.pulled == pulled and kind in (None, one.kind)), None)

    def scale(self, label: Label, *, draws: int, seed: int) -> Estimate | None:
        """Estimate the scale of log willingness by the curves without a bend; None where there is none."""
        straight = [at for at, one in enumerate(self.fits) if not one.knots]
        if not straight:
            return None
        fits = [self.fits[at] for at in straight]
        return mixture_of_scales(fits, self.weights[straight], label, draws=draws, seed=seed)

    def draws(self, size: int, price: Floats, *, seed: int) -> Floats:
        """Draw `size` demand curves at prices of shape (k,), rising: shape (size, k), none of them rising.

        Each model has as many draws as its weight asks for.
        """
        rng = np.random.default_rng(seed)
        counts = _apportioned(self.weights, size)
        drawn = [_draw(one, count, price, rng) for one, count in zip(self.fits, counts, strict=True) if count]
        return np.concatenate(drawn)


def average(intervals: Intervals, *, pulled: bool = False) -> Average:
    """Fit every law straight, bent and, if `pulled`, as the first price moves it, and weight what could be fitted.

    Curves are bent only where there are enough clusters for it.

    Raises
    ------
    NotEstimable
        Where nothing can be fitted, with the first fit's reason.

    Examples
    --------
    >>> answers = Intervals(
    ...     lower=np.array([0.0, 10, 10, 10, 10, 20]), upper=np.array([10.0, 20, 20, 20, 20, np.inf]),
    ...     weight=np.ones(6), cluster=np.arange(6))
    >>> average(answers).weights.round(2)
    array([0.33, 0.33, 0.33])
    """
    fits, refusals = [], []
    kinds = [kind for kind in KINDS if intervals.clusters >= CLUSTERS_TO_BEND.get(kind, 0)]
    for kind in [kind for kind in kinds if pulled or kind not in MOVED]:
        for law in LAWS:
            try:
                fits.append(fit(intervals, law, kind=kind))
            except NotEstimable as refusal:
                refusals.append(refusal)
    if not fits:
        raise refusals[0]
    return _weighted(fits)


def _weighted(fits: Sequence[Fit]) -> Average:
    criterion = np.array([_criterion(one) for one in fits])
    weights = np.exp((criterion.min() - criterion) / 2)
    return Average(tuple(fits), weights / weights.sum())


def mixture_of_scales(
    fits: Sequence[Fit], weights: Floats, label: Label, *, draws: int, seed: int
) -> Estimate:
    """Estimate the scale of log willingness from fits, shape (m,), none bent, and how probable each is.

    The likeliest scale of n answers around a median that is fitted, too, is too small: for a normal law its logarithm
    lies ``½ (ψ((n - 1) / 2) + ln (2 / n)) ≈ -1/n`` from the truth on average, and varies by ``¼ ψ′((n - 1) / 2)``,
    which is ``n / (n - 2)`` times what its information says. Both are put right. How often the intervals then cover:
    docs/truth-spread.md.

    Parameters
    ----------
    weights
        Shape (m,), ≥ 0; only their ratios count.
    """
    shares = weights / weights.sum()
    n = fits[0].clusters
    logs = np.log([one.scale for one in fits]) + 1 / n
    rng = np.random.default_rng(seed)
    counts = _apportioned(shares, draws)
    freedom = max(n - 1, 1)
    widened = np.sqrt(n / max(n - 2, 1))
    errors = np.repeat([widened * one.error_of_log_scale for one in fits], counts)
    drawn = np.repeat(logs, counts) + errors * rng.standard_t(freedom, draws)
    value = float(np.exp(shares @ logs))
    low, high = np.exp(np.quantile(drawn, [(1 - label.level) / 2, (1 + label.level) / 2])).tolist()
    return label.known(value, min(low, value), max(high, value), n=n)


def _criterion(one: Fit) -> float:
    count, q = one.clusters, one.theta.size
    # So few that the penalty would be infinite: the simplest models share what there is.
    return 2 * q * count / max(count - q - 1, 0.1) - 2 * count * one.per_weight


def _draw(one: Fit, count: int, price: Floats, rng: np.random.Generator) -> Floats:
    """Draw curves of one model: straight ones by median and log slope, on which their errors are most normal."""
    level, slope = one.theta[0] + one.law.z_half, one.theta[1]
    # Around a price of the data's own, so that draws are the same in every currency.
    centre = one.knots[0] if one.knots else level / slope
    turn = np.eye(one.theta.size)
    turn[0, 1] = -centre
    x = np.log(price) - centre
    away = noise(turn @ one.covariance @ turn.T, count, rng, freedom=max(one.clusters - 1, 1))
    if one.knots:
        theta = turn @ one.theta + away
        z = -theta[:, :1] + theta[:, 1:2] * x + theta[:, 2:] @ splines(x + centre, one.knots).T
        return one.law.survival(np.maximum.accumulate(z, axis=1))
    location, drawn_slope = away[:, :1] / slope, slope * np.exp(away[:, 1:2] / slope)
    return one.law.survival(one.law.z_half + drawn_slope * (x - location))


def _apportioned(weights: Floats, size: int) -> NDArray[np.intp]:
    """Share out `size` draws by the weights: whole parts first, then the largest remainders."""
    wanted = weights * size
    counts = np.floor(wanted).astype(np.intp)
    missing = size - int(counts.sum())
    counts[np.argsort(counts - wanted, kind="stable")[:missing]] += 1
    return counts
