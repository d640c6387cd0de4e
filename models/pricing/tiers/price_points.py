"""Fees and allowances that people would put on a price list: few digits, endings as the house wants them.

Notation
--------
step : one tenth of a number's largest power of ten, so that two digits are left
"""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np

from models.checks import Floats
from models.errors import InvalidInput

Endings = Literal["nine", "round", "any"]
_WHOLE_FROM = 20.0
"""From here on a nine is one whole unit of money below a round number, beneath it a tenth."""


def price_points(low: float, high: float, *, count: int, endings: Endings = "nine") -> Floats:
    """Return at most `count` prices from `low` to `high`, rising by equal factors before they are rounded.

    Parameters
    ----------
    low, high
        Money, 0 < low ≤ high.
    count
        How many to aim at, ≥ 1; equal ones count once.
    endings
        ``nine`` (9.90, 49, 119), ``round`` (10, 50, 120) or ``any``.

    Examples
    --------
    >>> price_points(8, 1000, count=6, endings="nine").tolist()
    [7.9, 19.0, 59.0, 139.0, 379.0, 999.0]
    >>> price_points(8, 1000, count=6, endings="round").tolist()
    [8.0, 21.0, 55.0, 140.0, 380.0, 1000.0]
    """
    if not (0 < low <= high < np.inf and count >= 1 and endings in get_args(Endings)):
        raise InvalidInput(
            f"needs 0 < low ≤ high, count ≥ 1 and known endings, got {(low, high, count, endings)}"
        )
    return np.unique(with_endings(np.geomspace(low, high, count), endings))


def with_endings(exact: Floats, endings: Endings) -> Floats:
    """Return prices near the given ones, in their places, that end as the house wants them; neighbours may coincide.

    Parameters
    ----------
    exact
        Money > 0.

    Examples
    --------
    >>> with_endings(np.array([8.3, 52.0, 137.0]), "nine").tolist()
    [8.2, 49.0, 139.0]
    """
    if endings == "any":
        return exact
    points = _two_digits(exact)
    if endings == "nine":
        tens = np.round(exact / 10) * 10
        points = np.where((exact >= _WHOLE_FROM) & (exact < 100), tens, points)
        points = points - np.where(exact >= _WHOLE_FROM, 1.0, 0.1)
    cents = np.round(np.where(points > 0, points, exact), 2)
    found: Floats = np.where(cents > 0, cents, exact)
    return found


def allowance_points(needs: Floats, *, count: int) -> Floats:
    """Return at most `count` allowances with two digits that hold evenly rising shares of the needs.

    Parameters
    ----------
    needs
        Shape (k,): units that some customer needs in some month, ≥ 0; those of 0 do not count.

    Examples
    --------
    >>> allowance_points(np.arange(0.0, 1001), count=4).tolist()
    [100.0, 400.0, 700.0, 1000.0]
    """
    used = needs[needs > 0]
    if used.size == 0:
        return np.zeros(0)
    quantiles = np.quantile(used, np.linspace(0.1, 1.0, count))
    points = _two_digits(quantiles)
    # The largest must hold the largest need: two digits are rounded up there.
    if points[-1] < quantiles[-1]:
        points[-1] += _step(quantiles[-1:])[0]
    rounded: Floats = np.unique(points)
    return rounded


def _step(values: Floats) -> Floats:
    steps: Floats = 10.0 ** (np.floor(np.log10(values)) - 1)
    return steps


def _two_digits(values: Floats) -> Floats:
    steps = _step(values)
    rounded: Floats = np.round(np.round(values / steps) * steps, 10)
    return rounded
