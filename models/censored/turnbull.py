"""The nonparametric maximum-likelihood demand curve of interval-censored willingness (Turnbull 1976).

Notation
--------
cells : (k,) the innermost intervals [q, r): a lower bound next to an upper one; only they can hold mass
A : (g, k) which cells each group of equal answers covers        w : (g,) its weight, W = Σ w
π : (k,) mass of each cell, Σ π = 1        d = Aᵀ(w / Aπ) : the gradient

π is the maximum if and only if d ≤ W everywhere (Gentleman & Geyer 1994). Each step solves the quadratic
approximation over the whole simplex at once by non-negative least squares (Wang 2007), which ends on the exact
set of empty cells in a few steps, where self-consistency (expectation-maximisation) takes thousands.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from models.censored.intervals import Intervals
from models.checks import Floats
from models.errors import NotEstimable

_STEPS = 200
_TOLERANCE = 1e-10


@dataclass(frozen=True)
class Turnbull:
    """The curve of some intervals.

    Parameters
    ----------
    left, right, mass
        Shape (k,): the cells [left, right) and the share of people in each.
    log_likelihood
        As weighted.
    intervals
        What it was fitted to.
    """

    left: Floats
    right: Floats
    mass: Floats
    log_likelihood: float
    intervals: Intervals

    def survival(self, price: Floats) -> tuple[Floats, Floats]:
        """Return the least and the largest share that the data allow to pay each price; mostly the two are one.

        They differ only inside a cell, where no answer tells how its mass lies.
        """
        certain, possible = self._covers(price)
        return certain @ self.mass, possible @ self.mass

    def error(self, price: Floats) -> Floats:
        """Return the cluster-robust standard error of the least share at each price."""
        certain, _ = self._covers(price)
        count = self.intervals.clusters
        squares = ((self.influence @ certain.T) ** 2).sum(axis=0)
        errors: Floats = np.sqrt(squares * count / max(count - 1, 1))
        return errors

    @cached_property
    def influence(self) -> Floats:
        """How the answers of each cluster move the mass, shape (clusters, k); empty cells stay empty."""
        intervals = self.intervals
        inside = (self.left >= intervals.lower[:, None]) & (self.right <= intervals.upper[:, None])
        held: NDArray[np.intp] = np.flatnonzero(self.mass > 0)
        scores = inside[:, held] / np.maximum(inside @ self.mass, 1e-300)[:, None]
        weighted = intervals.weight[:, None] * scores
        # Mass moves only between cells: an orthonormal basis of the directions that sum to 0.
        basis = np.linalg.qr(np.column_stack([np.ones(held.size), np.eye(held.size)[:, 1:]]))[0][:, 1:]
        information = basis.T @ (weighted.T @ scores - intervals.missing(scores)) @ basis
        moved = np.zeros((int(intervals.cluster.max()) + 1, self.mass.size))
        turned = basis @ np.linalg.pinv(information, hermitian=True) @ basis.T
        moved[:, held] = intervals.by_cluster(weighted) @ turned
        return moved

    def _covers(self, price: Floats) -> tuple[Floats, Floats]:
        certain = (self.left >= price[:, None]).astype(np.float64)
        possible = (self.right > price[:, None]).astype(np.float64)
        return certain, possible


def turnbull(intervals: Intervals) -> Turnbull:
    """Find the demand curve that makes the answers most likely.

    Raises
    ------
    NotEstimable
        ``no_maximum`` if the search does not end, which no data are known to cause.

    Examples
    --------
    >>> answers = Intervals(
    ...     lower=np.array([0.0, 10, 10, 20]), upper=np.array([10, 20, np.inf, np.inf]),
    ...     weight=np.ones(4), cluster=np.arange(4))
    >>> turnbull(answers).survival(np.array([10.0, 20.0]))[0].round(3)
    array([0.75 , 0.375])
    """
    left, right = _innermost(intervals)
    first = np.searchsorted(left, intervals.lower, "left")
    last = np.searchsorted(right, intervals.upper, "right")
    groups, group = np.unique(np.stack([first, last], axis=1), axis=0, return_inverse=True)
    group = group.ravel()
    at = np.arange(left.size)
    covers = ((at >= groups[:, :1]) & (at < groups[:, 1:])).astype(np.float64)
    weight: Floats = np.bincount(group, intervals.weight, minlength=len(groups)).astype(np.float64)
    mass = _maximum(covers[weight > 0], weight[weight > 0])
    value = float(weight[weight > 0] @ np.log(covers[weight > 0] @ mass))
    return Turnbull(left, right, mass, value, intervals)


def _innermost(intervals: Intervals) -> tuple[Floats, Floats]:
    lowers, uppers = np.unique(intervals.lower), np.unique(intervals.upper)
    # […, v) ends before [v, …) begins: the lower bound before an upper bound v is strictly below it.
    before = np.searchsorted(lowers, uppers, "left") - 1
    _, nearest = np.unique(before[before >= 0], return_index=True)
    return lowers[before[before >= 0][nearest]], uppers[before >= 0][nearest]


def _maximum(covers: Floats, weight: Floats) -> Floats:
    cells = covers.shape[1]
    mass = np.full(cells, 1 / cells)
    share = weight / weight.sum()
    value = float(share @ np.log(covers @ mass))
    for _ in range(_STEPS):
        excess = _excess(covers, share, mass)
        if excess <= _TOLERANCE:
            return mass
        aim = _aim(covers, share, mass)
        step, size, reached = aim - mass, 1.0, -np.inf
        while size > 1e-12:
            with np.errstate(divide="ignore"):
                reached = float(share @ np.log(np.maximum(covers @ (mass + size * step), 0)))
            if reached > value:
                break
            size /= 2
        if reached <= value:
            # The top is flat to the last bit of the likelihood; the gradient still tells which is nearer.
            if _excess(covers, share, aim) >= excess:
                return mass
            size, reached = 1.0, value
        mass, value = np.maximum(mass + size * step, 0), reached
        mass /= mass.sum()
    raise NotEstimable("no_maximum", "the nonparametric demand curve was not found")


def _excess(covers: Floats, share: Floats, mass: Floats) -> float:
    """Return how far the steepest gradient lies above that of a maximum."""
    with np.errstate(divide="ignore"):
        return float((covers.T @ (share / (covers @ mass))).max()) - 1


def _aim(covers: Floats, share: Floats, mass: Floats) -> Floats:
    """Return the mass that maximises the quadratic approximation around `mass`."""
    from scipy import optimize  # noqa: PLC0415 - expensive to import

    chance, cells = covers @ mass, covers.shape[1]
    curved = np.sqrt(share)[:, None] * (covers / chance[:, None] - 2)
    aim, _ = optimize.nnls(np.vstack([curved, np.ones(cells)]), np.append(np.zeros(share.size), 1.0))
    normed: Floats = aim / aim.sum()
    return normed
