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

from collections.abc import Iterator
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

    Round are the multiples of half the leading digit's place (…, 9, 9.5, 10, 15, 20, … 95, 100, 150, …). The
    share expected without heaping is that of round numbers among all that could have been said within ± 25 %,
    on the grid of the answers: their last common decimal place, at most three significant digits. Answers that
    are all whole numbers below 10 thus show none.

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
    0.77
    >>> heaping(np.array([101.0, 123, 147, 219, 251]))
    0.0
    """
    said = prices[np.isfinite(prices) & (prices > 0)]
    if said.size == 0:
        return 0.0
    place = np.floor(np.log10(said) + 1e-12)
    step = np.maximum(10.0**place / 100, _last_place(said, place))
    expected = float(_round_nearby(said, step).mean())
    observed = float(_is_round(said).mean())
    return max(0.0, observed - expected)


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
    level = np.array([np.nanmedian(row) for row in away[answered]])
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
    return np.asarray(logs[:, asked] - np.nanmedian(logs[:, asked], axis=0))


def _copied(respondents: NDArray[Any], prices: Floats, customers: NDArray[Any] | None) -> NDArray[np.bool_]:
    """Who repeats the answers of a colleague that hardly anybody else gives."""
    copied = np.zeros(len(prices), dtype=np.bool_)
    if customers is None:
        return copied
    answers = [row.tobytes() for row in np.nan_to_num(prices, nan=-1.0) + 0.0]
    given: dict[bytes, list[int]] = {}
    for i in np.argsort(respondents.astype(str), kind="stable").tolist():
        if np.isfinite(prices[i]).any():
            given.setdefault(answers[i], []).append(i)
    for people in given.values():
        for repeats, others in _colleagues(people, customers):
            if others <= _COMMON_ANSWERS * len(prices):
                copied[repeats] = True
    return copied


def _colleagues(people: list[int], customers: NDArray[Any]) -> Iterator[tuple[list[int], int]]:
    """Yield, for each customer with several of these people, all but the first, and how many work elsewhere."""
    teams: dict[Any, list[int]] = {}
    for i in people:
        if customers[i] is not None:
            teams.setdefault(customers[i], []).append(i)
    for team in teams.values():
        if len(team) > 1:
            yield team[1:], len(people) - len(team)


def _last_place(said: Floats, place: Floats) -> float:
    """Return the coarsest power of ten of which all answers are multiples, to three digits each."""
    for power in range(int(place.max()), int(place.min()) - 3, -1):
        ratio = said / 10.0**power
        if np.all(np.abs(ratio - np.round(ratio)) <= 1e-9 * np.maximum(1, ratio)):
            return float(10.0**power)
    return 0.0


def _is_round(said: Floats) -> NDArray[np.bool_]:
    tenths = said / 10.0 ** np.floor(np.log10(said) + 1e-12) * 2
    close: NDArray[np.bool_] = np.abs(tenths - np.round(tenths)) <= 1e-9
    return close


def _round_nearby(said: Floats, step: Floats) -> Floats:
    """Return the share of round numbers among the multiples of `step` within ± 25 % of each answer."""
    low, high = np.ceil(0.8 * said / step - 1e-9), np.floor(1.25 * said / step + 1e-9)
    shares = np.empty_like(said)
    for at, (first, last, unit) in enumerate(zip(low, high, step, strict=True)):
        # at most a few hundred points: three digits, ± 25 %
        shares[at] = _is_round(np.arange(first, last + 1) * unit).mean()
    return shares
