"""From a dataset's `price_book` table: the lines that are valid on a day, in the dataset's currency, as a book."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import pyarrow.parquet as pq
from pydantic import ValidationError

from pricing_service.dataset import Dataset
from pricing_service.price_book.book import PriceBook
from pricing_service.price_book.errors import PriceBookRefused, Remark
from pricing_service.price_book.numbers import plain_number
from pricing_service.tables import TABLES

TABLE = "price_book"
Row = Mapping[str, Any]
Key = tuple[str | None, str, str]


def book_from_table(
    dataset: Dataset, *, on: date, region: str | None = None
) -> tuple[PriceBook, tuple[Remark, ...]]:
    """Read the price book of a checked dataset.

    Parameters
    ----------
    dataset
        Its currency is the book's; lines in another one are left out and remarked on.
    on
        The day: of each plan, the lines that began last by then count.
    region
        Whose lines; default: those without a region, or of the only region there is.

    Raises
    ------
    PriceBookRefused
        If the dataset has no such table, no line is left, or lines of one plan contradict each other.
    """
    if TABLE not in dataset.tables:
        raise PriceBookRefused(
            f"The dataset has no table {TABLE}; export your price list into one, a row per plan."
        )
    return book_from_rows(
        _rows(dataset), name=dataset.name or "Price book", currency=dataset.currency, on=on, region=region
    )


def book_from_rows(
    rows: Sequence[Row], *, name: str, currency: str, on: date, region: str | None = None
) -> tuple[PriceBook, tuple[Remark, ...]]:
    """Read a price book from rows of the contract's columns, all of them there."""
    remarks: list[Remark] = []
    kept = _of_currency(rows, currency, remarks)
    kept = _of_region(kept, region, remarks)
    kept = _of_day(kept, on, remarks)
    if not kept:
        left_out = "; ".join(remark.message for remark in remarks)
        why = f": {left_out}." if left_out else "."
        raise PriceBookRefused(f"No line of {TABLE} is in {currency} and valid on {on.isoformat()}{why}")
    by_plan: dict[Key, list[Row]] = defaultdict(list)
    for row in kept:
        by_plan[row["product"], row["plan"], row["billing"] or "monthly"].append(row)
    paid_by_unit = [
        row["plan"]
        for row in kept
        if row["included_units"] is None and row["overage_price"] is not None and not row["min_units"]
    ]
    if paid_by_unit:
        named = ", ".join(sorted(set(paid_by_unit)))
        message = (
            f"{named}: a price per unit and no included_units is read as none included, not as unlimited"
        )
        remarks.append(Remark("included_units_missing", message))
    try:
        plans = sorted((_plan(key, lines) for key, lines in by_plan.items()), key=_by_price)
        return PriceBook.model_validate({"name": name, "currency": currency, "plans": plans}), tuple(remarks)
    except ValidationError as error:
        raise PriceBookRefused.of(error) from error


def _rows(dataset: Dataset) -> list[dict[str, Any]]:
    empty = dict.fromkeys(column.name for column in TABLES[TABLE].columns)
    return [empty | row for row in pq.read_table(dataset.parquet(TABLE)).to_pylist()]


def _of_currency(rows: Iterable[Row], currency: str, remarks: list[Remark]) -> list[Row]:
    kept, others = [], set()
    for row in rows:
        if row["currency"] in (None, currency):
            kept.append(row)
        else:
            others.add(row["currency"])
    if others:
        message = f"lines in {', '.join(sorted(others))} are left out: the book is in {currency}"
        remarks.append(Remark("other_currency", message))
    return kept


def _of_region(rows: list[Row], region: str | None, remarks: list[Remark]) -> list[Row]:
    regions = sorted({row["region"] for row in rows if row["region"] is not None})
    if region is not None and region not in regions:
        raise PriceBookRefused(
            f"No line of {TABLE} is for the region {region}; there are {regions or 'none'}."
        )
    if region is None and len(regions) == 1 and all(row["region"] for row in rows):
        region = regions[0]
    left = [each for each in regions if each != region]
    if left:
        message = (
            f"lines for {', '.join(left)} are left out; ask for them by region, or leave `region` empty where they hold"
            " everywhere"
        )
        remarks.append(Remark("other_region", message))
    # A region's own lines take the place of those for everywhere.
    own = {
        (row["product"], row["plan"], row["billing"]) for row in rows if region and row["region"] == region
    }
    return [
        row
        for row in rows
        if (row["region"] == region and region is not None)
        or (row["region"] is None and (row["product"], row["plan"], row["billing"]) not in own)
    ]


def _of_day(rows: list[Row], on: date, remarks: list[Remark]) -> list[Row]:
    latest: dict[Key, date] = {}
    for row in rows:
        begins = row["valid_from"] or date.min
        if begins <= on:
            key = (row["product"], row["plan"], row["billing"])
            latest[key] = max(latest.get(key, date.min), begins)
    coming = sorted(
        {row["valid_from"].isoformat() for row in rows if row["valid_from"] and row["valid_from"] > on}
    )
    if coming:
        message = f"lines that begin on {', '.join(coming)} are left out: they are a later version"
        remarks.append(Remark("not_yet_valid", message))
    return [
        row
        for row in rows
        if (row["valid_from"] or date.min) == latest.get((row["product"], row["plan"], row["billing"]))
    ]


def _by_price(plan: Mapping[str, Any]) -> tuple[Any, ...]:
    """Order plans as price lists do: each product from cheap to dear, negotiated prices last."""
    price = plan["price"]
    return plan["product"] or "", price is None, price or 0, plan["name"], plan["billing"]


def _plan(key: Key, rows: list[Row]) -> dict[str, Any]:
    """Make one plan of its lines: the first has the price and the included units, all have a block each."""
    product, name, billing = key
    first, *blocks = sorted(rows, key=lambda row: row["min_units"] or 0)
    _refuse_contradictions(name, first, blocks)
    plan: dict[str, Any] = {"name": name, "product": product, "billing": billing, "price": first["price"]}
    if first["features"]:
        plan["features"] = {word.strip(): True for word in first["features"].split(";") if word.strip()}
    if first["metric"] is not None:
        plan["charges"] = [_charge(first, blocks)]
    return plan


def _charge(first: Row, blocks: list[Row]) -> dict[str, Any]:
    """Make the charge: the first line's block begins with the first unit, each other one after its `min_units`."""
    sold = [
        {"from_units": row["min_units"] if row is not first else 0, "price": row["overage_price"]}
        for row in (first, *blocks)
        if row["overage_price"] is not None
    ]
    if sold and sold[0]["from_units"]:  # units that are sold from somewhere on are free before it
        sold = [{"from_units": 0, "price": 0}, *sold]
    return {
        "metric": first["metric"],
        "included_units": 0 if sold and first["included_units"] is None else first["included_units"],
        "blocks": sold,
        "unit_step": first["unit_step"] or None,
    }


def _refuse_contradictions(name: str, first: Row, blocks: list[Row]) -> None:
    if first["metric"] is None and (
        first["overage_price"] is not None or first["included_units"] is not None
    ):
        raise PriceBookRefused(f"Plan {name} has units and no metric: say in `metric` what they are.")
    starts = [row["min_units"] or Decimal(0) for row in (first, *blocks)]
    for start, row in zip(starts[1:], blocks, strict=True):
        block = f"Plan {name}: the block from {plain_number(start)} units on"
        if row["metric"] not in (None, first["metric"]):
            metric = first["metric"] or "no metric"
            raise PriceBookRefused(
                f"{block} is of {row['metric']} and the first of {metric}; all are of one."
            )
        if row["price"] not in (None, 0, first["price"]):
            raise PriceBookRefused(
                f"{block} has the price {_written(row['price'])} and the first has {_written(first['price'])}. A plan"
                " has one price; write steps in the price as plans of their own."
            )
        if row["overage_price"] is None:
            raise PriceBookRefused(f"{block} has no overage_price: say what each further unit costs.")
        if starts.count(start) > 1:
            raise PriceBookRefused(f"{block} is there twice: say in `min_units` where each begins.")


def _written(price: Decimal | None) -> str:
    return "none" if price is None else str(plain_number(price))
