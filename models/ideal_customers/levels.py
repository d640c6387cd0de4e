"""Traits as few levels: the commonest words by name, quantities cut at their thirds.

Notation
--------
n : customers          T : traits          k : (T,) levels of each trait
c : (n, T) codes, 0 … k - 1; `UNKNOWN` where nothing is known, `NEVER_SEEN` where nobody had the value before

Few levels make a profile that can be read, and a lift that can be counted. The cuts look at traits alone, never
at success, so that they need no correction.
"""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.checks import Floats
from models.errors import InvalidInput

Codes = NDArray[np.int64]
Raw = Sequence[object]
"""A trait as the tables have it: words, numbers or None, one a customer."""

UNKNOWN, NEVER_SEEN = -1, -2
UNKNOWN_LEVEL, OTHER_LEVEL = "(unknown)", "(other)"
MOST_LEVELS = 12
_FEW_NUMBERS = 8  # numbers that take more values than this are quantities
_LEAST_CARRIERS = 8
_MOST_NAMES = 500


@dataclass(frozen=True, kw_only=True)
class TraitLevels:
    """One trait's levels, and how to read a value into them.

    Parameters
    ----------
    trait
        Its name.
    levels
        Their names, at least two; `(other)` stands for `pooled`, `(unknown)` for customers of whom nothing is
        known, where not knowing is itself known at signing.
    pooled
        Rare words that are one level.
    cuts
        Of a quantity: the upper ends of all levels but the last; empty for words.
    low, high
        Of a quantity: the least and most that any customer had.
    """

    trait: str
    levels: tuple[str, ...]
    pooled: tuple[str, ...] = ()
    cuts: tuple[float, ...] = ()
    low: float | None = None
    high: float | None = None

    def code(self, value: object) -> int:
        """Return a value's level, `UNKNOWN` or `NEVER_SEEN`; a quantity beyond all others has the level next to it.

        Examples
        --------
        >>> size = TraitLevels(trait="staff", levels=("≤ 10", "> 10"), cuts=(10.0,), low=1.0, high=80.0)
        >>> size.code(7), size.code("40"), size.code(5000), size.code(None), size.code("many")
        (0, 1, 1, -1, -2)
        """
        word = "" if value is None else _word(value)
        if not word:
            return self.levels.index(UNKNOWN_LEVEL) if UNKNOWN_LEVEL in self.levels else UNKNOWN
        if self.cuts:
            number = _number(word)
            return NEVER_SEEN if number is None else sum(number > cut for cut in self.cuts)
        if word in self.levels:
            return self.levels.index(word)
        return self.levels.index(OTHER_LEVEL) if word in self.pooled else NEVER_SEEN

    def seen(self, value: object) -> bool:
        """Whether some customer had this value, or one as extreme; what is not known is not unseen.

        Examples
        --------
        >>> size = TraitLevels(trait="staff", levels=("≤ 10", "> 10"), cuts=(10.0,), low=1.0, high=80.0)
        >>> size.seen(7), size.seen(5000), size.seen(None)
        (True, False, True)
        """
        if self.code(value) == NEVER_SEEN:
            return False
        number = _number(_word(value)) if self.cuts and value is not None else None
        return number is None or self.low is None or self.high is None or self.low <= number <= self.high

    def codes(self, values: Raw) -> Codes:
        """Return the levels of many values, shape (n,)."""
        known = {value: self.code(value) for value in set(values)}
        return np.array([known[value] for value in values], dtype=np.int64)

    def to_json(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {
            "trait": self.trait,
            "levels": list(self.levels),
            "pooled": list(self.pooled),
            "cuts": list(self.cuts),
            "range": [] if self.low is None or self.high is None else [self.low, self.high],
        }

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> TraitLevels:
        """Read what `to_json` wrote."""
        low, high = told["range"] or (None, None)
        words = {name: tuple(told[name]) for name in ("levels", "pooled", "cuts")}
        return cls(trait=told["trait"], low=low, high=high, **words)


def levels_of(trait: str, values: Raw, *, unknown_counts: bool = False) -> TraitLevels | None:
    """Find a trait's levels; None where fewer than two levels are carried by enough customers.

    Parameters
    ----------
    trait
        Its name.
    values
        One a customer: words, numbers or None.
    unknown_counts
        Whether not knowing is a level: only where the trait was asked for at signing. Of a trait as it is
        today, a gap may be what success or failure left behind.

    Examples
    --------
    >>> levels_of("country", ["DE"] * 20 + ["FR"] * 12 + ["MT", "LU"] * 5).levels
    ('DE', 'FR', '(other)')
    >>> levels_of("staff", list(range(1, 91))).levels
    ('≤ 30.7', '30.7 – 60.3', '> 60.3')
    """
    words = ["" if value is None else _word(value) for value in values]
    known = [word for word in words if word]
    missing = len(words) - len(known)
    extra = (UNKNOWN_LEVEL,) if unknown_counts and missing >= _LEAST_CARRIERS else ()
    numbers = [_number(word) for word in known]
    if known and None not in numbers and len(set(numbers)) > _FEW_NUMBERS:
        return _quantity(trait, np.array(numbers, dtype=np.float64), extra)
    return _named(trait, known, extra)


def _quantity(trait: str, numbers: Floats, extra: tuple[str, ...]) -> TraitLevels | None:
    cuts = sorted({float(cut) for cut in np.quantile(numbers, [1 / 3, 2 / 3])} - {float(numbers.max())})
    if not cuts:
        return None
    named = [_plain(cut) for cut in cuts]
    between = [f"{low} – {high}" for low, high in itertools.pairwise(named)]
    return TraitLevels(
        trait=trait, levels=(f"≤ {named[0]}", *between, f"> {named[-1]}", *extra), cuts=tuple(cuts),
        low=float(numbers.min()), high=float(numbers.max()),
    )  # fmt: skip


def _named(trait: str, known: list[str], extra: tuple[str, ...]) -> TraitLevels | None:
    counted = sorted(Counter(known).items(), key=lambda item: (-item[1], item[0]))
    common = [word for word, count in counted if count >= _LEAST_CARRIERS][:MOST_LEVELS]
    rare = [(word, count) for word, count in counted if word not in common]
    carried = sum(count for _, count in rare)
    if rare and carried < _LEAST_CARRIERS and common:
        # Too few to be a level of their own: they stand with the rarest that is.
        last = common.pop()
        rare.insert(0, (last, 0))
    levels = (*sorted(common), *((OTHER_LEVEL,) if rare else ()), *extra)
    if len(levels) < 2:
        return None
    return TraitLevels(trait=trait, levels=levels, pooled=tuple(word for word, _ in rare[:_MOST_NAMES]))


def _word(value: object) -> str:
    """Return a value as a word: 10.0 and 10 are the same number."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return "" if math.isnan(value) else f"{value:.15g}"
    return str(value)


def _plain(number: float) -> str:
    """Write a number with three digits that count, and without an exponent where it is of ordinary size."""
    return f"{float(f'{number:.3g}'):.15g}"


def _number(word: str) -> float | None:
    try:
        number = float(word)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


@dataclass(frozen=True)
class Coded:
    """Customers by the levels of their traits.

    Parameters
    ----------
    codes
        Shape (n, T).
    sizes
        How many levels each trait has.
    """

    codes: Codes
    sizes: tuple[int, ...]

    @property
    def n(self) -> int:
        """How many customers there are."""
        return int(self.codes.shape[0])

    def only(self, rows: NDArray[np.intp] | NDArray[np.bool_]) -> Coded:
        """Return some of the customers."""
        return Coded(self.codes[rows], self.sizes)


def coded(traits: Sequence[TraitLevels], values: Mapping[str, Raw]) -> Coded:
    """Read the values of T traits of n customers into levels.

    Raises
    ------
    InvalidInput
        If a trait has no values, or traits differ in how many customers they are of.
    """
    missing = [each.trait for each in traits if each.trait not in values]
    if missing:
        raise InvalidInput(f"no values of {missing}")
    sizes = {len(values[each.trait]) for each in traits}
    if len(sizes) > 1:
        raise InvalidInput(f"every trait needs one value a customer, got {sorted(sizes)}")
    n = len(next(iter(values.values()), ()))
    columns = [each.codes(values[each.trait]) for each in traits]
    codes = np.column_stack(columns) if columns else np.zeros((n, 0), dtype=np.int64)
    return Coded(codes, tuple(len(each.levels) for each in traits))
