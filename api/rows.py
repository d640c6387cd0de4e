"""A stored table as the doors give it out: page by page, or as CSV that is safe to open in a spreadsheet."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from api.paging import Page, cursor
from api.problems import UnknownCursor

# What a spreadsheet takes for the beginning of a formula (ASVS 1.2.10), full-width forms too.
_FORMULA = tuple("=+-@\t\r\n\0＝＋－＠")
_BATCH = 5_000


def page_of(path: Path, *, listing: str, page: Page) -> dict[str, Any]:
    """Read one page of a Parquet file, in the file's order.

    Parameters
    ----------
    path
        The file.
    listing
        Names the list, so that its cursors fit no other.
    page
        What the caller asked for.

    Returns
    -------
    dict
        `data` (one mapping a row), `next_cursor`, `has_more`.
    """
    place = page.after(listing) or "0"
    if not place.isdigit():
        raise UnknownCursor
    begin = int(place)
    data = list(_rows(path, begin=begin, end=begin + page.limit))
    more = begin + page.limit < int(pq.read_metadata(path).num_rows)
    following = cursor(listing, str(begin + page.limit)) if more else None
    return {"data": data, "next_cursor": following, "has_more": more}


def as_csv(path: Path) -> Iterator[str]:
    """Write a Parquet file as CSV, a batch at a time, without text that a spreadsheet would run."""
    with pq.ParquetFile(path) as file:
        names = file.schema_arrow.names
        yield _lines([[escaped(name) for name in names]])
        for batch in file.iter_batches(batch_size=_BATCH):
            columns = [batch.column(name).to_pylist() for name in names]
            yield _lines([[_cell(value) for value in row] for row in zip(*columns, strict=True)])


def _rows(path: Path, *, begin: int, end: int) -> Iterator[dict[str, Any]]:
    seen = 0
    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches(batch_size=_BATCH):
            low, high = max(begin - seen, 0), min(end - seen, batch.num_rows)
            if low < high:
                for row in batch.slice(low, high - low).to_pylist():
                    yield {name: plain(value) for name, value in row.items()}
            seen += batch.num_rows
            if seen >= end:
                return


def plain(value: Any) -> Any:
    """Turn one value into what JSON can carry; what is not a number is null.

    Examples
    --------
    >>> plain(float("nan")), plain(date(2026, 1, 31)), plain(Decimal("1.50"))
    (None, '2026-01-31', 1.5)
    """
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value


def escaped(text: str) -> str:
    """Put a quote before text that a spreadsheet would take for a formula.

    Examples
    --------
    >>> escaped("=1+1"), escaped("société-1")
    ("'=1+1", 'société-1')
    """
    return f"'{text}" if text.startswith(_FORMULA) else text


def _cell(value: Any) -> Any:
    value = plain(value)
    if isinstance(value, list):
        value = "; ".join(_told(item) for item in value)
    if isinstance(value, bool):
        return str(value).lower()
    return escaped(value) if isinstance(value, str) else value


def _told(item: Any) -> str:
    """Return a list's item as a cell has it; of several things in one, all that are known."""
    if not isinstance(item, dict):
        return str(item)
    return ", ".join(f"{name} {value}" for name, value in item.items() if value is not None)


def _lines(rows: list[list[Any]]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()
