"""Survey tables as columns of arrays, one set per table and item: what the survey methods read."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
from ibis.expr.types import Table as Expression
from numpy.typing import ArrayLike

from models.surveys._base import Columns
from pricing_service.decisions._contract_tables import contract_tables
from pricing_service.panel import Metric, StoredPanel
from pricing_service.panel.currency import Rates
from pricing_service.tables import TABLES, Kind

ITEM = "item"
_NAMED_BY = {"worth_checks": "metric"}
"""The column that says what a survey is about, where it is not `item`."""


@dataclass(frozen=True, eq=False)
class Survey:
    """All answers of one table about one item.

    Parameters
    ----------
    table
        The contract table.
    item
        A metric (prices are of one unit) or a plan (prices are a month's); None where nothing names it.
    unit
        Of its prices.
    columns
        The rows, sorted by the table's key.
    """

    table: str
    item: str | None
    unit: str
    columns: Columns

    @cached_property
    def digest(self) -> str:
        """SHA-256 of what was answered: equal answers are one survey, and what was read out of one holds for it."""
        said = hashlib.sha256(f"{self.table}/{self.item}/{self.unit}".encode())
        for name in sorted(self.columns):
            said.update(f"/{name}:{self.columns[name].tolist()!r}".encode())
        return said.hexdigest()

    def __eq__(self, other: object) -> bool:
        """Whether the answers are equal."""
        return isinstance(other, Survey) and self.digest == other.digest

    def __hash__(self) -> int:
        return hash(self.digest)

    def only(self, kept: ArrayLike) -> Survey:
        """Return the same survey with only the rows that are marked."""
        rows = np.asarray(kept, dtype=np.bool_)
        columns = {name: values[rows] for name, values in self.columns.items()}
        return Survey(self.table, self.item, self.unit, columns)

    def without(self, respondents: Sequence[str]) -> Survey:
        """Return the same survey without some respondents."""
        return self.only(~np.isin(self.columns["respondent_id"].astype(str), list(respondents)))


def surveys_of(panel: StoredPanel, tables: Sequence[str], *, unnamed: str | None = None) -> list[Survey]:
    """Read surveys out of the dataset, in the order of `tables` and then of items.

    Parameters
    ----------
    panel
        Its dataset's survey tables are read; its metrics say which items are metrics.
    tables
        Contract tables; those that the dataset lacks are passed over.
    unnamed
        What rows without an item are about.
    """
    checked = contract_tables(panel)
    rates = Rates.of(checked, panel.currency, panel.as_of)
    found = []
    for name in tables:
        if name in checked:
            columns = _columns(name, checked[name], rates)
            found += _by_item(name, columns, panel=panel, unnamed=unnamed)
    return found


def unit_of(item: str | None, *, currency: str, metrics: Sequence[Metric]) -> str:
    """Return the unit of an item's prices: per unit of a metric, or per month of a plan."""
    if item is not None and any(metric.metric == item for metric in metrics):
        return f"{currency}/{item}"
    return currency if item is None else f"{currency}/month"


def _columns(name: str, table: Expression, rates: Rates) -> dict[str, Any]:
    contract = TABLES[name]
    money = [column.name for column in contract.columns if column.kind is Kind.MONEY]
    rows = rates.constant(table, *money).order_by(list(contract.key)).to_pyarrow()
    return {column: _array(rows[column]) for column in rows.column_names}


def _array(column: pa.ChunkedArray) -> np.ndarray[Any, Any]:
    """Return numbers as floats with NaN, all else as objects with None."""
    kind = column.type
    if pa.types.is_boolean(kind) or pa.types.is_integer(kind) or pa.types.is_floating(kind):
        return np.asarray(column.cast(pa.float64()).to_numpy(zero_copy_only=False), dtype=np.float64)
    if pa.types.is_decimal(kind):
        return np.asarray(column.cast(pa.float64()).to_numpy(zero_copy_only=False), dtype=np.float64)
    return np.array(column.to_pylist(), dtype=object)


def _by_item(
    name: str, columns: Mapping[str, Any], *, panel: StoredPanel, unnamed: str | None
) -> list[Survey]:
    named = columns.get(_NAMED_BY.get(name, ITEM))
    n = len(columns["respondent_id"])
    items = [None] * n if named is None else named.tolist()
    if "task" in columns:
        items = _by_task(columns, items)
    items = [unnamed if each is None else each for each in items]
    whole = Survey(name, None, panel.currency, dict(columns))
    found = []
    for item in sorted(set(items), key=lambda each: (each is None, each or "")):
        its = whole.only([each == item for each in items])
        unit = unit_of(item, currency=panel.currency, metrics=panel.metrics)
        found.append(Survey(name, item, unit, its.columns))
    return found


def _by_task(columns: Mapping[str, Any], items: Sequence[str | None]) -> list[str | None]:
    """Return each row's item as its task has it: whoever writes "none" has no need to say what is not bought."""
    tasks = list(zip(columns["respondent_id"].tolist(), columns["task"].tolist(), strict=True))
    named = {task: item for task, item in zip(tasks, items, strict=True) if item is not None}
    return [named.get(task) for task in tasks]
