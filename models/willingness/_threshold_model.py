"""Willingness that is known only to lie between prices: a log-normal regression with priors, by Laplace.

Notation
--------
L, U : (n,) logs of the bounds, ∓inf where there is none          X : (n, k) traits, centred; first column ones
v : (n,) the part of the log price that may know willingness      ρ : how much of it does
η = Xβ + ρ v          log W = η + s Z          a = (L - η) / s, b = (U - η) / s
q : (n,) the chance that the row came about whatever its price;   P = q + (1 - q) (Φ(b) - Φ(a))

β₀ is flat a priori unless a prior is given, as for ρ and log s, and the other β are N(0, 1). The posterior of
θ = (β, log s, ρ) is taken as normal at its mode, with the inverse of the curvature there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import special

from models.checks import Floats
from models.errors import NotEstimable
from models.estimate import Estimate, Label
from models.willingness.beliefs import Belief

_LOG_ROOT_TWO_PI = 0.5 * np.log(2 * np.pi)


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
    """The posterior: of the log of the median, of the spread over customers, and of ρ."""

    median: Belief
    spread: Belief
    knowing: Normal


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
    prior[-2], prior[-1] = (spread.mean, spread.sd), (knowing.mean, max(knowing.sd, 1e-9))
    ends = np.concatenate([rows.lower[np.isfinite(rows.lower)], rows.upper[np.isfinite(rows.upper)]])
    start = np.concatenate([[ends.mean()], np.zeros(design.shape[1] - 1), [spread.mean], [knowing.mean]])
    free = np.ones(start.size, dtype=bool)
    free[-1] = knowing.sd > 0
    free[-2] = spread.sd > 0

    def score(theta: Floats) -> tuple[float, Floats]:
        whole = start.copy()
        whole[free] = theta
        value, slope = _minus_log_posterior(whole, rows, design=design, prior=prior)
        return value, slope[free]

    found = optimize.minimize(score, start[free], jac=True, method="BFGS", options={"gtol": 1e-6})
    theta, errors = start.copy(), np.zeros((start.size, start.size))
    theta[free] = found.x
    errors[np.ix_(free, free)] = _inverse_curvature(score, found.x)
    return _posterior(theta, errors, rows)


def _minus_log_posterior(theta: Floats, rows: Rows, *, design: Floats, prior: Floats) -> tuple[float, Floats]:
    beta, s, rho = theta[:-2], float(np.exp(np.clip(theta[-2], -12, 6))), theta[-1]
    eta = design @ beta + rho * rows.knowing
    a, b = (rows.lower - eta) / s, (rows.upper - eta) / s
    inside = _log_between(a, b)
    log_p = np.logaddexp(np.log(np.maximum(rows.anyway, 1e-300)), np.log1p(-rows.anyway) + inside)
    share = np.log1p(-rows.anyway) - log_p
    at_a, at_b = _density(a, share), _density(b, share)
    by_eta = (at_a - at_b) / s
    by_log_s = _times(a, at_a) - _times(b, at_b)
    away = (theta - prior[:, 0]) / prior[:, 1]
    slope = np.concatenate([by_eta @ design, [by_log_s.sum(), by_eta @ rows.knowing]])
    return float(-log_p.sum() + away @ away / 2), away / prior[:, 1] - slope


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
    return np.where(np.isfinite(z), np.exp(-(finite**2) / 2 - _LOG_ROOT_TWO_PI + share), 0.0)


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


def _posterior(theta: Floats, errors: Floats, rows: Rows) -> Threshold:
    """Read the median and the spread over customers, traits and price knowledge included, off θ."""
    beta, s, rho = theta[1:-2], float(np.exp(theta[-2])), float(theta[-1])
    n = max(rows.lower.size - 1, 1)
    centred = rows.traits - rows.traits.mean(axis=0)
    between = centred.T @ centred / n
    known = float(rows.knowing @ rows.knowing) / n
    variance = s**2 + float(beta @ between @ beta) + rho**2 * known
    # The prospects at hand are a sample: their mean traits and prices are known no better than 1/√n.
    middle = errors[0, 0] + (variance - s**2) / n
    slope = np.concatenate([[0.0], 2 * between @ beta, [2 * s**2, 2 * rho * known]]) / (2 * variance)
    return Threshold(
        median=Belief(float(theta[0]), float(np.sqrt(middle))),
        spread=Belief(float(np.log(variance)) / 2, float(np.sqrt(slope @ errors @ slope))),
        knowing=Normal(rho, float(np.sqrt(errors[-1, -1]))),
    )
