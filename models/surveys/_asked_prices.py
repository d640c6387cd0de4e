"""Demand at the prices that were asked, without a law: shares, bands, the best price asked, arc elasticities."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from models.censored.intervals import Intervals
from models.censored.turnbull import Turnbull
from models.checks import Floats
from models.proportions import wilson
from models.surveys._base import Demand


@dataclass(frozen=True)
class AskedPrices:
    """The demand curve at the prices asked, shape (k,) each, with its bands."""

    demand: Demand

    @classmethod
    def of(
        cls, curve: Turnbull, intervals: Intervals, *, price: Floats, reach: tuple[float, float], level: float
    ) -> AskedPrices:
        """Read the curve at `price`, where `reach` = (base, span) of the demand.

        The band is Wilson's (1927) with the number of answers that would have the curve's cluster-robust error;
        where nobody or everybody buys, with the clusters' effective number.
        """
        least, most = curve.survival(price)
        # Twelve digits: the search for the curve has no more.
        share = np.clip(np.round((least + most) / 2, 12), 0, 1)
        variance = curve.error(price) ** 2
        inside = (variance > 1e-12) & (share * (1 - share) > 1e-12)
        effective = intervals.effective_clusters
        count = np.where(inside, share * (1 - share) / np.where(inside, variance, 1.0), effective)
        z = float(special.ndtri((1 + level) / 2))
        low, high = wilson(share, count, z)
        base, span = reach
        return cls(
            Demand(price=price, share=base + span * share, low=base + span * low, high=base + span * high)
        )

    def best(self, cost: float) -> tuple[float, tuple[float, float] | None]:
        """Return the price asked with the highest gain, and from where to where it is equally high."""
        gain = (self.demand.price - cost) * self.demand.share
        top = self.demand.price[gain >= gain.max() - 1e-9 * abs(gain.max())]
        return float(top[0]), (float(top[0]), float(top[-1])) if top.size > 1 else None

    def to_json(self, cost: float | None) -> list[dict[str, float]]:
        """Return one object a price: share, revenue and profit a respondent, arc elasticity to the next price.

        There is no profit without a cost, and no elasticity where no next price is or nobody buys.
        """
        price, share = self.demand.price, self.demand.share
        columns = {"price": price, "share": share, "revenue": price * share}
        if cost is not None:
            columns["profit"] = (price - cost) * share
        columns["elasticity_to_next"] = np.append(arc_elasticities(price, share), np.nan)
        rows = (zip(columns, map(float, row), strict=True) for row in zip(*columns.values(), strict=True))
        return [{name: value for name, value in row if np.isfinite(value)} for row in rows]


def arc_elasticities(price: Floats, share: Floats) -> Floats:
    """Return the midpoint elasticities between neighbouring prices, shape (k-1,), NaN where nobody buys.

    Examples
    --------
    >>> arc_elasticities(np.array([30.0, 40.0]), np.array([0.7, 0.4])).round(3)
    array([-1.909])
    """
    bought = share[1:] + share[:-1]
    moved = np.divide(np.diff(share), bought, out=np.full(bought.shape, np.nan), where=bought > 0)
    elasticities: Floats = moved * (price[1:] + price[:-1]) / np.diff(price)
    return elasticities
