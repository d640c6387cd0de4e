"""The chance that each respondent buys, as a path over prices, and the sum of all paths in linear time.

Notation
--------
n, g : respondents and groups of them       P : (n, 4) the prices of a path's knots, rising
V : (n, 4) the chance at each knot          p : (m,) rising prices at which the sum is wanted
R(p) : the weighted mean chance             a, b : intercept and slope of R on a stretch

A path is V₀ below its first knot, straight between knots, and 0 above the last. Knots at one price are a jump;
at that very price the greater chance holds, for the respondent named the price in the kinder sense, too.

Each straight piece adds its intercept and slope where it begins and takes them away where it ends; one
cumulative sum over prices then gives the sum of all paths: n + m steps instead of n × m. After Newton, Miller &
Smith (1993, A market acceptance extension to traditional price sensitivity measurement).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.checks import Floats
from models.clusters import Codes

_JUMP = 1e-6
"""A piece narrower than this share of its price is a jump: its slope would drown the sum in rounding."""


@dataclass(frozen=True, kw_only=True)
class Paths:
    """Everybody's path: `prices` P and `chances` V of shape (n, 4), `weights` of shape (n,).

    Examples
    --------
    >>> path = Paths(
    ...     prices=np.array([[10.0, 20, 30, 50]]), chances=np.array([[0, 0.7, 0.3, 0]]), weights=np.ones(1)
    ... )
    >>> path.summed(np.array([5.0, 15, 25, 40, 60]), group=np.array([0]), groups=1).round(3)
    array([[0.  , 0.35, 0.5 , 0.15, 0.  ]])
    """

    prices: Floats
    chances: Floats
    weights: Floats

    def summed(self, at: Floats, *, group: Codes, groups: int) -> Floats:
        """Return the weighted sum of the chances in each group at rising prices `at` of shape (m,).

        At a jump the chance is that above it.

        Returns
        -------
        Shape (groups, m).
        """
        intercept, slope = np.zeros((2, groups, at.size + 1))
        places = group * (at.size + 1)
        knots = [np.searchsorted(at, self.prices[:, j]) for j in range(4)]
        # From the lowest price on each has the chance of the first knot …
        intercept[:, 0] = np.bincount(group, self.weights * self.chances[:, 0], groups)
        for j in range(4):
            a, b = self._piece(j)
            before_a, before_b = self._piece(j - 1)
            there = places + knots[j]
            intercept += np.bincount(there, a - before_a, intercept.size).reshape(intercept.shape)
            slope += np.bincount(there, b - before_b, slope.size).reshape(slope.shape)
        sums: Floats = np.cumsum(intercept, axis=1)[:, :-1] + np.cumsum(slope, axis=1)[:, :-1] * at
        return sums

    def _piece(self, j: int) -> tuple[Floats, Floats]:
        """Return weighted intercept and slope of everybody's piece after knot j: before the first, after the last."""
        if j in (-1, 3):
            level = self.weights * self.chances[:, 0] if j < 0 else np.zeros(len(self.weights))
            return level, np.zeros(len(self.weights))
        start, end = self.prices[:, j], self.prices[:, j + 1]
        wide = end - start > _JUMP * end
        rise = self.weights * (self.chances[:, j + 1] - self.chances[:, j])
        slope = np.divide(rise, end - start, out=np.zeros_like(rise), where=wide)
        return self.weights * self.chances[:, j] - slope * start, slope

    def jumps(self, at: Floats) -> tuple[Floats, Floats]:
        """Return by how much the sum jumps up, and down, at each of the prices `at`: all knots are among them."""
        up, down = np.zeros((2, at.size))
        for j in range(3):
            start, end = self.prices[:, j], self.prices[:, j + 1]
            narrow = end - start <= _JUMP * end
            place = np.searchsorted(at, end[narrow])
            rise = (self.weights * (self.chances[:, j + 1] - self.chances[:, j]))[narrow]
            up += np.bincount(place, np.maximum(rise, 0), at.size)
            down += np.bincount(place, np.maximum(-rise, 0), at.size)
        return up, down
