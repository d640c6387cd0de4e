"""Willingness that is known only to lie between prices: a log-normal regression with priors.

Notation
--------
L, U : (n,) logs of the bounds, ∓inf where there is none          X : (n, k) traits, centred; first column ones
v : (n,) the part of the log price that may know willingness      ρ : how much of it does
η = Xβ + ρ v          log W = η + s Z          a = (L - η) / s, b = (U - η) / s
q : (n,) the chance that the row came about whatever its price;   P = q + (1 - q) (Φ(b) - Φ(a))

β₀ is flat a priori unless a prior is given, as for ρ and log s, and the other β are N(0, 1). The posterior of
θ = (β, log s, ρ) is read off draws from a Student distribution at its mode, weighted by importance: it is skewed
where most prices lie on one side of the median, and its curvature alone would err by a third of a standard error.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import special

from models.checks import Floats
from models.errors import NotEstimable
from models.estimate import Estimate, Label
from models.willingness.beliefs import Belief, Joint

_LOG_ROOT_TWO_PI = 0.5 * np.log(2 * np.pi)
_FIXED = 1e-6  # a prior as narrow as that fixes its number
_CELLS, _TAILS = 300_000, 5


@dataclass(frozen=True, slots=True)
class Normal:
    """What is believed of a number that may have either sign."""

    mean: float
    sd: float

    def estimate(self, label: Label, *, n: int) -> Estimate:
        """Return the belief as an estimate: its mean and central interval."""
        reach = float(special.ndtri((1 + label.level) / 2)) * self.sd
        return label.known(self.mean, self.mean - reach, self.mean + reach, n=n)


@dataclass(frozen=True, kw_only=True)
class Rows:
    """The rows, as the notation has them; `knowing` is v and `anyway` is q."""

    lower: Floats
    upper: Floats
    traits: Floats
    knowing: Floats
    anyway: Floats


@dataclass(frozen=True, kw_only=True)
class Threshold:
    """The posterior: of the median and the spread over customers, the same by the data alone, and ρ.

    `leans` has one entry a trait: the covariance of log willingness with it over customers.
    """

    both: Joint
    alone: Joint | None
    knowing: Normal
    leans: tuple[Normal, ...]


def near(prices: Floats) -> Belief:
    """Return what prices say before anybody answered: in nine companies of ten the median is within a factor of 3."""
    return Belief(float(np.log(prices).mean()), Belief.within(1 / 3, 3.0, level=0.9).sd)


def fit(
    rows: Rows, *, spread: Belief, knowing: Normal = Normal(0.0, 0.0), median: Belief | None = None
) -> Threshold:
    """Fit by the mode of the posterior.

    Parameters
    ----------
    rows
        At least one bounded from below and one from above, unless `median` is given.
    spread, knowing
        Priors of s and of ρ; a ρ of sd 0 is fixed.
    median
        Prior of β₀.

    Raises
    ------
    NotEstimable
        ``not_converged`` where the posterior has no curvature at its mode.
    """
    from scipy import optimize  # noqa: PLC0415

    design = np.column_stack([np.ones(rows.lower.size), rows.traits])
    prior = np.full((design.shape[1] + 2, 2), [0.0, 1.0])
    prior[0] = (0.0, np.inf) if median is None else (median.mean, median.sd)
    prior[-2], prior[-1] = (spread.mean, spread.sd), (knowing.mean, max(knowing.sd, _FIXED))
    ends = np.concatenate([rows.lower[np.isfinite(rows.lower)], rows.upper[np.isfinite(rows.upper)]])
    centre = np.concatenate([[ends.mean()], np.zeros(design.shape[1] - 1)])
    start = np.concatenate([np.zeros(design.shape[1]), [spread.mean], [knowing.mean]])

    def score(straight: Floats) -> tuple[float, Floats]:
        value, slope = _score(_bent(straight, centre), rows, design=design, prior=prior)
        k, s = centre.size, np.exp(straight[-2])
        slope[-2] += s * straight[:k] @ slope[:k] - k
        slope[:k] *= s
        return value - k * straight[-2], slope

    def log_posterior(straight: Floats) -> Floats:
        bent = _minus_log_posterior(_bent(straight, centre), rows, design=design, prior=prior)[0]
        return centre.size * straight[:, -2] - bent

    found = optimize.minimize(score, start, jac=True, method="BFGS", options={"gtol": 1e-6})
    # The more rows, the closer the posterior to the proposal, and the fewer draws it takes.
    count = 2 * int(np.clip(_CELLS // rows.lower.size // 2, 150, 500))
    draws, weights = _weighted_draws(found.x, _inverse_curvature(score, found.x), log_posterior, count=count)
    return _posterior(_bent(draws, centre), weights, rows, usual=spread)


def _bent(straight: Floats, centre: Floats) -> Floats:
    """Return θ for coordinates (…, k + 2) in which the posterior is close to normal: β = centre + s α, log s, ρ.

    Where all prices lie to one side of the median, β and s are known only together, and α well (Olsen 1978).
    """
    bent = straight.copy()
    bent[..., :-2] = centre + np.exp(straight[..., -2:-1]) * straight[..., :-2]
    return bent


def _minus_log_posterior(
    theta: Floats, rows: Rows, *, design: Floats, prior: Floats
) -> tuple[Floats, Floats, Floats, Floats]:
    """Return -log posterior (B,) at each row of θ (B, k + 2), and log P, a and b (B, n) there."""
    s, rho = np.exp(np.clip(theta[:, -2:-1], -12, 6)), theta[:, -1:]
    eta = theta[:, :-2] @ design.T + rho * rows.knowing
    a, b = (rows.lower - eta) / s, (rows.upper - eta) / s
    log_p = _log_between(a, b)
    if rows.anyway.any():
        log_p = np.logaddexp(np.log(np.maximum(rows.anyway, 1e-300)), np.log1p(-rows.anyway) + log_p)
    away = (theta - prior[:, 0]) / prior[:, 1]
    return (away**2).sum(axis=1) / 2 - log_p.sum(axis=1), log_p, a, b


def _score(theta: Floats, rows: Rows, *, design: Floats, prior: Floats) -> tuple[float, Floats]:
    """Return -log posterior and its slope at one θ (k + 2,)."""
    value, log_p, a, b = (
        each[0] for each in _minus_log_posterior(theta[None, :], rows, design=design, prior=prior)
    )
    share = np.log1p(-rows.anyway) - log_p
    at_a, at_b = _density(a, share), _density(b, share)
    by_eta = (at_a - at_b) / np.exp(np.clip(theta[-2], -12, 6))
    by_log_s = (_times(a, at_a) - _times(b, at_b)).sum()
    slope = np.concatenate([by_eta @ design, [by_log_s, by_eta @ rows.knowing]])
    return float(value), (theta - prior[:, 0]) / prior[:, 1] ** 2 - slope


def _log_between(a: Floats, b: Floats) -> Floats:
    """log(Φ(b) - Φ(a)) for a < b, exact in both tails."""
    flip = a > 0
    low, high = np.where(flip, -b, a), np.where(flip, -a, b)
    top = special.log_ndtr(high)
    between: Floats = top + np.log1p(-np.exp(np.minimum(special.log_ndtr(low) - top, -1e-15)))
    return between


def _density(z: Floats, share: Floats) -> Floats:
    """φ(z) × exp(share), 0 at infinity."""
    finite = np.where(np.isfinite(z), z, 0.0)
    exponent = np.where(np.isfinite(z), share - finite**2 / 2 - _LOG_ROOT_TWO_PI, -np.inf)
    return np.asarray(np.exp(exponent), dtype=np.float64)


def _times(z: Floats, density: Floats) -> Floats:
    return np.where(np.isfinite(z), z, 0.0) * density


def _inverse_curvature(score: Callable[[Floats], tuple[float, Floats]], at: Floats) -> Floats:
    """Invert the curvature, taken by central differences of the slope."""
    step = 1e-4
    columns = [
        (score(at + step * unit)[1] - score(at - step * unit)[1]) / (2 * step) for unit in np.eye(at.size)
    ]
    curvature = (np.array(columns) + np.array(columns).T) / 2
    if not np.isfinite(curvature).all() or np.linalg.eigvalsh(curvature)[0] <= 1e-10:
        raise NotEstimable("not_converged", "the prices do not bound willingness to pay well enough")
    return np.asarray(np.linalg.inv(curvature), dtype=np.float64)


def _weighted_draws(
    mode: Floats, errors: Floats, log_posterior: Callable[[Floats], Floats], *, count: int
) -> tuple[Floats, Floats]:
    """Draw θ around the mode, weighted so that the draws stand for the posterior, however skewed it is."""
    rng = np.random.default_rng(0)
    tails = np.sqrt(rng.chisquare(_TAILS, size=(count // 2, 1)) / _TAILS)
    half = rng.standard_normal((count // 2, mode.size)) / tails
    z = np.concatenate([half, -half])
    draws = mode + z @ np.linalg.cholesky(errors).T
    proposed = -(_TAILS + mode.size) / 2 * np.log1p((z**2).sum(axis=1) / _TAILS)
    log_weights = log_posterior(draws) - proposed
    weights = np.exp(log_weights - log_weights.max())
    return draws, weights / weights.sum()


def _posterior(draws: Floats, weights: Floats, rows: Rows, *, usual: Belief) -> Threshold:
    """Read the median and the spread over customers, traits and price knowledge included, off the draws."""
    n = max(rows.lower.size - 1, 1)
    centred = rows.traits - rows.traits.mean(axis=0)
    between = centred.T @ centred / n
    beta, s, rho = draws[:, 1:-2], np.exp(draws[:, -2]), draws[:, -1]
    explained = ((beta @ between) * beta).sum(axis=1) + rho**2 * float(rows.knowing @ rows.knowing) / n
    median, spread, knowing = (
        _Weighted.of(values, weights) for values in (draws[:, 0], np.log(s**2 + explained) / 2, rho)
    )
    # The prospects at hand are a sample: their mean traits and prices are known no better than 1/√n.
    sd = float(np.hypot(median.sd, np.sqrt(weights @ explained / n)))
    together = float(weights @ (median.scores * spread.scores)) * median.sd / sd
    both = Joint(
        Belief(median.middle, sd), Belief(spread.middle, spread.sd), float(np.clip(together, -0.99, 0.99))
    )
    leans = [_Weighted.of(values, weights) for values in (beta @ between).T]
    return Threshold(
        both=both, alone=both.without(usual), knowing=Normal(knowing.middle, knowing.sd),
        leans=tuple(Normal(each.middle, each.sd) for each in leans),
    )  # fmt: skip


@dataclass(frozen=True)
class _Weighted:
    """Median of weighted draws, the standard deviation that their central 90 % imply, and their normal scores."""

    middle: float
    sd: float
    scores: Floats

    @classmethod
    def of(cls, values: Floats, weights: Floats) -> _Weighted:
        """Read them off draws (B,) whose weights (B,) sum to 1."""
        order = np.argsort(values, kind="stable")
        below = np.cumsum(weights[order]) - weights[order] / 2
        low, middle, high = np.interp([0.05, 0.5, 0.95], below, values[order]).tolist()
        scores = np.empty(values.size)
        scores[order] = special.ndtri(np.clip(below, 1e-9, 1 - 1e-9))
        return cls(middle, (high - low) / (2 * float(special.ndtri(0.95))), scores)
