"""The likelihood of ends in customer-months: a multinomial logit with a weak normal prior, climbed by Newton's method.

Notation
--------
Z : (m, p) the design (`customer_months`), p = B + k          Y : (m, K) indicators of the kinds of end
b : (p, K) log odds of each end against staying, a level for each band and an effect for each standard deviation
P = exp(Z b) / (1 + Σ exp(Z b)) : (m, K) chances of the ends
prior: b ~ N(b₀, s²), b₀ the log odds of all months for the bands and 0 for covariates. It keeps effects finite where a
    covariate separates those who left from the others, and is worth 1 / s² of an observation elsewhere
A : minus the Hessian, of the likelihood and the prior          u_c : customer c's score, Σ z (y - P) over its months
covariance ``A⁻¹ (C / (C - 1) Σ_c u_c u_c' + I / s²) A⁻¹`` : robust to dependence of a customer's months (Liang & Zeger
    1986); the prior counts as one more observation, so that a separated effect is as unsure as the prior
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from models.checks import Floats
from models.errors import NotEstimable
from models.retention.customer_months import CustomerMonths, Design

_DONE = 1e-8  # Newton's decrement: twice the log-likelihood still to be gained
_FIRST = 40_000  # rows of the first climb, which leaves two or three passes over all


@dataclass(frozen=True, eq=False)
class EndsFit:
    """Log odds and their covariance.

    Parameters
    ----------
    log_odds
        b, shape (p, K).
    covariance
        Shape (K p, K p), end after end.
    prior_share
        Shape (p, K), 0–1: the variance that is left of the prior's; near 1 the data say nothing.
    """

    log_odds: Floats
    covariance: Floats
    prior_share: Floats


def climb(months: CustomerMonths, design: Design, prior_sd: float) -> EndsFit:
    """Find the maximum, and the covariance by customer.

    Raises
    ------
    NotEstimable
        ``not_converged``: never seen; the density is concave and has a maximum.
    """
    ends = np.asarray(months.ended)
    shares = (np.bincount(ends, minlength=months.kinds + 1) + 0.5) / (ends.size + 0.5 * (months.kinds + 1))
    start = np.zeros((design.columns, months.kinds))
    start[: len(design.bands)] = np.log(shares[1:] / shares[0])
    at, every = start, ends.size // _FIRST
    if every > 1:
        # Every so many rows, whoever's they are: any start will do.
        at = _newton(_Posterior(months, design, start, prior_sd, every=every), at)[0]
    at, curvature = _newton(_Posterior(months, design, start, prior_sd), at)
    inverse = np.linalg.inv(curvature)
    meat = _by_customer(months, design, at) + np.eye(at.size) / prior_sd**2
    left = (np.diag(inverse) / prior_sd**2).reshape(months.kinds, design.columns).T
    return EndsFit(at, inverse @ meat @ inverse, left)


def chances(block: Floats, log_odds: Floats) -> Floats:
    """Return P of rows of the design, shape (…, K)."""
    return of_log_odds(block @ log_odds)


def of_log_odds(eta: Floats) -> Floats:
    """Return P of log odds against staying, shape (…, K)."""
    if eta.shape[-1] == 1:
        one: Floats = special.expit(eta)
        return one
    top = np.maximum(eta.max(axis=-1, keepdims=True), 0.0)
    odds = np.exp(eta - top)
    several: Floats = odds / (np.exp(-top) + odds.sum(axis=-1, keepdims=True))
    return several


class _Posterior:
    """The log density of b on all rows, or on one of `every` so many."""

    def __init__(
        self, months: CustomerMonths, design: Design, centre: Floats, prior_sd: float, *, every: int = 1
    ) -> None:
        self._age, self._x = np.asarray(months.age)[::every], np.asarray(months.covariates)[::every]
        self._ends = np.asarray(months.ended)[::every]
        self._design, self._centre, self._precision = design, centre, prior_sd**-2

    def at(self, log_odds: Floats) -> tuple[float, Floats, Floats]:
        """Return the density, its gradient (K p,) and minus its Hessian (K p, K p)."""
        p, kinds = log_odds.shape
        value, gradient, curvature = 0.0, np.zeros((kinds, p)), np.zeros((kinds, p, kinds, p))
        for rows, block in self._design.blocks(self._age, self._x):
            chance, end = chances(block, log_odds), self._ends[rows]
            every = np.concatenate([1 - chance.sum(axis=1, keepdims=True), chance], axis=1)
            value += float(np.log(np.maximum(every[np.arange(end.size), end], 1e-300)).sum())
            gradient += ((end[:, None] == np.arange(1, kinds + 1)) - chance).T @ block
            for one in range(kinds):
                for two in range(one + 1):
                    weight = chance[:, one] * ((one == two) - chance[:, two])
                    curvature[one, :, two] += (block * weight[:, None]).T @ block
        for one in range(kinds):
            for two in range(one):
                curvature[two, :, one] = curvature[one, :, two].T
        off = (log_odds - self._centre).T
        value -= 0.5 * self._precision * float((off**2).sum())
        flat = curvature.reshape(kinds * p, kinds * p) + self._precision * np.eye(kinds * p)
        return value, (gradient - self._precision * off).ravel(), flat


def _newton(posterior: _Posterior, at: Floats) -> tuple[Floats, Floats]:
    """Return the maximum and the curvature there."""
    p, kinds = at.shape
    value, gradient, curvature = posterior.at(at)
    for _ in range(60):
        step = np.linalg.solve(curvature, gradient)
        if gradient @ step < _DONE:
            return at, curvature
        for halving in range(30):
            tried = at + step.reshape(kinds, p).T / 2**halving
            reached = posterior.at(tried)
            if reached[0] >= value - 1e-9 * abs(value):
                break
        at, (value, gradient, curvature) = tried, reached
    raise NotEstimable("not_converged", "the chances of leaving did not settle: fewer covariates would help")


def _by_customer(months: CustomerMonths, design: Design, log_odds: Floats) -> Floats:
    """Return the sum over customers of the squares of their scores, (K p, K p), times C / (C - 1)."""
    ends, customer = np.asarray(months.ended), np.asarray(months.customer)
    age, x = np.asarray(months.age), np.asarray(months.covariates)
    p, kinds = log_odds.shape
    miss = np.empty((kinds, ends.size))
    for rows, block in design.blocks(age, x):
        miss[:, rows] = ((ends[rows, None] == np.arange(1, kinds + 1)) - chances(block, log_odds)).T
    size, band, levels = int(customer.max()) + 1, design.band(age), len(design.bands)
    scores = np.empty((kinds * p, size))
    for kind in range(kinds):
        cells = np.bincount(customer * levels + band, miss[kind], size * levels)
        scores[kind * p : kind * p + levels] = cells.reshape(size, levels).T
        for column in range(p - levels):
            # Sums of x are turned into sums of z: no second copy of all rows in standard deviations.
            raw = np.bincount(customer, miss[kind] * (x[:, column] - design.mean[column]), size)
            sd = design.sd[column]
            scores[kind * p + levels + column] = raw / sd if sd > 0 else 0.0
    customers = int((np.bincount(customer, minlength=size) > 0).sum())
    meat: Floats = scores @ scores.T * (customers / max(customers - 1, 1))
    return meat
