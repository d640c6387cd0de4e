"""What is known of every customer, reporting or not: traits, plan, size, tenure, churned or active."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from models.checks import Floats
from models.errors import InvalidInput
from pricing_service.panel.answers import floats_of

_NOT_TRAITS = {
    "customer_id", "signed_up", "name", "parent_id", "merged_into", "merged_on", "is_internal", "first_month",
    "last_month", "plan", "churned", "tenure_months", "mrr", "reported",
}  # fmt: skip
_MOST_LEVELS = 8
UNKNOWN = "(unknown)"
_OTHER = "(other)"


@dataclass(frozen=True)
class Traits:
    """Traits of the N customers in the book.

    `words` are traits with few levels (each shape (N,), text), `numbers` those that are quantities (NaN where
    unknown), `churned` and `tenure_months` and `mrr` what the panel says of every customer.
    """

    words: Mapping[str, NDArray[np.str_]]
    numbers: Mapping[str, Floats]
    churned: Floats
    tenure_months: Floats
    mrr: Floats

    @classmethod
    def of(cls, book: pa.Table) -> Traits:
        """Read them from the panel's customers, sorted by id."""
        words, numbers = {}, {}
        for name in book.column_names:
            if name in _NOT_TRAITS - {"plan"}:
                continue
            values, places = _taken_apart(book.column(name))
            quantity = _quantity(values, places)
            if quantity is not None:
                numbers[name] = quantity
            elif values:
                words[name] = _levels(values, places)
        return cls(
            words=words,
            numbers=numbers,
            churned=floats_of(book, "churned"),
            tenure_months=floats_of(book, "tenure_months"),
            mrr=floats_of(book, "mrr"),
        )

    def segments(self, name: str) -> NDArray[np.str_] | None:
        """Return the levels (N,) of a trait; quantities are cut at their thirds; None if unknown."""
        if name in self.words:
            return self.words[name]
        if name in self.numbers:
            return _thirds(self.numbers[name])
        if name == "churned":
            known = np.isfinite(self.churned)
            return np.where(~known, UNKNOWN, np.where(self.churned > 0, "churned", "active"))
        return _thirds(self.tenure_months) if name == "tenure" else None

    def require(self, name: str | None) -> None:
        """Refuse a trait that is not in the data; None asks for nothing.

        Raises
        ------
        InvalidInput
            If the trait is unknown, naming those that there are.
        """
        if name is not None and self.segments(name) is None:
            there = sorted({*self.words, *self.numbers, "churned", "tenure"})
            raise InvalidInput(f"options.segment_by: {name!r} is not a trait in the data; there are {there}")

    @property
    def segment_names(self) -> list[str]:
        """Names by which results can be shown, with two levels or more."""
        names = [*self.words, *self.numbers]
        return [name for name in names if len(set(_as_list(self.segments(name)))) > 1]

    def design(self, units: Mapping[str, Floats], *, most: int) -> Floats:
        """Return what reporting may depend on, shape (N, p ≤ most): size, then state, plan and traits."""
        columns = [_filled(np.log1p(np.maximum(np.nan_to_num(each), 0))) for each in units.values()]
        if columns:
            standard = [(column - column.mean()) / max(float(column.std()), 1e-12) for column in columns]
            columns = [np.mean(standard, axis=0)]
        columns += [_filled(np.log1p(np.maximum(np.nan_to_num(self.tenure_months), 0)))]
        columns += [np.nan_to_num(self.churned), np.log1p(np.maximum(np.nan_to_num(self.mrr), 0))]
        columns += [column for name in self.words for column in _dummies(self.words[name])]
        columns += [_filled(_symmetric(values)) for values in self.numbers.values()]
        varying = [column for column in columns if np.ptp(column) > 1e-12]
        rows = next(iter(self.words.values())).size if self.words else self.churned.size
        return np.column_stack(varying[:most]) if varying else np.zeros((rows, 0))


def levels_of(column: pa.ChunkedArray) -> NDArray[np.str_]:
    """Return a column's commonest values as text, the rest as one, shape (n,).

    Examples
    --------
    >>> levels_of(pa.chunked_array([["a", None, "a"]])).tolist()
    ['a', '(unknown)', 'a']
    """
    return _levels(*_taken_apart(column))


def segments_of(column: pa.ChunkedArray) -> NDArray[np.str_]:
    """Return a column's commonest values as text, or the thirds of a quantity, shape (n,).

    Examples
    --------
    >>> segments_of(pa.chunked_array([["1", "2", "3", "4", "5", "6", "7", "8", "9", None]]))[::3].tolist()
    ['≤ 3.67', '3.67 – 6.33', '> 6.33', '(unknown)']
    """
    values, places = _taken_apart(column)
    quantity = _quantity(values, places)
    return _levels(values, places) if quantity is None else _thirds(quantity)


def _taken_apart(column: pa.ChunkedArray) -> tuple[list[object], NDArray[np.intp]]:
    """Return the values that a column takes, each once, and which of them each row has (N,): -1 where none."""
    encoded = column.combine_chunks().dictionary_encode()
    places = np.asarray(np.from_dlpack(pc.fill_null(encoded.indices, -1)), dtype=np.intp)
    return encoded.dictionary.to_pylist(), places


def _quantity(values: list[object], places: NDArray[np.intp]) -> Floats | None:
    """Return the rows as numbers if all that are known are numbers and they take many values."""
    try:
        numbers = np.array([*(float(str(value)) for value in values), np.nan])
    except ValueError:
        return None
    if np.unique(numbers[np.isfinite(numbers)]).size <= _MOST_LEVELS:
        return None
    quantity: Floats = numbers[places]
    return quantity


def _levels(values: list[object], places: NDArray[np.intp]) -> NDArray[np.str_]:
    """Return the rows' commonest levels by name, the rest as one."""
    named = np.array([*map(str, values), UNKNOWN], dtype=np.str_)
    levels, level_of = np.unique(named, return_inverse=True)
    counts = np.bincount(level_of[places], minlength=levels.size)
    if np.count_nonzero(counts) > _MOST_LEVELS:
        kept = levels[np.argsort(-counts, kind="stable")[: _MOST_LEVELS - 1]]
        named = np.where(np.isin(named, kept), named, _OTHER)
    rows: NDArray[np.str_] = named[places]
    return rows


def _thirds(values: Floats) -> NDArray[np.str_]:
    known = np.isfinite(values)
    if not known.any():
        return np.full(values.shape, UNKNOWN)
    low, high = np.quantile(values[known], [1 / 3, 2 / 3])
    words = np.where(
        values <= low, f"≤ {low:.3g}", np.where(values <= high, f"{low:.3g} – {high:.3g}", f"> {high:.3g}")
    )
    return np.where(known, words, UNKNOWN)


def _as_list(levels: NDArray[np.str_] | None) -> list[str]:
    return [] if levels is None else levels.tolist()


def _dummies(levels: NDArray[np.str_]) -> list[Floats]:
    return [(levels == level).astype(np.float64) for level in np.unique(levels)[1:]]


def _symmetric(values: Floats) -> Floats:
    known = values[np.isfinite(values)]
    return np.log1p(values) if known.size and known.min() >= 0 else values


def _filled(values: Floats) -> Floats:
    known = np.isfinite(values)
    middle = float(np.median(values[known])) if known.any() else 0.0
    return np.where(known, values, middle)
