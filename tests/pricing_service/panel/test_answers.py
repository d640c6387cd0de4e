"""What the engine answers, as Arrow and numpy."""

import subprocess
import sys
from decimal import Decimal

import ibis
import numpy as np
import pyarrow as pa
import pytest

from pricing_service.panel.answers import arrow_of, floats_of, places_of


def test_a_table_answers_with_its_rows():
    table = ibis.duckdb.connect().sql("select * from range(3) t(i) order by i desc")
    assert arrow_of(table).to_pylist() == [{"i": 2}, {"i": 1}, {"i": 0}]


def test_an_empty_table_answers_with_its_columns():
    assert arrow_of(ibis.duckdb.connect().sql("select 1 as one limit 0")).column_names == ["one"]


@pytest.mark.parametrize(
    ("column", "floats"),
    [
        (pa.array([1.5, None, -2.0]), [1.5, np.nan, -2.0]),
        (pa.array([3, None], pa.int64()), [3.0, np.nan]),
        (pa.array([True, None, False]), [1.0, np.nan, 0.0]),
        (pa.array([Decimal("1.25"), None]), [1.25, np.nan]),
        (pa.nulls(2), [np.nan, np.nan]),
        (pa.array([], pa.float64()), []),
        (pa.chunked_array([[1.0], [None, 2.0]]), [1.0, np.nan, 2.0]),
    ],
)
def test_numbers_and_flags_become_floats_and_nulls_become_nan(column, floats):
    np.testing.assert_array_equal(floats_of(pa.table({"x": column}), "x"), floats)


def test_rows_find_their_places_in_the_book():
    book = pa.table({"customer_id": ["a", "b", "c"]})
    chunks = pa.chunked_array([["c"], ["a", "b"]])
    assert places_of(pa.table({"customer_id": chunks}), "customer_id", among=book).tolist() == [2, 0, 1]


def test_neither_way_brings_pandas():
    code = """
import sys, ibis
from pricing_service.panel.answers import arrow_of, floats_of
rows = arrow_of(ibis.duckdb.connect().sql("select 1.5::double as x union all select null"))
print(sorted(map(str, floats_of(rows, "x").tolist())), "pandas" in sys.modules)
"""
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert said.strip() == "['1.5', 'nan'] False"
