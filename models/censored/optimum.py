"""Smooth demand of which part may lie outside the curve, its bands, and the price with the highest gain.

Notation
--------
D(p) = b + d S(p) : demand, b the share that buys at any price asked, d the share that the curve moves
B : draws of the curve S        k : prices        gain(p) = (p - cost) D(p)
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from models.censored.averaging import Average, Curves, means_of, prices_at, survival_of
from models.checks import Floats

_GRID = 240
_BEYOND = 4.0


@dataclass(frozen=True)
class SmoothDemand:
    """An average of fitted curves with its draws.

    Parameters
    ----------
    average
        The fitted models.
    curves
        Draws of them.
    base, span
        b and d, shares.
    lowest, highest
        The range of the prices asked. Beyond it demand is extrapolated, which draws may use and values must not.
    """

    average: Average
    curves: tuple[Curves, ...]
    base: float
    span: float
    lowest: float
    highest: float

    def share(self, price: Floats) -> Floats:
        """Return the demand at prices > 0, shape (k,)."""
        return self.base + self.span * self.average.survival(price)

    def band(self, price: Floats, level: float) -> tuple[Floats, Floats]:
        """Return the pointwise interval of the demand at each price."""
        drawn = self.base + self.span * survival_of(self.curves, price)
        low, high = np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2], axis=0)
        return low, high

    def price_at(self, share: float) -> tuple[float, Floats] | None:
        """Return the price at which demand is `share`, and its draws; None where demand never is."""
        inner = (share - self.base) / self.span
        if not 0 < inner < 1:
            return None
        return self.average.price_at(inner), prices_at(self.curves, inner)

    def mean(self) -> tuple[float, Floats]:
        """Return the mean willingness and its draws, infinite where some buy at any price."""
        if self.base > 0:
            return np.inf, np.full(1, np.inf)
        return self.span * self.average.mean, self.span * means_of(self.curves)

    def tail(self) -> float:
        """Return how much of the mean, at most, lies beyond the highest price asked: 0 to 1.

        At most means by the law that says most, however small its weight: a law earns its weight where prices
        were asked, and that says nothing about where none were.
        """
        price = np.append(0.0, np.geomspace(self.lowest * 1e-3, self.highest, 2000))
        below = [np.trapezoid(np.append(1.0, one.survival(price[1:])), price) for one in self.average.fits]
        whole = [one.mean for one in self.average.fits]
        return float(1 - min(part / all_of_it for part, all_of_it in zip(below, whole, strict=True)))

    def best(self, cost: float) -> tuple[float, Floats]:
        """Return the price with the highest gain, and its draws, which may lie beyond the prices asked."""
        value = _peaks(self._grid, ((self._grid - cost) * self.share(self._grid))[None, :])
        return float(value[0]), _peaks(self._grid, (self._grid - cost) * self._drawn)

    @cached_property
    def _grid(self) -> Floats:
        return np.geomspace(self.lowest / _BEYOND, self.highest * _BEYOND, _GRID)

    @cached_property
    def _drawn(self) -> Floats:
        return self.base + self.span * survival_of(self.curves, self._grid)


def _peaks(price: Floats, gains: Floats) -> Floats:
    """Return the price of each row's maximum: of the parabola, in log price, through its highest three points."""
    at = np.clip(np.argmax(gains, axis=1), 1, price.size - 2)
    rows = np.arange(len(gains))
    left, middle, right = gains[rows, at - 1], gains[rows, at], gains[rows, at + 1]
    bend = left - 2 * middle + right
    shift = np.where(bend < 0, (left - right) / np.where(bend < 0, 2 * bend, 1.0), np.sign(right - left))
    peaks: Floats = price[at] * (price[1] / price[0]) ** np.clip(shift, -1, 1)
    return peaks
