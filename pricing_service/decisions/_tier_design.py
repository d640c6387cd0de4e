"""From customers to the market that a menu is designed for: who chooses, from which tiers, and what counts."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from models.checks import Floats
from models.pricing.tiers.guards import Guards
from models.pricing.tiers.market import Market, Menu
from models.pricing.tiers.price_points import Endings, allowance_points, price_points, with_endings
from models.pricing.tiers.usage import Kept, Kinds, Served, serve
from pricing_service.decisions._tier_customers import TierCustomers

_ALLOWANCES, _FEES = 8, 20
_OVERAGE = (0.35, 0.7)
"""Overage prices to try, as multiples of what the median customer would pay for a unit."""
_EDGES = (0.02, 0.98)


@dataclass(frozen=True, kw_only=True)
class Rules:
    """What holds for every menu that is looked at.

    Parameters
    ----------
    kept
        How much of its value a cut-off need keeps.
    overage
        Whether tiers may sell units beyond what they include.
    unit_cost
        What a unit costs us, money.
    endings
        Of fees.
    max_cliff, max_bill_rise
        Guard rails, shares; None does not bind.
    capture_cap
        The largest share of its value that a customer is taken to pay; None does not bind.
    """

    kept: Kept = "concave"
    overage: bool = True
    unit_cost: float = 0.0
    endings: Endings = "nine"
    max_cliff: float | None = None
    max_bill_rise: float | None = None
    capture_cap: float | None = None


@dataclass(frozen=True, eq=False)
class Design:
    """The tiers that may be, and the rules.

    Parameters
    ----------
    kinds, fees
        What a tier may include and cost: T kinds and m fees (money per month).
    rules
        What holds for every menu.
    size, newcomers
        How many customers there are, for all of whom those at hand stand, and how many prospects are expected in
        the next twelve months.
    """

    kinds: Kinds
    fees: Floats
    rules: Rules
    size: int
    newcomers: float

    @classmethod
    def around(cls, customers: TierCustomers, rules: Rules, *, newcomers: float) -> Design:
        """Choose allowances and fees around what customers need and would pay."""
        allowances = allowance_points(customers.units[customers.known], count=_ALLOWANCES)
        middle = float(np.median(customers.anew))
        prices = [np.inf]
        if rules.overage:
            prices += [float(f"{factor * middle:.2g}") for factor in _OVERAGE]
        pays = np.concatenate([customers.per_unit.ravel(), customers.anew.ravel()])
        pays = pays * np.tile(customers.mean_units, pays.size // customers.count)
        low, high = np.quantile(pays, _EDGES)
        fees = price_points(float(low), float(high), count=_FEES, endings=rules.endings)
        return cls(Kinds.grid(allowances, np.array(prices)), fees, rules, customers.count, newcomers)

    def at(self, factor: float, menu: Menu) -> tuple[Design, Menu]:
        """Return the same tiers at prices `factor` times as high, as a price list has them, and a menu of them."""
        exact = factor * self.fees
        fees = np.unique(with_endings(exact, self.rules.endings))
        overage = [float(f"{factor * price:.2g}") for price in self.kinds.overage_prices]
        design = replace(self, kinds=Kinds(self.kinds.allowances, np.array(overage)), fees=fees)
        return design, tuple((kind, int(np.abs(fees - exact[fee]).argmin())) for kind, fee in menu)

    def market(self, customers: TierCustomers, *, kept: Kept | None = None) -> Market:
        """Return customers who pay today and prospects, all choosing anew, one row a draw.

        A customer counts once over its draws, and a prospect is like any customer that ever was.
        """
        draws = customers.per_unit.shape[0]
        stands_for = self.size / customers.count / draws
        prospect = self.newcomers / customers.count / draws
        paying, parts = customers.only(customers.paying), []
        for each in range(draws):
            parts.append(self._rows(paying, paying.per_unit[each], kept, weight=stands_for))
            if prospect > 0:
                parts.append(self._rows(customers, customers.anew[each], kept, weight=prospect))
        surplus, margin, weights = (np.concatenate(column) for column in zip(*parts, strict=True))
        nothing = np.zeros(weights.size)
        return Market(surplus, margin, nothing, nothing, weights, self.fees)

    def served(
        self, customers: TierCustomers, kinds: Kinds, pays: Floats, kept: Kept | None = None
    ) -> Served:
        """Let customers who would pay `pays` (n,) for a unit live under some kinds of tier."""
        return serve(customers.units, pays, kinds, kept=kept or self.rules.kept, known=customers.known)

    def _rows(
        self, customers: TierCustomers, pays: Floats, kept: Kept | None, *, weight: float
    ) -> tuple[Floats, Floats, Floats]:
        if self.rules.capture_cap is not None:
            most = self.rules.capture_cap * customers.worth
            pays = np.where(np.isfinite(most), np.minimum(pays, np.nan_to_num(most)), pays)
        served = self.served(customers, self.kinds, pays, kept)
        return served.surplus, served.margin(self.rules.unit_cost), weight * customers.counts

    def guards(self, customers: TierCustomers) -> Guards:
        """Return the guard rails."""
        paying = customers.paying
        return Guards(
            fees=self.fees, allowances=self.kinds.allowances, overage_prices=self.kinds.overage_prices,
            max_cliff=self.rules.max_cliff, max_rise=self.rules.max_bill_rise,
            needs=customers.mean_units[paying], bills=customers.bill[paying],
        )  # fmt: skip

    def described(self, menu: Menu) -> list[dict[str, float | None]]:
        """Return each tier's fee, included units (None: all that anybody needs) and overage price (None: none)."""
        largest = float(self.kinds.allowances.max())
        rows = []
        for kind, fee in menu:
            included, overage = float(self.kinds.allowances[kind]), float(self.kinds.overage_prices[kind])
            rows.append(
                {
                    "price": float(self.fees[fee]),
                    "included_units": included,
                    "overage_price": overage if np.isfinite(overage) and included < largest else None,
                }
            )
        return rows
