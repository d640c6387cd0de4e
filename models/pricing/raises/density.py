"""The density of how churn answers to price, given decisions of the past: notation and priors as in `response`."""

from __future__ import annotations

import numpy as np
from scipy import optimize, special

from models.checks import Floats
from models.errors import NotEstimable
from models.pricing.raises.decisions import Decisions

THETA_MEDIAN, THETA_LOG_SD = 3.0, 0.8
KAPPA_MEANS, KAPPA_SD = (1.0, 0.5), 0.4
SIGMA_MEDIAN, OMEGA_MEDIAN, PRIVATE_LOG_SD = 0.4, 0.8, 0.5
NODES = 7
_WEAK = 3.0
_STEP = 1e-4
_FARTHEST = 12.0


def nodes() -> tuple[Floats, Floats]:
    """Return where ε is looked at, and how likely it is there, (nodes,) each."""
    at, weight = np.polynomial.hermite_e.hermegauss(NODES)
    return at, weight / weight.sum()


class Density:
    """The log density of (log θ, κ, log σ, log ω, β, δ), columns of x and w in standard deviations.

    κ has as many places as there are positions; `fixed` says where log σ and log ω stand.
    """

    def __init__(self, rows: Decisions, scale: Floats | None = None) -> None:
        x = np.concatenate([rows.known, rows.other], axis=1)
        spread = x.std(axis=0)
        # A level is the same in all rows: it keeps its scale.
        self.scale = np.where(spread > 1e-12, spread, 1.0) if scale is None else scale
        sign = np.where(rows.left, 1.0, -1.0)
        # Row by row: each position is summed over in one stretch of memory.
        self._sign, self._z = sign, np.ascontiguousarray(rows.position.T)
        j = len(self._z)
        self._kappa, self._rest, self.fixed = slice(1, 1 + j), 3 + j, (1 + j, 2 + j)
        self._x = sign[:, None] * (x / self.scale)
        self._risen = sign * np.expm1(rows.given)
        self._starts = np.flatnonzero(np.diff(rows.customer, prepend=-1))
        self._codes = rows.customer[self._starts]
        self._of = np.cumsum(np.diff(rows.customer, prepend=-1) > 0) - 1
        self._node, weight = nodes()
        # Every density is worked out in the same room: to be given fresh memory costs more than the sums.
        self._room = np.empty((3, NODES, rows.left.size))
        self._log_weight = np.log(weight)
        p = self._rest + x.shape[1]
        self._mean, self._precision = np.zeros(p), np.full(p, _WEAK**-2)
        self._mean[: self._rest] = [
            np.log(THETA_MEDIAN), *KAPPA_MEANS[:j], np.log(SIGMA_MEDIAN), np.log(OMEGA_MEDIAN)
        ]  # fmt: skip
        sd = np.array([THETA_LOG_SD, *[KAPPA_SD] * j, PRIVATE_LOG_SD, PRIVATE_LOG_SD])
        self._precision[: self._rest] = sd**-2
        self.cells = rows.left.size * NODES

    def _parts(self, at: Floats) -> tuple[Floats, Floats]:
        """Return sign × what raises add to the log odds at each node, and sign × η, (nodes, m) each."""
        steep = np.exp(np.clip(at[0] + at[self._kappa] @ self._z, -_FARTHEST, 4.0)) * self._risen
        added, signed, _ = self._room
        sigma, omega = (np.exp(at[place]) for place in self.fixed)
        np.multiply(np.exp(np.clip(-sigma * self._node, -4.0, 4.0))[:, None], steep, out=added)
        np.multiply((-omega * self._node)[:, None], self._sign, out=signed)
        signed += self._x @ at[self._rest :]
        signed += added
        return added, signed

    def _by_customer(self, signed: Floats) -> Floats:
        """Return the log likelihood of each customer at each node, (nodes, customers)."""
        # log(1 + exp(-s)) = log(1 + exp(-|s|)) - min(s, 0), which no s is too large for.
        surprise = np.abs(signed, out=self._room[2])
        np.exp(np.negative(surprise, out=surprise), out=surprise)
        np.log1p(surprise, out=surprise)
        surprise -= np.minimum(signed, 0.0)
        found: Floats = self._log_weight[:, None] - np.add.reduceat(surprise, self._starts, axis=1)
        return found

    def density(self, at: Floats) -> float:
        """Return the log density, up to a constant."""
        each = _log_sum(self._by_customer(self._parts(at)[1]))
        return float(each.sum()) - 0.5 * float(self._precision @ (at - self._mean) ** 2)

    def density_and_slope(self, at: Floats) -> tuple[float, Floats]:
        """Return the log density and its gradient (p,)."""
        added, signed = self._parts(at)
        joint = self._by_customer(signed)
        total = _log_sum(joint)
        miss = np.exp(joint - total)[:, self._of]
        miss *= special.expit(-signed)
        moved = added * miss
        gradient = np.empty(at.size)
        gradient[0] = moved.sum()
        by_row, (sigma, omega) = moved.sum(axis=0), self.fixed
        gradient[self._kappa] = [by_row @ z for z in self._z]
        gradient[sigma] = -np.exp(at[sigma]) * float(self._node @ moved.sum(axis=1))
        gradient[omega] = -np.exp(at[omega]) * float(self._node @ (miss @ self._sign))
        gradient[self._rest :] = miss.sum(axis=0) @ self._x
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
        found[self._codes] = np.exp(joint - _log_sum(joint)).T
        return found


def _log_sum(joint: Floats) -> Floats:
    """Return the log of the sum of exponentials over nodes (nodes, customers), (customers,)."""
    peak = joint.max(axis=0)
    found: Floats = peak + np.log(np.exp(joint - peak).sum(axis=0))
    return found
