"""All checks in order, and none of them row by row."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

import pricing_service.ingest
from pricing_service.ingest import Folder, ingest

HERE = str(Path(pricing_service.ingest.__file__).parent)


@pytest.fixture
def lines_run(shop):
    """Return how many lines of our own Python run while a file is checked."""

    def count(text: str) -> int:
        folder = shop.folder({"customers.csv": "customer_id\nc1\n", "usage.csv": text})
        run = 0

        def on_line(frame, event, _):
            nonlocal run
            run += event == "line"
            return on_line

        def on_call(frame, _event, _argument):
            return on_line if frame.f_code.co_filename.startswith(HERE) else None

        before = sys.gettrace()
        sys.settrace(on_call)
        try:
            ingest(Folder(folder), folder=shop.target(), currency="EUR")
        finally:
            sys.settrace(before)
        return run

    return count


def test_no_line_of_python_runs_per_row(lines_run):
    rows = ["c1,2024-01-01,m,1", "c1,2024-01-01,m,x", "c1,2024-01-01,m", "x9,2024-01-01,m,1", '"c1",,m,1e0']
    few, many = ("customer_id,date,metric,units\n" + "\n".join(rows * times) + "\n" for times in (2, 4000))
    assert lines_run(many) == lines_run(few)


def test_rates_are_checked_before_what_stands_on_them(shop):
    files = {
        "exchange_rates.csv": "date,currency,rate\n2024-01-01,USD,none\n",
        "price_book.csv": "plan,price,currency\np,1,USD\nq,1,\n",
    }
    checked = shop.check(files)
    assert checked.quarantine("table", "code") == [
        ("exchange_rates", "not_a_number"),
        ("price_book", "no_exchange_rate"),
    ]


def test_a_table_that_cannot_be_used_does_not_take_others_along(shop):
    checked = shop.check({"usage.csv": "customer_id,metric\nc1,m\n", "customers.csv": "customer_id\nc1\n"})
    assert checked.dataset.tables == {"customers": 1}
    assert set(checked.dataset.refused) == {"usage"}
