"""What is known of every customer, reporting or not: traits, plan, size, tenure, churned or active."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from models.checks import Floats
from models.errors import InvalidInput
from pricing_service.panel.answers import floats_of

_NOT_TRAITS = {
    "customer_id", "signed_up", "name", "parent_id", "merged_into", "merged_on", "is_internal", "first_month",
    "last_month", "plan", "churned", "tenure_months", "mrr", "reported",
}  # fmt: skip
_MOST_LEVELS = 8
_UNKNOWN = "(unknown)"
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
            values = book.column(name).to_pylist()
            quantity = _quantity(values)
            if quantity is not None:
                numbers[name] = quantity
            elif any(value is not None for value in values):
                words[name] = _levels(values)
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
            return np.where(~known, _UNKNOWN, np.where(self.churned > 0, "churned", "active"))
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


def _quantity(values: list[object]) -> Floats | None:
    """Return the values as numbers if all that are known are numbers and they take many values."""
    numbers = np.full(len(values), np.nan)
    for at, value in enumerate(values):
        if value is None:
            continue
        try:
            numbers[at] = float(str(value))
        except ValueError:
            return None
    known = numbers[np.isfinite(numbers)]
    return numbers if np.unique(known).size > _MOST_LEVELS else None


def _levels(values: list[object]) -> NDArray[np.str_]:
    """Return the commonest levels by name, the rest as one."""
    named = np.array([_UNKNOWN if value is None else str(value) for value in values], dtype=np.str_)
    levels, counts = np.unique(named, return_counts=True)
    if levels.size <= _MOST_LEVELS:
        return named
    kept = set(levels[np.argsort(-counts, kind="stable")][: _MOST_LEVELS - 1].tolist())
    return np.array([level if level in kept else _OTHER for level in named.tolist()], dtype=np.str_)


def _thirds(values: Floats) -> NDArray[np.str_]:
    known = np.isfinite(values)
    if not known.any():
        return np.full(values.shape, _UNKNOWN)
    low, high = np.quantile(values[known], [1 / 3, 2 / 3])
    words = np.where(
        values <= low, f"≤ {low:.3g}", np.where(values <= high, f"{low:.3g} – {high:.3g}", f"> {high:.3g}")
    )
    return np.where(known, words, _UNKNOWN)


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
