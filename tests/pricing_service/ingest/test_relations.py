"""Parquet columns of every type read as their text."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pricing_service.ingest import Folder


@pytest.fixture
def usage(shop, tmp_path):
    def check(**columns):
        folder = tmp_path / "typed"
        folder.mkdir()
        count = max(map(len, columns.values()))
        given = {"customer_id": ["c1"] * count, "metric": ["m"] * count, "units": [1] * count, **columns}
        pq.write_table(pa.table(given), folder / "usage.parquet")
        return shop.check_source(Folder(folder))

    return check


@pytest.mark.parametrize(
    "units",
    [
        pa.array([1, 2], pa.int8()),
        pa.array([1, 2], pa.uint64()),
        pa.array([1.0, 2.0], pa.float32()),
        pa.array([Decimal("1.00"), Decimal("2.00")], pa.decimal128(10, 2)),
        pa.array(["1", " 2"]),
    ],
    ids=str,
)
def test_numbers_of_every_type_are_read(usage, units):
    assert usage(units=units).rows("usage", "units") == [(1,), (2,)]


@pytest.mark.parametrize(
    "dates",
    [
        pa.array([date(2024, 1, 2)]),
        pa.array([datetime(2024, 1, 2, 23)], pa.timestamp("us")),
        pa.array([datetime(2024, 1, 2, 23)], pa.timestamp("ns")),
        pa.array([datetime(2024, 1, 2, 23, tzinfo=UTC)], pa.timestamp("ms", "America/New_York")),
    ],
    ids=str,
)
def test_dates_of_every_type_are_read(usage, dates):
    assert usage(date=dates).rows("usage", "date") == [(date(2024, 1, 2),)]


def test_floats_that_are_no_numbers_are_refused_with_their_row_number(usage):
    checked = usage(units=[1.0, float("nan"), float("inf"), None])
    assert checked.quarantine("line", "code") == [(2, "not_finite"), (3, "not_finite"), (4, "missing")]


def test_whole_numbers_are_ids_to_the_letter(usage):
    assert usage(customer_id=[7, 10]).rows("usage", "customer_id") == [("10",), ("7",)]
