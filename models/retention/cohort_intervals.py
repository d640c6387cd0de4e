"""How sure the retention of single cohorts is: what customers of an age do is learned from all cohorts.

Notation
--------
a : (n,) what each customer paid in its first month, > 0     c : its cohort, that month      k : age in months
r = z[c + k] ÷ a for net retention, min(z[c + k], a) ÷ a for gross     s = a ÷ Σ over the cohort of a
e = min(r, 4) - its mean over all cohorts old enough      w₋, w₊ : E e² of either side by size, from all of them

A cohort of a dozen customers does not show how such customers move. Its variance is that of all cohorts at this age
(`models.retention.pooled_variance`), raised or lowered by what the cohort shows of itself: on either side by
``f = (κ + Σ_c e²) ÷ (κ + Σ_c w)``, the mean of a gamma posterior with κ squared movements of prior weight. As a cohort
becomes large, its own errors take over in the same way as they do there. Shares of customers have mid-P intervals.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from models.checks import Floats
from models.proportions import mid_p_ends
from models.retention.ledger import Ints, MrrLedger
from models.retention.moments import Moments
from models.retention.pooled_variance import OWN_SIZE_FROM, PATIENCE
from models.retention.size_trend import SizeGrid, SizeTrend

FEWEST_IN_COHORT = 5
"""Customers below which nothing is said of a cohort."""
_PRIOR = 2.0
Kind = Literal["net", "gross"]


@dataclass(frozen=True, slots=True, eq=False)
class Ends:
    """Shares of many cohorts at one age, shape (cohorts,) each; NaN where a cohort is too small or too young."""

    value: Floats
    low: Floats
    high: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Members:
    """Everybody who belongs to a cohort, sorted by it.

    Parameters
    ----------
    ratio
        Shape (T, m): what a customer pays at an age, ÷ what it paid at first; 0 beyond the last month.
    first
        Shape (m,): a.
    starts
        Shape (C,): where a cohort begins.
    months
        Shape (C,): c.
    """

    ratio: NDArray[np.float32]
    first: Floats
    starts: Ints
    months: Ints

    @classmethod
    def of(cls, ledger: MrrLedger) -> Members | None:
        """Read them; None where nobody began within the ledger.

        Examples
        --------
        >>> from models.retention.ledger import Rows
        >>> ledger = MrrLedger(2, 3, Rows.of([0, 0, 1], [0, 2, 1], [100, 50, 80]))
        >>> Members.of(ledger).ratio.tolist()
        [[1.0, 1.0], [1.0, 1.0], [1.5, 0.0]]
        """
        parts, began, first = [], [], []
        ages = np.arange(ledger.months)[:, None]
        for block in ledger.blocks():
            pays = block.mrr > 0
            counted = np.flatnonzero(
                pays.any(axis=0) & ~ledger.before[block.first : block.first + pays.shape[1]]
            )
            start = pays[:, counted].argmax(axis=0)
            at = ages + start
            aged = np.take_along_axis(block.mrr[:, counted], np.minimum(at, ledger.months - 1), axis=0)
            parts.append((np.where(at < ledger.months, aged, 0) / aged[0]).astype(np.float32))
            began.append(start)
            first.append(aged[0].astype(np.float64))
        month = np.concatenate(began)
        if not month.size:
            return None
        order = np.argsort(month, kind="stable")
        months, starts = np.unique(month[order], return_index=True)
        ratio = np.concatenate(parts, axis=1)[:, order]
        return cls(ratio, np.concatenate(first)[order], starts, months)


class CohortIntervals:
    """Retention of every cohort at every age, with intervals.

    Parameters
    ----------
    members
        Everybody who belongs to a cohort.
    level
        Nominal coverage, 0–1.

    Examples
    --------
    Twelve who began in month 0, of whom three left and one doubled, and two who began a month later:

    >>> from models.retention.ledger import Rows
    >>> who = np.arange(14)
    >>> moves = np.array([*who, 0, 1, 2, 3]), np.repeat([0, 1], [12, 6]), np.repeat([100, -100, 100], [14, 3, 1])
    >>> rows = Rows.of(*(each[np.argsort(moves[0], kind="stable")] for each in moves))
    >>> found = CohortIntervals(Members.of(MrrLedger(14, 2, rows)), level=0.9)
    >>> net, logo = found.revenue(1, "net"), found.logo(1)
    >>> [round(float(each[0]), 2) for each in (net.low, net.value, net.high)], net.value[1]
    ([0.53, 0.83, 1.13], np.float64(nan))
    >>> [round(float(each[0]), 2) for each in (logo.low, logo.value, logo.high)]
    [0.51, 0.75, 0.91]
    """

    def __init__(self, members: Members, *, level: float) -> None:
        self.members, self.level = members, level
        first, starts = members.first, members.starts
        self.counts = np.diff(starts, append=first.size)
        self.cohort = np.repeat(np.arange(starts.size), self.counts)
        self.part = first / np.add.reduceat(first, starts)[self.cohort]
        self.grid = SizeGrid.of(first)
        powers = [self._by_node(self.part**power) for power in range(4)]
        self.at_node = np.stack(powers)  # (4, C, G)
        self.largest = np.lexsort((-first, self.cohort))[starts]

    def _by_node(self, weights: Floats) -> Floats:
        starts = np.append(self.members.starts, weights.size)
        by_cohort = sparse.csr_array((weights, np.arange(weights.size), starts)) @ self.grid.dealt
        return np.asarray(by_cohort.todense(), dtype=np.float64)

    def _seen(self, age: int) -> int:
        """How many cohorts, the oldest first, have reached an age."""
        return int(np.searchsorted(self.members.months, len(self.members.ratio) - age))

    def logo(self, age: int) -> Ends:
        """Return the share of customers who pay at an age."""
        seen = self._seen(age)
        if age == 0:
            return self._told(*np.ones((3, seen)))
        here = np.add.reduceat(self.members.ratio[age] > 0, self.members.starts, dtype=np.int64)[:seen]
        low, high = mid_p_ends(here, self.counts[:seen], self.level)
        return self._told(here / self.counts[:seen], low, high)

    def revenue(self, age: int, kind: Kind) -> Ends:
        """Return the share of the first revenue that is there at an age, `gross` or `net`."""
        seen, most = self._seen(age), 1.0 if kind == "gross" else np.inf
        if not seen or age == 0:
            return self._told(*np.ones((3, seen)))
        n = int(self.counts[:seen].sum())
        ratio = np.minimum(self.members.ratio[age, :n].astype(np.float64), most)
        value = self._sums(self.part[:n] * ratio)
        moments, leaving = self._error(ratio, value)
        lower, upper = moments.quantiles(self.level, leaving=leaving)
        deviation = np.sqrt(moments.variance)
        low = np.minimum(np.maximum(value - upper * deviation, 0), value)
        return self._told(value, low, np.minimum(np.maximum(value - lower * deviation, value), most))

    def _told(self, value: Floats, low: Floats, high: Floats) -> Ends:
        told = np.full((3, self.counts.size), np.nan)
        told[:, : value.size] = value, low, high
        told[:, self.counts < FEWEST_IN_COHORT] = np.nan
        return Ends(*told)

    def _sums(self, each: Floats) -> Floats:
        """Sum over the customers of each of the oldest cohorts, whose customers these are."""
        starts = self.members.starts
        return np.asarray(np.add.reduceat(each, starts[starts < each.size]))

    def _error(self, ratio: Floats, value: Floats) -> tuple[Moments, tuple[Floats, Floats]]:
        n, seen = ratio.size, value.size
        part, counts, of = self.part[:n], self.counts[:seen], self.cohort[:n]
        capped = np.minimum(ratio, OWN_SIZE_FROM)
        movement = capped - capped.mean()
        losses, gains = (
            self._side(sign, np.where(sign * movement > 0, movement, 0.0), seen) for sign in (-1, 1)
        )
        whole = ratio - capped.mean()
        extra = part**2 * (whole**2 - movement**2)
        beyond = Moments(
            variance=self._sums(extra), third=self._sums(part**3 * (whole**3 - movement**3)),
            with_variance=0.0, of_variance=self._sums(extra**2),
        )  # fmt: skip
        pooled = losses.moments.plus(gains.moments).plus(beyond)
        error = part * (ratio - value[of])
        third = self._sums(error**3)
        own = Moments(
            variance=self._sums(error**2) * counts / np.maximum(counts - 1, 1),
            third=third, with_variance=third, of_variance=self._sums(error**4),
        )  # fmt: skip
        made_up = self.at_node[2, :seen].sum(axis=1) / counts
        unsure = (own.of_variance + made_up**2) / (own.variance + made_up) ** 2
        leaving = losses.chance, losses.typical * self.part[self.largest[:seen]]
        return pooled.mixed(own, 1 / (1 + PATIENCE * unsure)), leaving

    def _side(self, sign: int, movement: Floats, seen: int) -> _Side:
        """Return what losses (all ≤ 0) or gains (all ≥ 0) of all cohorts say of each of them."""
        n, squares = movement.size, movement**2
        dealt = self.grid.dealt[:n]
        trend = SizeTrend.fit(
            np.asarray(dealt.sum(axis=0)).ravel(), np.asarray(dealt.T @ squares),
            cubes=float(squares @ np.abs(movement)), fourths=float(squares @ squares),
        )  # fmt: skip
        expected, one, two, three = self.at_node[:, :seen] @ trend.mean
        weight = _PRIOR + self._sums(squares)
        factor = weight / (_PRIOR + expected)
        skew = sign * trend.typical
        moments = Moments(
            variance=factor * two, third=skew * factor * three,
            with_variance=skew * factor**2 * one * two / weight,
            of_variance=(factor * two) ** 2 * trend.dispersion / weight,
        )  # fmt: skip
        at_largest = self.grid.dealt[self.largest[:seen]] @ trend.mean
        chance = np.minimum(factor * at_largest / trend.typical**2, 1.0)
        return _Side(moments, chance, trend.typical)


@dataclass(frozen=True, slots=True, eq=False)
class _Side:
    """The errors that one side's movements make of each cohort, and how its largest customer moves."""

    moments: Moments
    chance: Floats
    typical: float
