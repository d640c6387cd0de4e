"""Who is in each tier of a menu, what each tier is for, and when customers outgrow it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.checks import Floats
from models.pricing.tiers.expansion import climb, grown, growth
from pricing_service.decisions._tier_customers import TierCustomers
from pricing_service.decisions._tier_effects import Effects, choose

_MONTHS = 36
"""Beyond these nobody's growth of a year is carried on."""
_SHOWN_EVERY = 3
_YEAR = 12
_ROUNDING = 1e-9


@dataclass(frozen=True, eq=False)
class Paths:
    """Where paying customers are in a menu, and where their growth takes them.

    Parameters
    ----------
    effects
        What they choose in every draw.
    names
        Of the tiers, by rising fee.
    """

    effects: Effects
    names: Sequence[str]

    @property
    def paying(self) -> TierCustomers:
        """The customers, n."""
        return self.effects.paying

    @cached_property
    def counts(self) -> NDArray[np.intp]:
        """In how many draws each customer is in no tier (first row) and in each, shape (K + 1, n)."""
        chosen = self.effects.existing.tier
        return np.array([(chosen == at).sum(axis=0) for at in range(-1, len(self.names))])

    @cached_property
    def tier(self) -> NDArray[np.intp]:
        """The place of each customer's likeliest tier, shape (n,); -1 for none."""
        return np.asarray(self.counts.argmax(axis=0) - 1, dtype=np.intp)

    @cached_property
    def reached(self) -> NDArray[np.intp]:
        """The place of each customer's tier in the months from now on, shape (months, n).

        Each is taken to pay for a unit what it would in the median draw, and to grow on as it did.
        """
        effects, pays = self.effects, np.median(self.paying.per_unit, axis=0)[None]
        pace = growth(self.paying.units, self.paying.known)
        later = (grown(self.paying.units, pace, months=month) for month in range(_MONTHS + 1))
        chosen = [
            choose(effects.design, replace(self.paying, units=units), effects.menu, pays).tier[0]
            for units in later
        ]
        return climb(np.array(chosen), self.tier)

    @cached_property
    def outgrown(self) -> Floats:
        """After how many months each outgrows its tier, shape (n,); inf where it does not or cannot."""
        above = self.reached > self.tier
        return np.where(above.any(axis=0), above.argmax(axis=0), np.inf)

    def rows(self) -> dict[str, list[Any]]:
        """Return every paying customer's likeliest tier, its bill there, the change, and when it outgrows the tier."""
        there = self.effects.existing.tier == self.tier
        bill = (self.effects.existing.bill * there).sum(axis=0) / np.maximum(there.sum(axis=0), 1)
        leaves = self.tier < 0
        return {
            "customer_id": self.paying.ids,
            "tier": [None if at < 0 else self.names[at] for at in self.tier.tolist()],
            "bill": _where(~leaves, bill),
            "change": _where(~leaves, bill - self.paying.bill),
            "probability": (self.counts.max(axis=0) / self.effects.existing.tier.shape[0]).tolist(),
            "outgrows_in_months": _where(np.isfinite(self.outgrown), self.outgrown),
        }

    def of_tier(self, at: int) -> dict[str, Any]:
        """Return what a tier's customers need in a mean month, and how many outgrow it within a year."""
        here = self.tier == at
        if not here.any():
            unknown = {"needs": None, "outgrown_within_a_year": None}
            return unknown | {"reasons": dict.fromkeys(unknown, "no_customers")}
        quartiles = np.quantile(self.paying.mean_units[here], (0.25, 0.5, 0.75))
        return {
            "needs": dict(zip(("p25", "p50", "p75"), quartiles.tolist(), strict=True)),
            "outgrown_within_a_year": float((self.outgrown[here] <= _YEAR).mean()),
        }

    def climbing(self) -> list[dict[str, Any]]:
        """Return how many of those who stay are in each tier, month by month, if they grow on as they did."""
        stay = max(int((self.tier >= 0).sum()), 1)
        return [
            {"month": month, "tier": name, "order": at, "share": float((row == at).sum() / stay)}
            for month, row in enumerate(self.reached)
            if month % _SHOWN_EVERY == 0
            for at, name in enumerate(self.names)
        ]

    def overage(self) -> float:
        """Return what units beyond the included ones bring in a month, money."""
        fees = np.array([self.effects.design.fees[fee] for _, fee in self.effects.menu])

        def beyond(tier: NDArray[np.intp], bill: Floats) -> Floats:
            return np.where(tier >= 0, bill - fees[np.maximum(tier, 0)], 0.0)

        chosen, new = self.effects.existing, self.effects.newcomers
        of_new = beyond(new.tier, new.bill).mean(axis=1) * self.effects.design.newcomers
        earned = float((beyond(chosen.tier, chosen.bill).sum(axis=1) + of_new).mean())
        return earned if earned > _ROUNDING else 0.0


def _where(known: NDArray[np.bool_], values: Floats) -> list[float | None]:
    return [float(each) if told else None for told, each in zip(known, values, strict=True)]
