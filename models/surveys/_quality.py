"""Which stated prices are doubtful, and why: nothing is dropped here, people are told.

Notation
--------
n, q : respondents and questions                 P : (n, q) answers in money, NaN = not asked
d : (n, q) log P minus the question's median     a : (n,) a respondent's level, the median of its row of d
s : the spread of a, 1.4826 × its median absolute deviation

A unit slip (a yearly price where a monthly one was asked, thousands) shifts all of a respondent's answers by
±log 12 or ±log 1,000. It is flagged where it is at least `ODDS` times likelier than an unusual respondent:
``π t₈((a - shift) / s) ≥ ODDS × t₈(a / s)`` with π = 0.01 for each shift (Bayes; Student's t keeps honest
extremes honest), ``|a - shift| ≤ 3 s``, and each single answer lies nearer to the shift than to the rest.
Measured on clean answers of 20 to 1,000 respondents:
an alarm for at most 6 in 10,000 of them (logs normal, sd 0.2 to 1.2) or 52 in 10,000 (logs Student's t₅);
a factor of 12 is found at sd 0.2 in 98 of 100, at 0.5 in 48 to 80, at 0.8 hardly ever: there it is no outlier.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.checks import Floats
from models.errors import InvalidInput
from models.surveys._base import Flag

SLIPS = (12.0, 1000.0)
ODDS = 3.0
"""A slip must be this many times likelier than an unusual respondent."""
_SLIP_SHARE = 0.01
_TAIL = 8
_LEAST_SPREAD = 0.05
_RESPONDENTS_FOR_SPREAD = 10
_COMMON_ANSWERS = 0.05
"""Answers that this share of all others give as well are no sign of a copy."""


def doubtful(
    respondents: NDArray[Any], prices: Floats, *, customers: NDArray[Any] | None = None
) -> tuple[Flag, ...]:
    """Flag respondents whose stated prices deserve a second look.

    Parameters
    ----------
    respondents
        Shape (n,): their ids.
    prices
        Shape (n, q): what each answered to each of q questions, money ≥ 0; NaN = not asked or not answered.
    customers
        Shape (n,): whom each works for, None for nobody; without it no duplicates can be told.

    Returns
    -------
    Up to three flags, each only where somebody raised it: ``straight_lining`` (two or more answers, all
    equal), ``unit_slip`` (all answers a factor of about 12 or 1,000 from those of the rest) and ``duplicate``
    (the rare answers of a colleague over again; of each set the first by id is not flagged).

    Raises
    ------
    InvalidInput
        If shapes differ, or a price is negative or infinite.

    Examples
    --------
    >>> asked = np.array([[5.0, 9.0]] * 12 + [[7.0, 7.0], [60.0, 110.0]])
    >>> [(flag.code, flag.respondents) for flag in doubtful(np.array([f"r{i:02d}" for i in range(14)]), asked)]
    [('straight_lining', ('r12',)), ('unit_slip', ('r13',))]
    """
    prices = np.asarray(prices, dtype=np.float64)
    if prices.ndim != 2 or len(prices) != len(respondents):
        raise InvalidInput(f"prices must have one row for each of {len(respondents)} respondents")
    if (prices < 0).any() or np.isinf(prices).any():
        raise InvalidInput("prices must be finite and ≥ 0, NaN where not asked")
    found = {
        "straight_lining": (_straight(prices), "gave the same price to every question"),
        "unit_slip": (_slipped(prices), "answered about 12 or 1,000 times above or below all others"),
        "duplicate": (
            _copied(respondents, prices, customers),
            "repeated a colleague's answers to the letter",
        ),
    }
    return tuple(
        Flag(code, f"{int(who.sum())} of {len(who)} {says}", tuple(sorted(map(str, respondents[who]))))
        for code, (who, says) in found.items()
        if who.any()
    )


def heaping(prices: Floats) -> float:
    """Return the share of answers on round numbers beyond what is expected.

    Round are the multiples of half the leading digit's place (…, 9, 9.5, 10, 15, 20, … 95, 100, 150, …).
    Expected of them is one in as many as there are steps between two: steps of the answers' last common
    decimal place, at most three significant digits. Answers that are all whole numbers below 10 thus show none.

    Parameters
    ----------
    prices
        Any shape, money; zeros and NaN do not count.

    Returns
    -------
    0–1, not below 0. Multiplying all prices by 10 changes nothing.

    Examples
    --------
    >>> round(heaping(np.array([100.0, 150, 200, 250, 90, 123])), 2)
    0.78
    >>> heaping(np.array([101.0, 123, 147, 219, 251]))
    0.0
    """
    said = prices[np.isfinite(prices) & (prices > 0)]
    if said.size == 0:
        return 0.0
    place = np.floor(np.log10(said) + 1e-12)
    half = 10.0**place / 2
    step = np.maximum(half / 50, _last_place(said, place))
    pulled = np.abs(said / half - np.round(said / half)) <= 1e-9
    return max(0.0, float(pulled.mean() - np.minimum(1.0, step / half).mean()))


def _straight(prices: Floats) -> NDArray[np.bool_]:
    """Who gave two or more answers, all equal."""
    answered = np.isfinite(prices)
    first = np.where(answered, prices, np.inf).min(axis=1, initial=np.inf)
    line: NDArray[np.bool_] = np.all(~answered | (prices == first[:, None]), axis=1)
    line &= answered.sum(axis=1) >= 2
    return line


def _slipped(prices: Floats) -> NDArray[np.bool_]:
    """Whose answers all lie a unit's factor away from everybody else's."""
    away = _away(prices)
    answered = np.isfinite(away).any(axis=1)
    slipped = np.zeros(len(prices), dtype=np.bool_)
    if answered.sum() < _RESPONDENTS_FOR_SPREAD:
        return slipped
    level = _medians(away[answered])
    level -= np.median(level)
    spread = max(1.4826 * float(np.median(np.abs(level))), _LEAST_SPREAD)
    for shift in np.concatenate([np.log(SLIPS), -np.log(SLIPS)]):
        usual, shifted = (level / spread) ** 2, ((level - shift) / spread) ** 2
        # the logarithm of Student's t without its constant, which cancels
        gain = (_TAIL + 1) / 2 * (np.log1p(usual / _TAIL) - np.log1p(shifted / _TAIL))
        likely = (gain + np.log(_SLIP_SHARE) >= np.log(ODDS)) & (shifted <= 9)
        each = np.nan_to_num(away[answered] * np.sign(shift), nan=np.inf).min(axis=1) > abs(shift) / 2
        slipped[answered] |= likely & each
    return slipped


def _away(prices: Floats) -> Floats:
    """Return log prices minus their question's median, NaN where not asked or zero."""
    logs = np.log(np.where(prices > 0, prices, np.nan))
    asked = np.isfinite(logs).any(axis=0)
    return np.asarray(logs[:, asked] - _medians(logs[:, asked].T))


def _medians(rows: Floats) -> Floats:
    """Return each row's median of what is not NaN; every row has something."""
    ordered, known = np.sort(rows, axis=1), np.isfinite(rows).sum(axis=1, keepdims=True)
    middle = np.take_along_axis(ordered, np.hstack([(known - 1) // 2, known // 2]), axis=1)
    return np.asarray(middle.mean(axis=1))


def _copied(respondents: NDArray[Any], prices: Floats, customers: NDArray[Any] | None) -> NDArray[np.bool_]:
    """Who repeats the answers of a colleague that hardly anybody else gives."""
    copied = np.zeros(len(prices), dtype=np.bool_)
    if customers is None:
        return copied
    rows = np.nan_to_num(prices, nan=-1.0) + 0.0
    pattern, times = np.unique(rows, axis=0, return_inverse=True, return_counts=True)[1:]
    pattern = pattern.ravel()
    suspects = np.flatnonzero((times[pattern] > 1) & np.isfinite(prices).any(axis=1))
    teams: dict[tuple[Any, int], list[int]] = {}
    for i in sorted(suspects.tolist(), key=lambda i: str(respondents[i])):
        if customers[i] is not None:
            teams.setdefault((customers[i], int(pattern[i])), []).append(i)
    for (_, answers), team in teams.items():
        if times[answers] - len(team) <= _COMMON_ANSWERS * len(prices):
            copied[team[1:]] = True
    return copied


def _last_place(said: Floats, place: Floats) -> float:
    """Return the coarsest power of ten of which all answers are multiples, to three digits each."""
    for power in range(int(place.max()), int(place.min()) - 3, -1):
        ratio = said / 10.0**power
        if np.all(np.abs(ratio - np.round(ratio)) <= 1e-9 * np.maximum(1, ratio)):
            return float(10.0**power)
    return 0.0
