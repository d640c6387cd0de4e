"""Today's plans at other prices for new customers: the simplest alternative to a new menu.

Notation
--------
b, u : (q,) what newcomers like each are asked today, and units of a mean month
ω : (draws, q, likes) what those like each would pay for a unit
f : prices in proportion to today's                      c : what a unit costs us
w : (draws, q) for how many of those who may come each customer stands, 1 on average

    earns(f) = Σ w (f b - c u) × share of likes with ω u ≥ f b,   gain(f) = earns(f) - earns(1)

Of the changes that are expected to gain, the one is advised whose gain is largest in the draws' 1 - `SURE` quantile: in
the worst case that is still likely enough to count. Where even that one would there lose more than `RISK` of what
today's prices earn, none is.
Existing customers keep what they pay.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from models.checks import Floats
from pricing_service.decisions._tier_customers import TierCustomers

SURE = 0.98
"""Probability with which a change gains what it is judged by."""
RISK = 0.02
"""Share of what today's prices earn that a change may lose in that case."""
STEPS = np.round(np.arange(0.75, 1.301, 0.01), 2)
"""Prices that are tried, in proportion to today's.

One step goes no farther: what lies beyond rests on how far people differ, which is known least.
"""


@dataclass(frozen=True, eq=False)
class Repriced:
    """Today's plans at other prices, offered to people like q forerunners, as many of each.

    Parameters
    ----------
    factor
        Prices in proportion to today's; 1 where no step is advised.
    earns, earns_today
        Shape (draws,): what they earn at the new prices and at today's, money a month, units' cost taken off.
    """

    factor: float
    earns: Floats
    earns_today: Floats

    @property
    def probability_better(self) -> float:
        """How probably they earn more than at today's prices."""
        return float((self.earns > self.earns_today).mean())


def advised(changes: Sequence[Floats], today: Floats) -> int | None:
    """Return the place of the change that is advised, None for none, from draws of what they and today's prices earn.

    Examples
    --------
    >>> today = np.full(10, 100.0)
    >>> sure, dear = today + 1, today + np.linspace(-5, 20, 10)
    >>> advised([sure, dear], today), advised([dear], today), advised([today - 1], today)
    (0, None, None)
    >>> advised([today + np.linspace(-0.5, 2, 10)], today)
    0
    """
    gains = [surely(each, today) if (each - today).mean() > 0 else -np.inf for each in changes]
    best = max(gains, default=-np.inf)
    return int(np.argmax(gains)) if best >= -RISK * float(today.mean()) else None


def surely(earns: Floats, today: Floats) -> float:
    """Return what a change gains with probability `SURE`, from draws of what it and today's prices earn."""
    return float(np.quantile(earns - today, 1 - SURE))


def earned_at(factor: float, forerunners: TierCustomers, *, unit_cost: float) -> Floats:
    """Return earns(factor), shape (draws,), money a month."""
    bill, units = factor * forerunners.asked, forerunners.mean_units
    buying = (forerunners.comers >= (bill / units)[:, None]).mean(axis=2)
    return forerunners.of_all(buying * (bill - unit_cost * units))


def reprice(forerunners: TierCustomers, *, unit_cost: float) -> Repriced:
    """Choose the step.

    Parameters
    ----------
    forerunners
        The q customers of whom it is known what a newcomer like them is asked today.
    unit_cost
        c, money.
    """
    tried = [earned_at(each, forerunners, unit_cost=unit_cost) for each in STEPS.tolist()]
    today = earned_at(1.0, forerunners, unit_cost=unit_cost)
    best = advised(tried, today)
    return Repriced(1.0, today, today) if best is None else Repriced(float(STEPS[best]), tried[best], today)
