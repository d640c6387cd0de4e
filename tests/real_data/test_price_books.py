"""The 125 published price lists of SaaS companies are read to the letter, written, and read again equal."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from pricing_service.price_book import PriceBook
from pricing_service.price_book.pricing2yaml import SYNTAX_VERSIONS, read_pricing, write_pricing

pytestmark = pytest.mark.real_data
Pricing = tuple[str, str]


@pytest.fixture(scope="module")
def folder(real_data: Path) -> Path:
    return real_data / "saas_pricings"


@pytest.fixture(scope="module")
def books(folder: Path) -> dict[Pricing, PriceBook]:
    """Company and year → price book; every file is read, and without a remark."""
    read: dict[Pricing, PriceBook] = {}
    for path in sorted((folder / "yaml").glob("*.yml")):
        book, remarks = read_pricing(path.read_text(encoding="utf-8"))
        assert not remarks, (path.name, remarks)
        company, year = path.stem.rsplit("-", 1)
        read[company, year] = book
    assert len(read) == 125
    return read


@pytest.mark.parametrize("syntax", SYNTAX_VERSIONS)
def test_every_list_that_is_written_and_read_again_is_the_same(
    books: dict[Pricing, PriceBook], syntax: str
) -> None:
    for name, book in books.items():
        text, remarks = write_pricing(book, on=date(2026, 1, 1), syntax=syntax)

        assert read_pricing(text)[0] == book, name
        dropped_types = {each.type for each in book.usage_limits} - {"RENEWABLE", "NON_RENEWABLE"}
        assert bool(remarks) == (syntax != "2.1" and bool(dropped_types)), (name, remarks)


def test_the_books_say_what_the_tables_made_by_others_say(
    books: dict[Pricing, PriceBook], folder: Path
) -> None:
    """Against tables that a separate program flattened from the same files: nothing was lost on the way in."""
    plans = [row for book in books for row in plans_of(book, books[book])]
    add_ons = [
        (
            *name,
            each.name,
            number(each.price if each.price_text is None else None),
            "|".join(each.available_for or ()),
        )
        for name, book in books.items()
        for each in book.add_ons
    ]
    limits = [
        (*name, plan.name, limit.name, limit.type, shown(plan.usage_limits.get(limit.name, limit.default)))
        for name, book in books.items()
        for plan in book.plans
        for limit in book.usage_limits
    ]

    assert sorted(plans) == sorted(
        (
            row["saas"],
            row["year"],
            row["plan"],
            number(row["price"]),
            row["price_unit"],
            row["features_total"],
        )
        for row in table(folder / "plans.csv.gz")
    )
    assert sorted(add_ons) == sorted(
        (row["saas"], row["year"], row["addon"], number(row["price"]), row["available_for"])
        for row in table(folder / "addons.csv.gz")
    )
    assert sorted(limits) == sorted(
        (row["saas"], row["year"], row["plan"], row["limit"], row["type"], shown(row["value"]))
        for row in table(folder / "limits.csv.gz")
    )


def plans_of(name: Pricing, book: PriceBook) -> Iterator[tuple[Any, ...]]:
    for plan in book.plans:
        yield (*name, plan.name, number(plan.price), plan.unit or "", str(len(book.features)))


def number(value: Any) -> float:
    """A price as a number; −1 where there is none."""
    return float(value) if value not in (None, "") else -1.0


def shown(value: Any) -> str:
    """A limit's value as the tables write it."""
    if value is None:
        return "inf"
    try:
        return f"{float(value):g}" if not isinstance(value, bool) else str(value)
    except (TypeError, ValueError):
        return str(value)


def table(path: Path) -> list[dict[str, str]]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return list(csv.DictReader(file))
