"""A smooth demand curve with its draws: its bands, the price at which a share buys, and the best price.

Notation
--------
D(p) = b + d S(p) : demand, b the share that buys at any price, d the share that the price decides
p : (k,) a grid of prices, equally spaced in logs, that reaches beyond those asked        B : draws of D, (B, k)
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.censored.averaging import Average
from models.checks import Floats

_GRID = 320
_BEYOND = 6.0


@dataclass(frozen=True)
class SmoothDemand:
    """An average of fitted curves with its draws.

    Parameters
    ----------
    average
        The fitted models.
    base, span
        b and d, shares.
    lowest, highest
        The range of the prices asked. Beyond it demand is extrapolated, which draws may use and values must not.
    price, drawn
        The grid and the draws of the demand on it.
    """

    average: Average
    base: float
    span: float
    lowest: float
    highest: float
    price: Floats
    drawn: Floats

    @classmethod
    def of(
        cls,
        average: Average,
        *,
        reach: tuple[float, float],
        asked: tuple[float, float],
        draws: int,
        seed: int,
    ) -> SmoothDemand:
        """Draw the demand whose `reach` is (base, span), around prices `asked` from the lowest to the highest."""
        price = np.geomspace(asked[0] / _BEYOND, asked[1] * _BEYOND, _GRID)
        drawn = reach[0] + reach[1] * average.draws(draws, price, seed=seed)
        return cls(average, *reach, *asked, price, drawn)

    def share(self, price: Floats) -> Floats:
        """Return the demand at prices > 0, shape (k,)."""
        return self.base + self.span * self.average.survival(price)

    def band(self, price: Floats, level: float) -> tuple[Floats, Floats]:
        """Return the pointwise interval of the demand at prices inside the grid, shape (k,)."""
        ends = np.quantile(self.drawn, [(1 - level) / 2, (1 + level) / 2], axis=0)
        low, high = (np.interp(np.log(price), np.log(self.price), end) for end in ends)
        return low, high

    def price_at(self, share: float) -> tuple[float, Floats]:
        """Return the price at which demand falls to `share`, and its draws; where it never does, the grid's end."""
        value = _falls_to(share, self.price, self.share(self.price)[None, :])
        return float(value[0]), _falls_to(share, self.price, self.drawn)

    def best(self, cost: float) -> tuple[float, Floats]:
        """Return the price with the highest gain (p - cost) D(p), and its draws.

        Where some buy at any price, the gain rises without end, and prices far beyond those asked are not looked at.
        """
        beyond = int(np.searchsorted(self.price, self.highest, "right")) + 1
        price = self.price[:beyond] if self.base > 0 else self.price
        value = _peaks(price, (price - cost) * self.share(price)[None, :])
        return float(value[0]), _peaks(price, (price - cost) * self.drawn[:, : price.size])

    def mean(self) -> tuple[float, Floats]:
        """Return the mean willingness and its draws, up to the grid's end."""
        value = _areas(self.price, self.share(self.price)[None, :], start=self.base + self.span)
        return float(value[0]), _areas(self.price, self.drawn, start=self.base + self.span)

    def tail(self) -> float:
        """Return how much of the mean, at most, lies beyond the highest price asked: 0 to 1.

        At most means by the straight law that says most, however small its weight: a law earns its weight where
        prices were asked, and that says nothing about where none were.
        """
        if self.base > 0:
            return 1.0
        asked = self.price[self.price <= self.highest]
        straight = [one for one in self.average.fits if not one.knots]
        below = [float(_areas(asked, one.survival(asked)[None, :], start=1.0)[0]) for one in straight]
        return 1 - min(part / one.mean for part, one in zip(below, straight, strict=True))


def _peaks(price: Floats, gains: Floats) -> Floats:
    """Return the price of each row's maximum: of the parabola, in log price, through its highest three points."""
    at = np.clip(np.argmax(gains, axis=1), 1, price.size - 2)
    rows = np.arange(len(gains))
    left, middle, right = gains[rows, at - 1], gains[rows, at], gains[rows, at + 1]
    bend = left - 2 * middle + right
    shift = np.where(bend < 0, (left - right) / np.where(bend < 0, 2 * bend, 1.0), np.sign(right - left))
    peaks: Floats = price[at] * (price[1] / price[0]) ** np.clip(shift, -1, 1)
    return peaks


def _falls_to(share: float, price: Floats, demand: Floats) -> Floats:
    """Return where each falling row crosses `share`, linear in log price between two points of the grid."""
    at = np.clip((demand > share).sum(axis=1), 1, price.size - 1)
    rows = np.arange(len(demand))
    above, below = demand[rows, at - 1], demand[rows, at]
    part = np.clip((above - share) / np.maximum(above - below, 1e-300), 0, 1)
    crossings: Floats = price[at - 1] * (price[at] / price[at - 1]) ** part
    return crossings


def _areas(price: Floats, demand: Floats, *, start: float) -> Floats:
    """Return the area under each row, which is `start` at a price of 0."""
    below = price[0] * (start + demand[:, 0]) / 2
    areas: Floats = below + np.trapezoid(demand, price, axis=1)
    return areas
