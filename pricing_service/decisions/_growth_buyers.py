"""Customers without a contract: who will still buy, how often, and what that is worth."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from models.errors import NotEstimable
from models.estimate import Label
from models.purchases._base import PurchaseLaw
from models.purchases.bg_bb import BgBb
from models.purchases.bg_nbd import MbgNbd
from models.purchases.buying import Buying, BuyingFit
from models.purchases.pareto_nbd import ParetoNbd
from models.purchases.spending import Spending, SpendingFit
from models.purchases.worth import agreement, money_ahead, value_of_new
from pricing_service.decisions._growth_lifetimes import Terms
from pricing_service.decisions._growth_purchases import Bought
from pricing_service.panel import StoredPanel

_AHEAD = 12
_LATER = 1 / 3
"""Share of the history that is kept for trying what the earlier part taught."""
_LAWS: dict[str, type[PurchaseLaw]] = {"mbg_nbd": MbgNbd, "bg_bb": BgBb}
_GROUPS = (("0", 0, 0), ("1", 1, 1), ("2-4", 2, 4), ("5 or more", 5, np.inf))


@dataclass(frozen=True, eq=False)
class Buyers:
    """What purchases tell of the customers behind them.

    Parameters
    ----------
    bought
        Purchases by day or by month.
    law
        ``mbg_nbd`` or ``bg_bb``.
    year
        Twelve months in the unit of time.
    terms
        Discount, months that count, and the level of intervals.
    seed
        Of draws.
    currency
        ISO code.
    """

    bought: Bought
    law: str
    year: float
    terms: Terms
    seed: int
    currency: str

    @classmethod
    def of(cls, panel: StoredPanel, terms: Terms, *, seed: int) -> Buyers:
        """Read purchases, and choose the law by whether they come at most once a month."""
        daily = Bought.of(panel)
        if daily.monthly:
            return cls(daily.by_month(), "bg_bb", 12.0, terms, seed, panel.currency)
        return cls(daily, "mbg_nbd", 365.25, terms, seed, panel.currency)

    @cached_property
    def buying(self) -> BuyingFit:
        """How they buy."""
        return Buying(_LAWS[self.law], seed=self.seed).fit(self.bought.histories())

    @cached_property
    def spending(self) -> SpendingFit:
        """What they spend."""
        return Spending(seed=self.seed).fit(self.bought.spends())

    def to_json(self) -> dict[str, Any]:
        """Return the year ahead, a new customer's worth, the other law, and how the earlier part came true."""
        level, ahead = self.terms.level, self.year * _AHEAD / 12
        counts = self.bought.counts()
        money = money_ahead(self.buying, self.spending, ahead, currency=self.currency, level=level)
        return {
            "customers": int(counts.size),
            "bought_once": int((counts == 1).sum()),
            "purchases": int(counts.sum()),
            "refunds": self.bought.refunds,
            "law": self.law,
            "months_ahead": _AHEAD,
            "likely_active": self.buying.active(level=level).to_json(),
            "purchases_ahead": self.buying.purchases(ahead, level=level).to_json(),
            "money_ahead": money.to_json(),
            "spend": self.spending.mean(self.currency, level=level).to_json(),
            "lifetime_value": self._worth_of_new(),
            "lifetime_months": self.terms.months,
            "check": self._other_law(ahead),
            "out_of_time": self._tried(),
            "agreement": agreement(self.spending.spends),
            "reasons": {"agreement": "no_variation"} if agreement(self.spending.spends) is None else {},
        }

    def rows(self) -> dict[str, dict[str, float]]:
        """Return each customer's chance to be active, and its expected purchases and money of the year ahead."""
        expected = self.buying.expected(self.year * _AHEAD / 12)
        told = zip(self.buying.chances(), expected, expected * self.spending.expected(), strict=True)
        return {
            self.bought.customers[at]: {
                "chance_still_active": float(chance),
                "expected_purchases": float(often),
                "expected_spend": float(money),
            }
            for at, (chance, often, money) in zip(self.bought.who, told, strict=True)
        }

    def _worth_of_new(self) -> dict[str, Any]:
        value, low, high = value_of_new(
            self.buying,
            self.spending,
            self.year * self.terms.months / 12,
            discount=(1 + self.terms.discount_rate) ** (1 / self.year) - 1,
            level=self.terms.level,
        )
        label = Label(
            unit=f"{self.currency}/customer", method="purchases × gamma-gamma spend", level=self.terms.level
        )
        return label.known(value, low, high, n=len(self.bought.who)).to_json()

    def _other_law(self, ahead: float) -> dict[str, Any]:
        """Return what the Pareto/NBD law says; it holds for purchases at any time only."""
        level = self.terms.level
        if self.law == "bg_bb":
            unknown = {
                name: Label(unit=name, level=level).unknown("at_most_once_a_month", n=0).to_json()
                for name in ("customers", "purchases")
            }
            return {
                "law": "pareto_nbd",
                "likely_active": unknown["customers"],
                "purchases_ahead": unknown["purchases"],
            }
        other = Buying(ParetoNbd, draws=200, seed=self.seed).fit(self.bought.histories())
        return {
            "law": "pareto_nbd",
            "likely_active": other.active(level=level).to_json(),
            "purchases_ahead": other.purchases(ahead, level=level).to_json(),
        }

    def _tried(self) -> dict[str, Any]:
        """Learn from the first two thirds, and set what was to be expected beside what came."""
        first, now = int(self.bought.time.min()), self.bought.now
        split = now - int((now - first) * _LATER)
        early, level = self.bought.until(split), self.terms.level
        label = Label(unit="purchases", level=level)
        try:
            fit = Buying(_LAWS[self.law], draws=200, seed=self.seed).fit(early.histories())
        except NotEstimable as refusal:
            return {"expected": label.unknown(refusal.reason, n=0).to_json(), "came": 0, "groups": []}
        later = np.bincount(
            self.bought.customer[self.bought.time > split], minlength=len(self.bought.customers)
        )
        came, before, expected = later[early.who], early.counts() - 1, fit.expected(float(now - split))
        groups = [
            {
                "bought_again": name, "customers": int(there.sum()), "expected": float(expected[there].sum()),
                "came": int(came[there].sum()),
            }
            for name, least, most in _GROUPS
            for there in [(before >= least) & (before <= most)]
            if there.any()
        ]  # fmt: skip
        return {
            "expected": fit.purchases(float(now - split), level=level).to_json(),
            "came": int(came.sum()),
            "groups": groups,
        }


def no_buyers(refusal: NotEstimable, terms: Terms, currency: str) -> dict[str, Any]:
    """Return the section where there is nothing to tell."""
    units = {
        "likely_active": "customers", "purchases_ahead": "purchases", "money_ahead": currency,
        "spend": f"{currency}/purchase", "lifetime_value": f"{currency}/customer",
    }  # fmt: skip
    unknown = {
        name: Label(unit=unit, level=terms.level).unknown(refusal.reason, n=0).to_json()
        for name, unit in units.items()
    }
    return {**unknown, "check": {}, "out_of_time": {}, "reason": refusal.reason}


def buyers(
    panel: StoredPanel, terms: Terms, *, seed: int
) -> tuple[dict[str, Any], dict[str, dict[str, float]]]:
    """Return the section, and figures by customer."""
    try:
        found = Buyers.of(panel, terms, seed=seed)
        return found.to_json(), found.rows()
    except NotEstimable as refusal:
        return no_buyers(refusal, terms, panel.currency), {}
