"""Numbers as a reader wants them: rounded to what their interval carries, with ranges and odds in words."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from api.pages.words import reason_in_words

GAP = "\N{NO-BREAK SPACE}"
MINUS = "\N{MINUS SIGN}"
NOT_KNOWN = "not known: the data do not carry it"


@dataclass(frozen=True, slots=True)
class Shown:
    """An estimate in words.

    Parameters
    ----------
    value, interval
        ``46 EUR`` and ``between 41 and 52 EUR, 9 in 10``; both empty where there is no value.
    brief
        The interval for a table's cell: ``41–52``.
    unknown
        ``not known: no customer reports outcomes``; empty where there is a value.
    n
        How many customers carry the number, ≥ 0.
    """

    value: str = ""
    interval: str = ""
    brief: str = ""
    unknown: str = ""
    n: int = 0

    def __str__(self) -> str:
        return self.unknown or (f"{self.value} ({self.interval})" if self.interval else self.value)


@dataclass(frozen=True, slots=True)
class _Dress:
    """How numbers of one unit are written: scaled, between two texts, rounded.

    `most` is the most decimals that make sense (more are kept where nothing else would be left of the number),
    `always` how many there are whatever the number.
    """

    before: str = ""
    scale: float = 1.0
    after: str = ""
    cents: bool = False
    most: int | None = None
    always: int | None = None

    @classmethod
    def of(cls, unit: str) -> _Dress:
        if unit == "log":  # a spread of logs, shown as the factor that it means
            return cls(before=f"×÷{GAP}", most=2)
        if unit in {"share", "probability"}:
            return cls(scale=100.0, after=f"{GAP}%", most=0)
        if unit in {"correlation", "log/log"}:
            return cls(always=2)
        if unit in {"customers", "months"}:
            return cls(always=0)
        if currency := re.match(r"([A-Z]{3})(/|$)", unit):
            return cls(after=f"{GAP}{currency[1]}", cents=True)
        return cls()

    def write(self, value: float, width: float | None = None, *, digits: int = 3) -> str:
        """Write a value, rounded to two digits of its interval's width or of its own, whichever is finer."""
        value *= self.scale
        decimals = self._decimals(value, width, digits=digits)
        rounded = round(value, decimals)
        text = f"{abs(rounded):,.{max(decimals, 0)}f}"
        return f"{MINUS}{text}" if rounded < 0 else text

    def _decimals(self, value: float, width: float | None, *, digits: int) -> int:
        if self.always is not None:
            return self.always
        decimals = _decimals(value, digits=digits)
        if width is not None:
            digits = 3 if self.cents and abs(value) >= 100 else 2
            decimals = max(_decimals(width * self.scale, digits=2), _decimals(value, digits=digits))
        if self.most is not None:
            decimals = min(decimals, max(self.most, _decimals(value, digits=1)))
        if self.cents and decimals == 1:  # 4.6 EUR reads as a slip: show cents or leave them out
            return 0 if abs(value) >= 10 and digits == 2 else 2
        return decimals


def estimate(found: object) -> Shown:
    """Put an estimate of the API into words.

    Parameters
    ----------
    found
        The estimate as the API shows it; a plain number or None is accepted too. Shares are written in
        percent, a spread of logs as the factor that it means: 0.47 becomes ``×÷ 1.6``.

    Examples
    --------
    >>> shown = estimate({"value": 46.3, "low": 41.2, "high": 52.1, "level": 0.9, "unit": "EUR/posting"})
    >>> str(shown).replace(GAP, " ")
    '46 EUR (between 41 and 52 EUR, 9 in 10)'
    >>> str(estimate({"value": None, "reason": "no_outcomes"}))
    'not known: no customer reports outcomes'
    """
    if not isinstance(found, Mapping):
        found = {"value": found}
    n = int(_finite(found.get("n")) or 0)
    unit = str(found.get("unit") or "")
    value, low, high = (_point(found.get(key), unit) for key in ("value", "low", "high"))
    if value is None:
        return Shown(unknown=f"not known: {_why(found)}", n=n)
    dress = _Dress.of(unit)
    if low is None or high is None or low == high:
        return Shown(f"{dress.before}{dress.write(value)}{dress.after}", n=n)
    point, start, end = (dress.write(number, high - low) for number in (value, low, high))
    interval = f"between {start} and {end}{dress.after}, {odds(found.get('level'))}"
    return Shown(f"{dress.before}{point}{dress.after}", interval, f"{start}–{end}", n=n)


def money(value: object, currency: str) -> str:
    """Write an amount roughly: 46.01 becomes ``46 EUR``, 4.623 ``4.62 EUR``, 0.0127 ``0.013 EUR``."""
    found = _finite(value)
    return "not known" if found is None else f"{_rough(found)}{GAP}{currency}"


def price(value: object, currency: str) -> str:
    """Write a price to the letter: 1299.0 becomes ``1,299 EUR``, 0.4 ``0.40 EUR``, 0.012 ``0.012 EUR``."""
    found = _finite(value)
    if found is None:
        return "not known"
    exact = f"{found:,.2f}" if round(found, 2) == found else f"{found:,.6f}".rstrip("0")
    return f"{exact.removesuffix('.00')}{GAP}{currency}"


def money_range(low: object, high: object, currency: str, *, rough: bool = False) -> str:
    """Write two amounts as one range: ``4.63–6.95 EUR``, or roughly, as `money` does: ``37–58 EUR``."""
    start, end = _finite(low), _finite(high)
    if start is None or end is None:
        return "not known"
    write = _rough if rough else _Dress(cents=True).write
    return f"{write(start)}–{write(end)}{GAP}{currency}"


def number_range(ends: object) -> str:
    """Write two plain numbers as one range: ``0.80–1.10``; a missing end is ``?``."""
    found = [_finite(end) for end in ends] if isinstance(ends, list | tuple) else []
    return "–".join("?" if end is None else _Dress(always=2).write(end) for end in found)


def share(value: object) -> str:
    """Write a share of 0–1 in percent: 0.153 becomes ``15 %``; what is not quite none or all says so."""
    found = _finite(value)
    if found is None:
        return "not known"
    percent = 100 * found
    if 0 < percent < 1:
        return f"under 1{GAP}%"
    if 99 < percent < 100:
        return f"over 99{GAP}%"
    return f"{percent:.0f}{GAP}%".replace("-", MINUS)


def change(value: object) -> str:
    """Write a relative change with its sign: 0.125 becomes ``+12.5 %``.

    >>> change(0.125).replace(GAP, " "), change(-0.02).replace(GAP, " "), change(0.0).replace(GAP, " ")
    ('+12.5 %', '−2.0 %', '0.0 %')
    """
    found = _finite(value)
    if found is None:
        return "not known"
    sign = "" if abs(found) < 0.0005 else MINUS if found < 0 else "+"
    return f"{sign}{abs(100 * found):,.1f}{GAP}%"


def chance(value: object) -> str:
    """Write a probability as odds out of a hundred: 0.97 becomes ``97 in 100``.

    >>> chance(0.9991).replace(GAP, " "), chance(0.4).replace(GAP, " ")
    ('over 99 in 100', '40 in 100')
    """
    found = _finite(value)
    if found is None:
        return "not known"
    if found > 0.99:
        return f"over 99{GAP}in{GAP}100"
    if found < 0.01:
        return f"under 1{GAP}in{GAP}100"
    return f"{100 * found:.0f}{GAP}in{GAP}100"


def odds(level: object) -> str:
    """Write an interval's level as odds: 0.9 becomes ``9 in 10``."""
    found = _finite(level) or 0.9
    for whole in (10, 20):
        if math.isclose(found * whole, round(found * whole), abs_tol=1e-9):
            return f"{round(found * whole)}{GAP}in{GAP}{whole}"
    return f"{100 * found:.0f}{GAP}in{GAP}100"


def count(value: object) -> str:
    """Write a count with its thousands apart: 12300 becomes ``12,300``."""
    found = _finite(value)
    return "not known" if found is None else f"{found:,.0f}".replace("-", MINUS)


def day(moment: date) -> str:
    """Write a day as ``5 March 2026``.

    >>> day(date(2026, 3, 5))
    '5 March 2026'
    """
    return f"{moment.day} {moment:%B %Y}"


def _finite(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if math.isfinite(value) else None


def _rough(amount: float) -> str:
    return _Dress(cents=True).write(amount, digits=3 if abs(amount) >= 100 else 2)


def _point(value: object, unit: str) -> float | None:
    """Read a number; a spread of logs becomes its factor, capped where a float would end."""
    found = _finite(value)
    return math.exp(min(found, 700.0)) if found is not None and unit == "log" else found


def _decimals(value: float, *, digits: int) -> int:
    """Count the decimals that leave so many significant digits; negative rounds before the point."""
    size = abs(value)
    return min(digits - 1 - math.floor(math.log10(size)), 12) if size > 0 else 0


def _why(found: Mapping[str, Any]) -> str:
    """Say why there is no value: the warning that explains the reason's code, or the code in plain words."""
    code = str(found.get("reason") or "")
    for warning in found.get("warnings") or []:
        if warning.get("code") == code and warning.get("message"):
            return str(warning["message"])
    return reason_in_words(code)
