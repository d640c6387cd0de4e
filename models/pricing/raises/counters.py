"""The lowest counter-offer to a raise that is worth accepting: one for all customers who are asked alike.

Notation
--------
D : draws      r : the raise that is asked, a share      c : (D,) share of those asked who offer less
b, k : (n,) what each pays a month, and what serving it costs
S : (D, n) chance to be there when the raise begins      s : (D, n) chance that the raise drives it away later
T0, T1 : (D, n) months lived from the raise on, as they count, without it and with it
T' : (D, n) T0 of those whom it drives away, all others counted as 0

Whom the raise would drive away is believed to offer less first, rather than to leave without a word; who else offers
less is like all others. So those who offer less are likelier to leave than others, and the likelier the fewer they are:

    γ = min(1, c Σ S ÷ Σ s)                        share of those to be driven away who offer less
    β = max(0, (c Σ S - Σ s) ÷ (Σ S - Σ s))        share of all others who do
    A = γ T' + β (T0 - T')                         months that those who offer less live where they are accepted
    accepting r' :   Σ (b (1 + r') - k) A          who is accepted stays as without a raise
    holding to r :   Σ (b (1 + r) - k) (A - γ (T0 - T1))
    r* = the smallest r' in [0, r] for which the mean over draws of the first is no less than that of the second
       = max(0, r - mean of γ Σ (b (1 + r) - k) (T0 - T1) ÷ mean of Σ b A)

Draws in which many offer less count by so much, for A does. A customer whose own raise is lower than r has a lower r*:
one r* for all, found at the highest, never accepts what is worth less than insisting.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.checks import Floats
from models.errors import InvalidInput
from models.pricing.raises.prospects import Lived


@dataclass(frozen=True, eq=False)
class LowestCounter:
    """The lowest raise that is worth accepting.

    Parameters
    ----------
    value
        r*, a share, 0 to the raise that is asked.
    draws
        Shape (D,): the same in each draw alone.
    """

    value: float
    draws: Floats


def lowest_counter(
    asked: float, lived: Lived, *, bill: Floats, cost: Floats, countered: Floats
) -> LowestCounter:
    """Return the lowest counter-offer that is worth accepting of n customers who are asked alike.

    Parameters
    ----------
    asked
        r, a share, > 0.
    lived
        S, s, T0, T1 and T' of these customers, each at its own raise.
    bill, cost
        b and k, shape (n,), money a month.
    countered
        c, shape (D,), inside 0-1.

    Raises
    ------
    InvalidInput
        Where nothing is asked, nobody counters, or nobody lives to pay a raise.

    Examples
    --------
    Of a hundred who are asked 10 %, one would leave at once, and twenty offer less: one in twenty of these leaves.

    >>> one = {name: np.array([[share]]) for name, share in
    ...        {"there": 1.0, "driven": 0.01, "without": 24.0, "within": 23.76, "of_driven": 0.24}.items()}
    >>> money = {"bill": np.array([100.0]), "cost": np.zeros(1)}
    >>> round(lowest_counter(0.1, Lived(**one), countered=np.array([0.2]), **money).value, 3)
    0.045

    Where one in a hundred does, it is the one that would leave: anything is worth accepting.

    >>> lowest_counter(0.1, Lived(**one), countered=np.array([0.01]), **money).value
    0.0
    """
    if not asked > 0 or not (countered > 0).all() or not (lived.without.sum(axis=1) > 0).all():
        raise InvalidInput(
            "a raise above 0 must be asked of somebody who lives to pay it, and some counter it"
        )
    there, driven = lived.there.sum(axis=1), lived.driven.sum(axis=1)
    offers = countered * there
    first = np.minimum(1.0, offers / np.maximum(driven, 1e-300))
    others = np.maximum(offers - driven, 0.0) / np.maximum(there - driven, 1e-300)
    months = first[:, None] * lived.of_driven + others[:, None] * (lived.without - lived.of_driven)
    lost = first * ((lived.without - lived.within) @ (bill * (1 + asked) - cost))
    adds = months @ bill
    draws: Floats = np.clip(asked - lost / adds, 0.0, asked)
    return LowestCounter(float(np.clip(asked - lost.sum() / adds.sum(), 0.0, asked)), draws)
