"""Where two cumulative curves of answers cross: a median of pooled answers, and its interval.

Notation
--------
a, b : (n,) one respondent's answers to two questions      w : (n,) weights, W = Σ w
p : (m,) the prices that anybody answered, rising          A(p) = Σ w [a ≤ p], B likewise
d(p) = A(p) + B(p) - W                                     U : (c,) a cluster's part of d

A Van Westendorp point is where a falling curve, say "too cheap", W - A(p), meets a rising one, say "not cheap",
B(p): where d = 0, which is the median of both questions' answers pooled. d rises, so that the curves meet
in one point or coincide on one stretch, never in several places. Counts are whole numbers (sums of weights,
to 1e-12), so that no rounding moves a stretch's ends. Between answered prices the curves are joined by lines.

The interval is Woodruff's (1952, J. Am. Stat. Assoc. 47:635) for medians: the prices at which d is within
``t s`` of 0, where ``s² = c / (c - 1) Σ (U - Ū)² + ½`` at the crossing. The half is one respondent more on either
side in half of all surveys (after Agresti & Coull 1998): without it, curves that do not overlap among five
respondents would be certain never to. It needs no draws, holds for heaped prices, and takes one sort.
"""

from __future__ import annotations

import numpy as np
from scipy import special

from models.checks import Floats
from models.clusters import Codes
from models.estimate import Estimate, Label

_ROUNDING = 1e-12  # of the sum of weights: what sums of the same weights in another order may differ by


def placed(answers: Floats) -> tuple[Floats, Codes]:
    """Return the prices that anybody answered, rising, and each answer's place among them.

    Parameters
    ----------
    answers
        Any shape, NaN where not answered: such a place is beyond the last price.

    Examples
    --------
    >>> placed(np.array([[30.0, np.nan], [10.0, 30.0]]))
    (array([10., 30.]), array([[1, 2],
           [0, 1]]))
    """
    prices, places = np.unique(answers, return_inverse=True)
    return prices[np.isfinite(prices)], places.reshape(answers.shape).astype(np.intp)


class Crossing:
    """The crossing of two questions' curves.

    Parameters
    ----------
    prices
        Shape (m,), rising: all prices at which the curves are known.
    first, second
        Shape (n,): from which of these prices on each answer counts. A is right of an answer at its own place, and
        one place further on where an answer includes its price: ``inclusive`` too cheap and cheap.

    Examples
    --------
    >>> prices, (too_cheap, expensive) = placed(np.array([[10.0, 20.0], [22.0, 40.0]]))
    >>> Crossing(prices, too_cheap, expensive).stretch(np.ones(2))
    (20.0, 20.0)
    """

    def __init__(self, prices: Floats, first: Codes, second: Codes) -> None:
        self.prices, self._first, self._second = prices, first, second

    def stretch(self, weights: Floats) -> tuple[float, float]:
        """Return the first and the last price at which the curves meet."""
        difference, noise = self._difference(weights)
        return self._first_at(difference, 0.0, noise), self._last_at(difference, 0.0, noise)

    def estimate(self, weights: Floats, *, cluster: Codes, value: float, label: Label) -> Estimate:
        """Return `value`, a price at which the curves meet, with its interval.

        Null for ``insufficient_customers`` where no price is far enough from the crossing to be excluded.
        """
        difference, noise = self._difference(weights)
        at = np.searchsorted(self.prices, value, side="right") - 1
        sides = (self._first <= at).astype(np.float64) + (self._second <= at) - 1
        parts = np.bincount(cluster, weights * sides)
        n = parts.size
        if n < 2:
            return label.unknown("insufficient_customers", n=n)
        one_more = np.mean(np.bincount(cluster, weights) ** 2) / 2
        reach = float(
            special.stdtrit(n - 1, (1 + label.level) / 2) * np.sqrt(n * parts.var(ddof=1) + one_more)
        )
        if reach >= weights.sum():
            return label.unknown("insufficient_customers", n=n)
        low, high = self._first_at(difference, -reach, noise), self._last_at(difference, reach, noise)
        return label.known(value, low, high, n=n)

    def _difference(self, weights: Floats) -> tuple[Floats, float]:
        """Return d at all prices, and what rounding may have done to it."""
        places, total = self.prices.size + 1, weights.sum()
        steps = np.bincount(self._first, weights, places) + np.bincount(self._second, weights, places)
        return np.cumsum(steps)[:-1] - total, _ROUNDING * total

    def _first_at(self, difference: Floats, level: float, noise: float) -> float:
        """Return the first price at which d has the level."""
        k = int(np.searchsorted(difference, level - noise))
        if k < difference.size and difference[k] <= level + noise:
            return float(self.prices[k])
        return self._joined(difference, k, level)

    def _last_at(self, difference: Floats, level: float, noise: float) -> float:
        """Return the last price at which d has the level."""
        k = int(np.searchsorted(difference, level + noise, side="right"))
        if k > 0 and difference[k - 1] >= level - noise:
            return float(self.prices[k - 1])
        return self._joined(difference, k, level)

    def _joined(self, difference: Floats, k: int, level: float) -> float:
        """Return where the line from price k - 1 to price k has the level; beyond the ends, the end."""
        if k in (0, self.prices.size):
            return float(self.prices[min(k, self.prices.size - 1)])
        before, after = float(difference[k - 1]), float(difference[k])
        share = (level - before) / (after - before)
        return float(self.prices[k - 1] + share * (self.prices[k] - self.prices[k - 1]))
