"""The best price on the curve that respondents' answers make, exactly.

Notation
--------
p : (m,) all prices that anybody answered, rising        R : (m,) the mean chance to buy there
f(p) = R(p), or (p - c) R(p) with c the cost of a unit (0: revenue)

Between answered prices R is straight, so that f is best at one of them or where ``R + (p - c) R' = 0``. The
search keeps to the range of answers: where everybody who finds a price too cheap buys, reach has no best price below.
From 25,000 respondents on, prices are rounded to four digits first, which keeps the work linear in respondents.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from models.checks import Floats
from models.surveys._paths import Paths
from models.surveys._price_sensitivity import rounded

_EXACT_LIMIT = 25_000
_DIGITS = 4


@dataclass(frozen=True, slots=True)
class Peak:
    """The best price, what it brings (share, or money per respondent), and how far the curve stays as high."""

    price: float
    brings: float
    until: float


class AnsweredCurve:
    """The mean chance to buy at each price, with nothing between the answers and it.

    Attributes
    ----------
    prices, share
        Shape (m,): p and R.

    Examples
    --------
    >>> path = Paths(
    ...     prices=np.array([[10.0, 20, 30, 50]]), chances=np.array([[0, 0.7, 0.3, 0]]), weights=np.ones(1)
    ... )
    >>> curve = AnsweredCurve(path)
    >>> curve.reach()
    Peak(price=20.0, brings=0.7, until=20.0)
    >>> curve.margin()  # 0.7 - 0.04 (p - 20) = 0.04 p there
    Peak(price=20.0, brings=14.0, until=20.0)
    """

    def __init__(self, paths: Paths) -> None:
        if len(paths.weights) >= _EXACT_LIMIT:
            paths = replace(paths, prices=rounded(paths.prices, digits=_DIGITS))
        self.prices: Floats = np.unique(paths.prices)
        total = float(paths.weights.sum())
        one = np.zeros(len(paths.weights), dtype=np.intp)
        above = paths.summed(self.prices, group=one, groups=1)[0] / total
        up, down = (jump / total for jump in paths.jumps(self.prices))
        self.share: Floats = np.maximum(above + down, 0)
        self._above, self._below = above, above + down - up

    def reach(self) -> Peak:
        """Return the price at which most buy, the lowest of those that are equally good."""
        first = int(np.argmax(self.share >= self.share.max() * (1 - 1e-12)))
        flat = (self.share[first:] >= self.share[first] * (1 - 1e-12)) & (
            self._below[first:] >= self.share[first] * (1 - 1e-12)
        )
        flat[0] = True
        last = first + int(np.argmin(np.append(flat, False))) - 1
        return Peak(float(self.prices[first]), float(self.share[first]), float(self.prices[last]))

    def margin(self, cost: float = 0.0) -> Peak:
        """Return the price that earns most per respondent at a cost per unit; the cost 0 gives revenue."""
        start, width = self.prices[:-1], np.diff(self.prices)
        slope = (self._below[1:] - self._above[:-1]) / width
        falls = slope < 0
        steps = -(self._above[:-1] + (start - cost) * slope) / np.where(falls, 2 * slope, -1.0)
        inside = np.clip(np.where(falls, steps, 0), 0, width)
        at = np.concatenate([self.prices, start + inside])
        earned = (at - cost) * np.concatenate([self.share, self._above[:-1] + slope * inside])
        best = int(np.argmax(earned))
        return Peak(float(at[best]), float(earned[best]), float(at[best]))
