"""Spearman's rank correlation of two measurements, on any weighting of the customers and as an influence.

Notation
--------
a, b : (n,) two measurements of each customer          w : (B, n) how often each draw contains each customer
r : the correlation of the mid-ranks of a and of b, where each customer counts as often as its weight
"""

from __future__ import annotations

import numpy as np

from models.checks import Floats
from models.order_statistics import SortedSample, sorted_once


class RankCorrelation:
    """Two measurements, each sorted once for all draws and for the influence function.

    Parameters
    ----------
    a, b
        Shape (n,). Customers of whom either is NaN do not take part.

    Examples
    --------
    >>> pair = RankCorrelation(np.array([1.0, 2.0, 3.0]), np.array([10.0, 30.0, 20.0]))
    >>> pair.drawn(np.ones((1, 3))).round(3)
    array([0.5])
    """

    def __init__(self, a: Floats, b: Floats) -> None:
        self.usable = np.isfinite(a) & np.isfinite(b)
        self.a, self.b = (sorted_once(each[self.usable]) for each in (a, b))

    def drawn(self, weights: Floats) -> Floats:
        """Return r, shape (B,), for each row of weights (B, n).

        NaN where one of the two does not vary, and below a weight of three customers: two always correlate.
        """
        carried = np.ascontiguousarray(weights[:, self.usable])
        total = carried.sum(axis=1)
        ranks = []
        for sample in (self.a, self.b):
            rank = sample.ranks(carried)
            rank -= ((total + 1) / 2)[:, None]
            ranks.append(rank)
        cross = np.einsum("bi,bi,bi->b", carried, ranks[0], ranks[1])
        sizes = [np.einsum("bi,bi,bi->b", carried, rank, rank) for rank in ranks]
        size = np.sqrt(sizes[0] * sizes[1])
        known = (size > 1e-9) & (total > 2.5)
        correlation: Floats = np.divide(cross, size, out=np.full(total.shape, np.nan), where=known)
        return np.clip(correlation, -1, 1)

    def influence(self) -> Floats:
        """Return the influence function of r, shape (n,) (Croux & Dehon 2010, eq. 5).

        NaN throughout where one of the two does not vary.
        """
        n = self.a.x.size
        if n < 3 or self.a.x[0] == self.a.x[-1] or self.b.x[0] == self.b.x[-1]:
            return np.full(self.usable.shape, np.nan)
        f, g = (sample.mid_ranks / n for sample in (self.a, self.b))
        # E over the other customers of G(b) where a is above, and of F(a) where b is above.
        raw = f * g + _mean_at_or_above(self.a, g) + _mean_at_or_above(self.b, f)
        influence = np.zeros(self.usable.shape)
        influence[self.usable] = (raw - raw.mean()) / np.sqrt(np.var(f) * np.var(g))
        return influence * (self.usable.size / n)


def _mean_at_or_above(sample: SortedSample, other: Floats) -> Floats:
    reversed_sums = np.cumsum(other[sample.order][::-1])[::-1] / other.size
    result = np.empty(other.size)
    result[sample.order] = reversed_sums
    return result
