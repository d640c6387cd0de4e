"""How good a score is: whether it orders customers, whether its chances come true, and what it adds to one trait.

Notation
--------
A : the chance that a customer who succeeded was scored above one who did not (the area under the curve), counted
    inside blocks: a half where scores are equal
ψ(i, j) : 1, ½ or 0 for a success i and another customer j      V_i = Σ_j ψ(i, j) : placements
B : the mean square of (chance - success), Brier's score      skill = 1 - B ÷ B of the base rate

Standard errors come from placements (DeLong, DeLong & Clarke-Pearson 1988), differences being paired. Customers
who are judged in one fold have taught the others, so the plain variance is too small; it is multiplied by
1 + K n_test ÷ n_train (Nadeau & Bengio 2003).
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from models.checks import Floats
from models.estimate import Estimate, Label
from models.ideal_customers.rehearsal import FEWEST_OF_EACH, Rehearsal
from models.proportions import wilson

USEFUL_AREA = 0.6
"""Below it a score says too little to act on: of two customers it names the better one 6 times in 10."""
_MOST_BINS, _BIN_CUSTOMERS = 10, 20


@dataclass(frozen=True)
class Bin:
    """Customers of similar scores: the mean chance, the share that succeeded, and the interval of such a share."""

    expected: float
    observed: float
    low: float
    high: float
    customers: int


@dataclass(frozen=True)
class Reliability:
    """Whether chances come true.

    `p_value` is how often chances that are true would miss by as much as these: r' V⁻¹ r for the misses r of the
    bins, chi-squared with a degree a bin, V from luck and from what those who taught leave in doubt; None where
    there is no bin.
    """

    bins: tuple[Bin, ...]
    p_value: float | None


@dataclass(frozen=True)
class Quality:
    """What a rehearsal shows.

    Parameters
    ----------
    customers, successes
        How many were judged, and how many of them succeeded.
    area, skill
        A and the skill of the score.
    rule_area
        A of the single trait that was best where it learned.
    gain
        A of the score less that of the rule.
    rule_areas
        A of every trait alone, shape (T,); NaN where it orders nobody.
    reliability
        Whether chances come true.
    """

    customers: int
    successes: int
    area: Estimate
    skill: Estimate
    rule_area: Estimate
    gain: Estimate
    rule_areas: Floats
    reliability: Reliability

    @property
    def predicts(self) -> str:
        """Whether the score foretells success: yes, no or cannot_tell."""
        if self.area.low is None or self.area.high is None:
            return "cannot_tell"
        if self.area.low > 0.5:
            return "yes"
        return "no" if self.area.high < USEFUL_AREA else "cannot_tell"


def quality_of(rehearsal: Rehearsal, chances: Floats, *, level: float = 0.9) -> Quality:
    """Measure a rehearsal.

    Parameters
    ----------
    rehearsal
        Whom it judged, and what single traits said of them.
    chances
        Shape (m,): the calibrated chances that the score gave them.
    level
        Coverage of the intervals.
    """
    y = rehearsal.success
    n, good = y.size, int(y.sum())
    model = _Placements.of(rehearsal.log_odds, rehearsal)
    picked = _Placements.of(rehearsal.picked, rehearsal)
    enough = min(good, n - good) >= FEWEST_OF_EACH and np.isfinite(model.area)
    label = Label(unit="probability", method="chance of ordering a pair, inside blocks", level=level)

    def area(placed: _Placements, low: float = 0.0) -> Estimate:
        if not enough:
            return label.unknown("insufficient_customers", n=n)
        return _around(placed.area, placed.error(rehearsal.reuse), label, n=n, low=low)

    traits = rehearsal.rules.shape[2]
    rules = [_Placements.of(rehearsal.rules[:, :, at], rehearsal).area for at in range(traits)]
    return Quality(
        customers=n,
        successes=good,
        area=area(model),
        skill=_skill(rehearsal, chances, level=level, enough=enough),
        rule_area=area(picked),
        gain=area(model.less(picked), low=-1.0),
        rule_areas=np.array(rules, dtype=np.float64),
        reliability=reliability(chances, y, rehearsal.doubt, level=level),
    )


@dataclass(frozen=True)
class _Placements:
    """Of m customers the share of those with the other outcome, in the same block, from whom each is told apart.

    A success should stand above them, another customer below; the mean is over repeats.
    """

    success: Floats
    block: NDArray[np.int64]
    placed: Floats

    @classmethod
    def of(cls, scores: Floats, rehearsal: Rehearsal) -> _Placements:
        """Read scores of shape (R, m)."""
        y = rehearsal.success
        placed = np.array(
            [_placed(row, y, block) for row, block in zip(scores, rehearsal.block, strict=True)]
        )
        # Where everybody was judged more than once blocks are alike, and differ from time to time: they are one.
        block = rehearsal.block[0] if len(placed) == 1 else np.zeros(y.size, dtype=np.int64)
        return cls(y, block, placed.mean(axis=0))

    @property
    def area(self) -> float:
        """A, over the pairs of all blocks; NaN where no block has both outcomes."""
        parts = self._parts()
        pairs = sum(good.size * bad.size for good, bad in parts)
        return (
            sum(good.size * bad.size / pairs * float(good.mean()) for good, bad in parts) if pairs else np.nan
        )

    def _parts(self) -> list[tuple[Floats, Floats]]:
        """Return, of each block, the placements of its successes and of its others, where it has both."""
        known = np.isfinite(self.placed)
        sides = [
            tuple(self.placed[known & (self.block == name) & (self.success == y)] for y in (1.0, 0.0))
            for name in np.unique(self.block)
        ]
        return [(good, bad) for good, bad in sides if good.size and bad.size]

    def error(self, reuse: float) -> float:
        """Return the standard error of A."""
        parts, total = self._parts(), 0.0
        pairs = sum(good.size * bad.size for good, bad in parts)
        for good, bad in parts:
            for side in (good, bad):
                # One customer alone shows no scatter: the widest that placements can have stands for it.
                scatter = side.var(ddof=1) if side.size > 1 else 0.25
                total += (good.size * bad.size / pairs) ** 2 * float(scatter) / side.size
        return float(np.sqrt(total * reuse))

    def less(self, other: _Placements) -> _Placements:
        """Return the difference of two scores' placements, customer by customer."""
        return _Placements(self.success, self.block, self.placed - other.placed)


def _placed(scores: Floats, y: Floats, block: NDArray[np.int64]) -> Floats:
    """Return the placements of one repeat, NaN in a block where all customers had the same outcome."""
    placed = np.full(y.size, np.nan)
    for name in np.unique(block):
        good, bad = np.flatnonzero((block == name) & (y > 0)), np.flatnonzero((block == name) & (y == 0))
        if good.size and bad.size:
            placed[good] = _share_below(scores[good], scores[bad])
            placed[bad] = 1 - _share_below(scores[bad], scores[good])
    return placed


def _share_below(scores: Floats, others: Floats) -> Floats:
    """Return the share of `others` that lie below each score, ties as halves."""
    ordered = np.sort(others)
    below, upto = np.searchsorted(ordered, scores, "left"), np.searchsorted(ordered, scores, "right")
    return np.asarray((below + upto) / 2 / others.size, dtype=np.float64)


def _skill(rehearsal: Rehearsal, chances: Floats, *, level: float, enough: bool) -> Estimate:
    label = Label(unit="share", method="1 - Brier's score ÷ that of the base rate", level=level)
    y, n = rehearsal.success, rehearsal.success.size
    if not enough:
        return label.unknown("insufficient_customers", n=n)
    own, base = (chances - y) ** 2, ((rehearsal.base - y) ** 2).mean(axis=0)
    skill = float(1 - own.mean() / base.mean())
    influence = (1 - skill) * base - own
    error = float(np.sqrt(influence.var(ddof=1) / n * rehearsal.reuse) / base.mean())
    return _around(skill, error, label, n=n, low=-np.inf)


def _around(value: float, error: float, label: Label, *, n: int, low: float) -> Estimate:
    reach = float(special.ndtri((1 + label.level) / 2)) * error
    return label.known(value, max(value - reach, low), min(value + reach, 1.0), n=n)


def reliability(
    chances: Floats, success: Floats, doubt: Floats | None = None, *, level: float = 0.9
) -> Reliability:
    """Set chances against what happened, in up to ten bins of about equally many customers, equals together.

    Parameters
    ----------
    chances, success
        Shape (m,): chances in (0, 1), and 1 where the customer succeeded.
    doubt
        Shape (m, d): what those who taught leave in doubt about log odds; see `Rehearsal`.
    level
        Coverage of the bins' intervals.

    Examples
    --------
    >>> shown = reliability(np.repeat([0.2, 0.6], 50), np.tile([1.0, 0, 0, 0, 0, 1, 1, 0, 1, 0], 10))
    >>> [(bin.customers, bin.observed) for bin in shown.bins]
    [(50, 0.4), (50, 0.4)]
    """
    parts = _bins_of(chances)
    if not parts:
        return Reliability((), None)
    z, spread = float(special.ndtri((1 + level) / 2)), chances * (1 - chances)
    misses = np.array([(success[here] - chances[here]).sum() for here in parts])
    covariance = np.diag([float(spread[here].sum()) for here in parts])
    if doubt is not None:
        moved = np.array([spread[here] @ doubt[here] for here in parts])
        covariance += moved @ moved.T
    squares = float(misses @ np.linalg.solve(covariance, misses))
    bins = tuple(_bin(chances[here], success[here], z) for here in parts)
    return Reliability(bins, float(special.chdtrc(len(parts), squares)))


def _bins_of(chances: Floats) -> list[NDArray[np.intp]]:
    """Cut customers by their chances; those with the same chance are never parted, for nothing orders them."""
    count = min(_MOST_BINS, chances.size // _BIN_CUSTOMERS)
    order = np.argsort(chances, kind="stable")
    rounded = np.round(chances[order], 12)
    cuts, ends = [0], np.searchsorted(rounded, rounded, side="right")
    for at in (chances.size * np.arange(1, count + 1)) // max(count, 1):
        end = int(ends[at - 1])
        if end - cuts[-1] >= _BIN_CUSTOMERS:
            cuts.append(end)
    cuts[-1:] = [chances.size] if len(cuts) > 1 else cuts[-1:]
    return [order[start:end] for start, end in itertools.pairwise(cuts)]


def _bin(chances: Floats, success: Floats, z: float) -> Bin:
    observed = float(success.mean())
    low, high = wilson(np.array([observed]), np.array([float(success.size)]), z)
    return Bin(float(chances.mean()), observed, float(low[0]), float(high[0]), int(success.size))
