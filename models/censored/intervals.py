"""`Intervals`: willingness that answers leave known only up to an interval.

Notation
--------
n : rows; a respondent has one row, or several that share his weight where his answers leave several intervals
L, U : (n,) willingness is at least L (a price that was accepted) and below U (a price that was refused)
w : (n,) weights     c : (n,) clusters     a : (n,) the price that was shown first, which may pull the answers
g : (n, q) scores, the gradient of each row's log-likelihood
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.checks import Floats
from models.clusters import effective
from models.errors import InvalidInput, NotEstimable


@dataclass(frozen=True, kw_only=True)
class Intervals:
    """Interval-censored willingness.

    Parameters
    ----------
    lower, upper
        Shape (n,), money, 0 ≤ lower < upper; 0 and infinity where there is no bound.
    weight
        Shape (n,), ≥ 0 and not all 0. Only their ratios count.
    cluster
        Shape (n,), codes 0 …: rows of one cluster are not independent.
    anchor
        Shape (n,), money > 0, the price shown first; None where it is not known.
    one_of
        Shape (n,), codes 0 …: rows of one code are alternatives, of which one is true and each has its share of the
        weight; None where every row is certain.

    Raises
    ------
    InvalidInput
        If a row breaks this.
    NotEstimable
        ``no_answers`` where no row has weight.
    """

    lower: Floats
    upper: Floats
    weight: Floats
    cluster: NDArray[np.intp]
    anchor: Floats | None = None
    one_of: NDArray[np.intp] | None = None

    def __post_init__(self) -> None:
        ordered = (self.lower >= 0) & (self.lower < self.upper)
        if not ordered.all():
            at = int(np.argmin(ordered))
            raise InvalidInput(f"0 ≤ lower < upper must hold, got {self.lower[at], self.upper[at]} at {at}")
        if not (np.isfinite(self.weight) & (self.weight >= 0)).all():
            raise InvalidInput("weights must be finite and ≥ 0")
        if not self.weight.any():
            raise NotEstimable("no_answers", "no answer has any weight")
        if self.anchor is not None and not (np.isfinite(self.anchor) & (self.anchor > 0)).all():
            raise InvalidInput("the price shown first must be finite and > 0")

    @property
    def clusters(self) -> int:
        """How many independent clusters have weight."""
        return int(np.unique(self.cluster[self.weight > 0]).size)

    @property
    def effective_clusters(self) -> float:
        """How many equally weighted clusters tell as much."""
        return effective(self.weight, self.cluster)

    @property
    def bounds(self) -> Floats:
        """The distinct finite bounds > 0, ascending."""
        ends = np.concatenate([self.lower, self.upper])
        return np.unique(ends[(ends > 0) & np.isfinite(ends)])

    def by_cluster(self, rows: Floats) -> Floats:
        """Sum `rows` of shape (n, q) within clusters, shape (clusters, q)."""
        return _sums(rows, self.cluster)

    def missing(self, scores: Floats) -> Floats:
        """Return the information (q, q) that is lost because it is not known which alternative is true.

        It is the variance, inside each set of alternatives, of the score per unit of weight (Louis 1982).
        """
        q = scores.shape[1]
        if self.one_of is None:
            return np.zeros((q, q))
        weighted = self.weight[:, None] * scores
        means = _sums(weighted, self.one_of)
        whole = np.maximum(np.bincount(self.one_of, self.weight), 1e-300)
        lost: Floats = scores.T @ weighted - (means / whole[:, None]).T @ means
        return lost


def _sums(rows: Floats, code: NDArray[np.intp]) -> Floats:
    sums = np.zeros((int(code.max()) + 1, rows.shape[1]))
    np.add.at(sums, code, rows)
    return sums
