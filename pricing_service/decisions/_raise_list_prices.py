"""What each version of a plan's list price was, where versions differ by their prices alone.

A version is all lines of a plan that were in force from its day on: for each product and billing the latest ones. Two
versions can be compared where they have the same lines (product, billing, currency, region, blocks), with the same
metric, units and features, and all of their prices changed alike; where more than prices changed, they cannot.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from pricing_service.decisions._contract_tables import contract_tables
from pricing_service.panel import StoredPanel

UNDATED = ""
"""Version of a plan none of whose lines says from when on it holds."""
_ALIKE = 0.02
"""Logs by which prices of one version may have changed apart: prices are rounded."""
_TERMS = ("metric", "included_units", "unit_step")
_LINE = ("product", "billing", "currency", "region", "min_units")
_PRICES = ("price", "overage_price")
Row = Mapping[str, Any]


@dataclass(frozen=True, eq=False)
class ListPrice:
    """The lines of one version.

    Parameters
    ----------
    terms
        What is sold in each line.
    prices
        Of each line, as it is quoted: the log of what is asked.
    """

    terms: Mapping[Any, Any]
    prices: Mapping[Any, float]

    def over(self, other: ListPrice) -> float | None:
        """Return the log of this price over another; None where the two cannot be compared."""
        if not self.prices or self.terms != other.terms or self.prices.keys() != other.prices.keys():
            return None
        logs = np.array([self.prices[key] - other.prices[key] for key in sorted(self.prices, key=str)])
        return float(np.median(logs)) if np.ptp(logs) <= _ALIKE else None

    def single(self, currency: str) -> tuple[float, str] | None:
        """Return the price as it is quoted, with its unit, of a version of one price; None where there are more."""
        if len(self.prices) != 1:
            return None
        (_, billing, own, _, _, _), log = next(iter(self.prices.items()))
        return round(float(np.exp(log)), 6), f"{own or currency}/{'year' if billing == 'annual' else 'month'}"


def list_prices(panel: StoredPanel) -> dict[str, dict[str, ListPrice]]:
    """Return each plan's versions, named as `price_versions` names them, the oldest first."""
    tables = contract_tables(panel)
    if "price_book" not in tables:
        return {}
    book = tables["price_book"]
    typed = book.mutate(**{name: book[name].cast("float64") for name in (*_PRICES, "included_units")})
    rows = typed.select("plan", "valid_from", "features", *_LINE, *_TERMS, *_PRICES).to_pyarrow().to_pylist()
    by_plan: dict[str, list[Row]] = {}
    for row in rows:
        by_plan.setdefault(row["plan"], []).append(row)
    return {plan: _versions(lines) for plan, lines in sorted(by_plan.items())}


def _versions(lines: list[Row]) -> dict[str, ListPrice]:
    days = sorted({row["valid_from"] for row in lines if row["valid_from"] is not None})
    if not days:
        return {UNDATED: _in_force(lines, date.max)}
    before = {f"before {days[0].isoformat()}": _in_force(lines, date.min)}
    return before | {day.isoformat(): _in_force(lines, day) for day in days}


def _in_force(lines: list[Row], day: date) -> ListPrice:
    latest: dict[Any, date] = {}
    for row in lines:
        begins, key = row["valid_from"] or date.min, (row["product"], row["billing"])
        if begins <= day:
            latest[key] = max(latest.get(key, date.min), begins)
    terms: dict[Any, Any] = {}
    prices: dict[Any, float] = {}
    for row in lines:
        if (row["valid_from"] or date.min) != latest.get((row["product"], row["billing"])):
            continue
        line = tuple(row[name] for name in _LINE)
        features = frozenset(word.strip() for word in (row["features"] or "").split(";"))
        terms[line] = (*(row[name] for name in _TERMS), features)
        prices |= {(*line, name): float(np.log(row[name])) for name in _PRICES if row[name]}
    return ListPrice(terms, prices)
