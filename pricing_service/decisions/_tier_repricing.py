"""Today's plans at other prices for new customers: the simplest alternative to a new menu.

Notation
--------
b, u : (q,) today's bills and units of a mean month      ω : (draws, q) what somebody like each would pay for a unit
f : prices in proportion to today's                      c : what a unit costs us

    earns(f) = Σ (f b - c u) [ω u ≥ f b],   gain(f) = earns(f) - earns(1)

The step advised is the one whose gain is largest in the draws' 1 - `BETTER` quantile: it is reached with probability
`BETTER`. Where every step risks more, that is no step at all. Existing customers keep what they pay.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.checks import Floats
from pricing_service.decisions._tier_customers import TierCustomers

BETTER = 0.9
"""Probability of earning more than today from which a change is advised."""
STEPS = np.round(np.arange(0.75, 1.301, 0.01), 2)
"""Prices that are tried, in proportion to today's.

One step goes no farther: what lies beyond rests on how far people differ, which is known least.
"""


@dataclass(frozen=True, eq=False)
class Repriced:
    """Today's plans at other prices, offered to people like today's q customers, one of each.

    Parameters
    ----------
    factor
        Prices in proportion to today's; 1 where no step gains surely enough.
    earns, earns_today
        Shape (draws,): what they earn at the new prices and at today's, money a month, units' cost taken off.
    """

    factor: float
    earns: Floats
    earns_today: Floats

    @property
    def surely(self) -> float:
        """What they gain against today's prices with probability `BETTER`, money a month."""
        return surely(self.earns, self.earns_today)

    @property
    def probability_better(self) -> float:
        """How probably they earn more than at today's prices."""
        return float((self.earns > self.earns_today).mean())


def surely(earns: Floats, today: Floats) -> float:
    """Return what a change gains with probability `BETTER`, from draws of what it and today's prices earn."""
    return float(np.quantile(earns - today, 1 - BETTER))


def earned_at(factor: float, paying: TierCustomers, *, unit_cost: float) -> Floats:
    """Return earns(factor), shape (draws,), money a month."""
    bill, units = factor * paying.bill, paying.mean_units
    earned: Floats = (paying.anew * units >= bill) @ (bill - unit_cost * units)
    return earned


def reprice(paying: TierCustomers, *, unit_cost: float) -> Repriced:
    """Choose the step.

    Parameters
    ----------
    paying
        The q customers who pay today.
    unit_cost
        c, money.
    """
    tried = [earned_at(each, paying, unit_cost=unit_cost) for each in STEPS.tolist()]
    today = earned_at(1.0, paying, unit_cost=unit_cost)
    gains = [surely(each, today) for each in tried]
    best = int(np.argmax(gains))
    if gains[best] <= 0:
        return Repriced(1.0, today, today)
    return Repriced(float(STEPS[best]), tried[best], today)
