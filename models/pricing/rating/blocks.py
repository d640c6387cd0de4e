"""Graduated blocks: how many of a month's units are sold at which price.

Notation
--------
u : units of the month   a : included units, which are free   s : units are sold in packs of so many
b_1 = 0 < b_2 < … < b_k : units at which each block begins, counted from the month's first unit
t = a + ⌈(u − a)⁺ ÷ s⌉·s ; block i sells  clip(t, l_i, l_{i+1}) − l_i  with  l_i = max(b_i, a), l_{k+1} = ∞
Everything is in millionths of a unit.
"""

from __future__ import annotations

import numpy as np

from models.pricing.rating.rounding import Ints


def units_by_block(units: Ints, included: Ints, starts: Ints, *, step: int = 0) -> Ints:
    """Return the units that each block sells, shape (blocks, n).

    Parameters
    ----------
    units
        Shape (n,): units of the month, ≥ 0.
    included
        Shape (n,): free units, ≥ 0.
    starts
        Shape (blocks,): where each block begins; the first at 0, rising.
    step
        Pack size; 0 sells single units and parts of them.

    Examples
    --------
    >>> million = 1_000_000
    >>> units = np.array([250, 30]) * million
    >>> units_by_block(units, np.array([50, 50]) * million, np.array([0, 100]) * million) // million
    array([[ 50,   0],
           [150,   0]])
    """
    above = np.maximum(units - included, 0)
    if step:
        above = -(-above // step) * step
    sold = included + above
    lows = np.maximum(starts[:, None], included[None, :])
    highs = np.vstack([lows[1:], np.maximum(sold, lows[-1])[None, :]])
    units_sold: Ints = np.clip(sold[None, :], lows, highs) - lows
    return units_sold
