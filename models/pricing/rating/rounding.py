"""Exact quotients of integers, rounded half to even: the only place where money is rounded.

Notation
--------
q = ⌊a ÷ b⌋, r = a − q·b; the rounded quotient is q, or q + 1 where 2r > b, or where 2r = b and q is odd
(IEEE 754, round half to even). Sums of many such lines have no drift, unlike halves that are rounded up.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.errors import InvalidInput

Ints = NDArray[np.int64]

MILLION = 1_000_000
"""Units are counted in millionths, so that 0.25 GB is a whole number too."""

_ROOM = 2**61
"""Below it, doubling a remainder stays inside 64 bits."""


@dataclass(frozen=True, slots=True)
class Ratio:
    """An exact price: `numerator` ÷ `denominator` minor units, the denominator above 0.

    Examples
    --------
    >>> Ratio.of(Fraction("0.25"))
    Ratio(numerator=1, denominator=4)
    """

    numerator: int
    denominator: int = 1

    @classmethod
    def of(cls, value: Fraction) -> Ratio:
        """Return a fraction as a ratio in lowest terms."""
        return cls(value.numerator, value.denominator)


def half_even(numerator: NDArray[Any], denominator: NDArray[Any] | int) -> Ints:
    """Return numerator ÷ denominator, rounded to the nearest integer, halves to the even one.

    Parameters
    ----------
    numerator
        Shape (n,): 64-bit integers below 2⁶¹, or Python's integers of any size as objects.
    denominator
        Above 0, one for all or one for each.

    Raises
    ------
    InvalidInput
        If a quotient does not fit into 64 bits.

    Examples
    --------
    >>> half_even(np.array([5, 15, 25, -5]), 10)
    array([0, 2, 2, 0])
    """
    quotient, rest = numerator // denominator, numerator % denominator
    up = (2 * rest > denominator) | ((2 * rest == denominator) & (quotient % 2 == 1))
    rounded = quotient + up
    try:
        return np.asarray(rounded, dtype=np.int64)
    except OverflowError as error:
        raise InvalidInput("an amount is above 9·10¹⁸ minor units") from error


def amount(count: NDArray[Any], price: Ratio, *, per: NDArray[Any] | int = 1) -> Ints:
    """Return count × price ÷ per in whole minor units, rounded once.

    Parameters
    ----------
    count
        Shape (n,), integers ≥ 0: how often the price is due, in `per`-ths.
    price
        Minor units each.
    per
        Parts that one is counted in, > 0: a million for units, the days of the month for days.

    Examples
    --------
    >>> amount(np.array([1_500_000]), Ratio(25), per=MILLION)  # 1.5 units at 25 cents: 37.5 cents
    array([38])
    """
    most, parts = (int(np.max(each, initial=0)) for each in (np.asarray(count), np.asarray(per)))
    if most * price.numerator >= _ROOM or parts * price.denominator >= _ROOM:
        # Python's integers have no bound, and are slower: only for amounts that no bill has.
        count, per = np.asarray(count).astype(object), np.asarray(per).astype(object)
    return half_even(count * price.numerator, per * price.denominator)
