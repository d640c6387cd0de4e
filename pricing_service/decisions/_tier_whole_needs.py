"""Customers as if each had one need that must be held whole: where the best menu can be computed, and when that is so.

Notation
--------
u : a customer's need, the least that holds the share `HELD` of its own months
W : what it would pay for a mean month of all it needs
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.checks import Floats
from models.pricing.tiers.hard_allowance import Needs, best_menu
from models.pricing.tiers.market import Market, Menu
from pricing_service.decisions._tier_customers import TierCustomers
from pricing_service.decisions._tier_design import Design

HELD = 0.75
"""Share of a customer's own months that what it needs holds."""


def whole_needs_menu(design: Design, customers: TierCustomers, market: Market, tiers: int) -> Menu:
    """Return the best menu of at most `tiers` tiers without overage, were each need to be held whole.

    It is the best of all where the needs are of this kind, as `need_whole` tells; elsewhere it is a good start.

    Parameters
    ----------
    design
        The tiers that may be.
    customers, market
        For whom, and the same as rows of the market that the design makes of them.
    tiers
        Most tiers, ≥ 1.
    """
    flat = np.flatnonzero(np.isinf(design.kinds.overage_prices))
    allowances = design.kinds.allowances[flat]
    held = held_need(customers.units, customers.known, share=HELD)
    # As the market has them: in each draw those who pay, and all again as newcomers where some come.
    rows = [held[customers.paying], *([held] if design.newcomers > 0 else [])]
    needs = Needs(
        np.concatenate(rows * customers.per_unit.shape[0]),
        market.surplus[:, flat[allowances.argmax()]],
        market.weights,
        design.rules.unit_cost,
    )
    menu, _ = best_menu(needs, tiers, allowances=allowances, fees=design.fees)
    # Of tiers that cost the same the largest serves all.
    largest = {fee: int(flat[kind]) for kind, fee in menu}
    return tuple((kind, fee) for fee, kind in sorted(largest.items()))


def need_whole(design: Design, customers: TierCustomers) -> bool:
    """Whether the customers' needs are such that no menu earns more than `whole_needs_menu`."""
    steady = held_need(customers.units, customers.known, share=0.0) == held_need(
        customers.units, customers.known, share=1.0
    )
    flat = bool(np.isinf(design.kinds.overage_prices).all())
    return design.rules.kept == "hard" and flat and bool(steady.all())


def held_need(units: Floats, known: NDArray[np.bool_], *, share: float) -> Floats:
    """Return the least of each customer's own months that holds a share of them, (n,), from months (n, L).

    Examples
    --------
    >>> months = np.array([[4.0, 1.0, 3.0, 2.0], [9.0, 5.0, 9.0, 9.0]])
    >>> held_need(months, np.array([[True] * 4, [False, True, False, False]]), share=0.75)
    array([3., 5.])
    """
    rising = np.sort(np.where(known, units, np.inf), axis=1)
    place = np.maximum(np.ceil(share * known.sum(axis=1)).astype(np.intp), 1) - 1
    held: Floats = rising[np.arange(units.shape[0]), place]
    return held
