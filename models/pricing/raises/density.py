"""The density of how churn answers to price, given decisions of the past: notation and priors as in `response`."""

from __future__ import annotations

import numpy as np
from scipy import optimize, special

from models.checks import Floats
from models.errors import NotEstimable
from models.pricing.raises.decisions import Decisions

THETA_MEDIAN, THETA_LOG_SD = 3.0, 0.8
KAPPA_MEAN, KAPPA_SD = 1.0, 0.4
SIGMA_MEDIAN, OMEGA_MEDIAN, PRIVATE_LOG_SD = 0.4, 0.8, 0.5
PRIVATE = (2, 3)
"""Where σ and ω stand among the parameters."""
NODES = 7
_WEAK = 3.0
_STEP = 1e-4
_FARTHEST = 12.0


def nodes() -> tuple[Floats, Floats]:
    """Return where ε is looked at, and how likely it is there, (nodes,) each."""
    at, weight = np.polynomial.hermite_e.hermegauss(NODES)
    return at, weight / weight.sum()


class Density:
    """The log density of (log θ, κ, log σ, log ω, β, δ), columns of x and w in standard deviations."""

    def __init__(self, rows: Decisions, scale: Floats | None = None) -> None:
        x = np.concatenate([rows.known, rows.other], axis=1)
        spread = x.std(axis=0)
        # A level is the same in all rows: it keeps its scale.
        self.scale = np.where(spread > 1e-12, spread, 1.0) if scale is None else scale
        self._x = x / self.scale
        self._sign = np.where(rows.left, 1.0, -1.0)
        self._u, self._z = rows.given, rows.position
        self._starts = np.flatnonzero(np.diff(rows.customer, prepend=-1))
        self._codes = rows.customer[self._starts]
        self._of = np.cumsum(np.diff(rows.customer, prepend=-1) > 0) - 1
        self._node, weight = nodes()
        self._log_weight = np.log(weight)
        p = 4 + x.shape[1]
        self._mean, self._precision = np.zeros(p), np.full(p, _WEAK**-2)
        self._mean[:4] = np.log(THETA_MEDIAN), KAPPA_MEAN, np.log(SIGMA_MEDIAN), np.log(OMEGA_MEDIAN)
        self._precision[:4] = THETA_LOG_SD**-2, KAPPA_SD**-2, PRIVATE_LOG_SD**-2, PRIVATE_LOG_SD**-2
        self.cells = rows.left.size * NODES

    def _parts(self, at: Floats) -> tuple[Floats, Floats]:
        """Return what raises add to the log odds at each node, and sign × η, (m, nodes) each."""
        steep = np.exp(np.clip(at[0] + at[1] * self._z, -_FARTHEST, 4.0)) * np.expm1(self._u)
        added = steep[:, None] * np.exp(np.clip(-np.exp(at[2]) * self._node, -4.0, 4.0))
        eta = (self._x @ at[4:])[:, None] - np.exp(at[3]) * self._node + added
        return added, self._sign[:, None] * eta

    def _by_customer(self, signed: Floats) -> Floats:
        """Return the log likelihood of each customer at each node, (customers, nodes)."""
        log = -np.logaddexp(0.0, -signed)
        found: Floats = np.add.reduceat(log, self._starts, axis=0) + self._log_weight
        return found

    def density(self, at: Floats) -> float:
        """Return the log density, up to a constant."""
        each = special.logsumexp(self._by_customer(self._parts(at)[1]), axis=1)
        return float(each.sum()) - 0.5 * float(self._precision @ (at - self._mean) ** 2)

    def density_and_slope(self, at: Floats) -> tuple[float, Floats]:
        """Return the log density and its gradient (p,)."""
        added, signed = self._parts(at)
        joint = self._by_customer(signed)
        total = special.logsumexp(joint, axis=1)
        share = np.exp(joint - total[:, None])[self._of]
        miss = share * self._sign[:, None] * special.expit(-signed)
        moved = added * miss
        gradient = np.empty(at.size)
        gradient[0] = moved.sum()
        gradient[1] = self._z @ moved.sum(axis=1)
        gradient[2] = -np.exp(at[2]) * float((moved @ self._node).sum())
        gradient[3] = -np.exp(at[3]) * float((miss @ self._node).sum())
        gradient[4:] = self._x.T @ miss.sum(axis=1)
        off = at - self._mean
        return float(total.sum()) - 0.5 * float(self._precision @ off**2), gradient - self._precision * off

    def curvature(self, at: Floats) -> Floats:
        """Return minus the Hessian by differences of the gradient, mended where it is not positive."""
        found = np.empty((at.size, at.size))
        for place in range(at.size):
            step = np.zeros(at.size)
            step[place] = _STEP
            up, down = (self.density_and_slope(at + way * step)[1] for way in (1, -1))
            found[place] = (down - up) / (2 * _STEP)
        values, vectors = np.linalg.eigh((found + found.T) / 2)
        mended: Floats = (vectors * np.maximum(values, self._precision.min())) @ vectors.T
        return mended

    def climb(self) -> Floats:
        """Return the maximum.

        Raises
        ------
        NotEstimable
            ``not_converged`` where none is found.
        """

        def down(at: Floats) -> tuple[float, Floats]:
            value, gradient = self.density_and_slope(at)
            return -value, -gradient

        found = optimize.minimize(
            down, self._mean, jac=True, method="L-BFGS-B", options={"maxiter": 500, "maxfun": 1000}
        )
        if not np.isfinite(found.fun):
            text = "how churn answers to price did not settle: fewer traits would help"
            raise NotEstimable("not_converged", text)
        at: Floats = found.x
        return at

    def private(self, at: Floats) -> Floats:
        """Return how likely each customer, by its code, is at each node, by how long it stayed, (N, nodes)."""
        joint = self._by_customer(self._parts(at)[1])
        found = np.tile(np.exp(self._log_weight), (int(self._codes.max(initial=0)) + 1, 1))
        found[self._codes] = np.exp(joint - special.logsumexp(joint, axis=1)[:, None])
        return found
