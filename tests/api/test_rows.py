"""Stored tables leave page by page without loss, and as CSV that no spreadsheet runs."""

import csv
import io
import tempfile
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.paging import Page
from api.problems import UnknownCursor
from api.rows import as_csv, escaped, page_of


@pytest.fixture
def path(tmp_path: Path) -> Path:
    table = pa.table(
        {
            "customer_id": [f"c{number}" for number in range(7)],
            "worth": [1.5, None, float("nan"), 4.0, -5.0, 6.0, 7.0],
            "since": [date(2026, 1, 1)] * 7,
        }
    )
    pq.write_table(table, tmp_path / "rows.parquet", row_group_size=2)
    return tmp_path / "rows.parquet"


def test_the_pages_together_are_the_table(path: Path) -> None:
    seen, cursor = [], None
    while True:
        page = page_of(path, listing="rows", page=Page(limit=3, cursor=cursor))
        seen += page["data"]
        cursor = page["next_cursor"]
        if not page["has_more"]:
            break

    assert [row["customer_id"] for row in seen] == [f"c{number}" for number in range(7)]
    assert cursor is None


def test_what_is_not_a_number_is_null(path: Path) -> None:
    data = page_of(path, listing="rows", page=Page(limit=3))["data"]

    assert [row["worth"] for row in data] == [1.5, None, None]
    assert data[0]["since"] == "2026-01-01"


def test_the_cursor_of_another_table_is_refused(path: Path) -> None:
    first = page_of(path, listing="rows of an_1", page=Page(limit=3))

    with pytest.raises(UnknownCursor):
        page_of(path, listing="rows of an_2", page=Page(limit=3, cursor=first["next_cursor"]))


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\0", "＝", "＋", "－", "＠"])
def test_text_that_a_spreadsheet_would_run_gets_a_quote(start: str) -> None:
    assert escaped(f"{start}1+1") == f"'{start}1+1"


@given(st.lists(st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\0")), max_size=8))
def test_csv_brings_back_every_text_but_the_quote(texts: list[str]) -> None:
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "rows.parquet"
        pq.write_table(pa.table({"text": pa.array(texts, pa.string())}), path)
        read = list(csv.reader(io.StringIO("".join(as_csv(path)), newline="")))

    # An empty text in a table of one column is an empty line, which the reader skips or gives as [].
    assert [row[0] if row else "" for row in read[1:]] == [escaped(text) for text in texts]


def test_numbers_in_csv_stay_numbers(path: Path) -> None:
    lines = "".join(as_csv(path)).splitlines()

    assert lines[0] == "customer_id,worth,since"
    assert lines[5] == "c4,-5.0,2026-01-01"
    assert lines[3] == "c2,,2026-01-01"
