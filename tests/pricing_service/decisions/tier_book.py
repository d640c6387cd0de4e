"""Customers of whom everything is known, for the tests of what tiers and other prices would bring."""

from __future__ import annotations

import numpy as np

from models.checks import Floats
from pricing_service.decisions._tier_customers import MONTHS, TierCustomers


def book(pays: Floats, *, bill: float, units: float) -> TierCustomers:
    """Return customers of as many units a month who pay `bill`; people like them would pay `pays` (draws, q) a unit."""
    q = pays.shape[1]
    bills, used = np.full(q, bill), np.full((q, MONTHS), units)
    return TierCustomers(
        [f"c{at:03d}" for at in range(q)], used, used > 0, bills, bills, bills, pays, pays,
        comers=pays[:, :, None], stands_for=np.ones(pays.shape), counts=np.ones(q),
    )  # fmt: skip
