"""Canonical files and the hash of their content."""

from __future__ import annotations

import pytest

from pricing_service.ingest.engine import engine
from pricing_service.ingest.writing import content_hash, version, write_sorted


@pytest.fixture
def written(tmp_path):
    with engine(tmp_path) as connection:

        def write(select: str, *columns: str, empty: tuple[str, ...] = ()):
            path = tmp_path / "table.parquet"
            write_sorted(connection, select, path)
            rows = connection.execute(f"FROM '{path}'").fetchall()
            return rows, content_hash(connection, path, columns, empty=empty)

        yield write


def test_rows_are_sorted_by_all_columns_with_nulls_last(written):
    rows, _ = written("SELECT * FROM (VALUES ('b', 1), (NULL, 0), ('a', NULL), ('a', 2)) t(x, y)", "x", "y")
    assert rows == [("a", 2), ("a", None), ("b", 1), (None, 0)]


def test_fields_cannot_run_into_each_other(written):
    hashes = {
        written(f"SELECT {x} AS x, {y} AS y", "x", "y")[1]
        for x, y in [("'a'", "'b'"), ("'ab'", "NULL"), ("NULL", "'ab'"), ("'a1:b'", "NULL"), ("'-'", "'ab'")]
    }
    assert len(hashes) == 5


def test_many_batches_hash_like_one_stream(written):
    columns = "SELECT 'société-' || i AS x, NULL::VARCHAR AS y FROM range(200000) t(i)"
    _, ordered = written(columns, "x", "y")
    _, turned = written(f"{columns} ORDER BY hash(i)", "x", "y", empty=("y",))
    _, changed = written(columns.replace("200000", "200001"), "x", "y")
    assert ordered == turned != changed


def test_a_version_depends_on_tables_and_currency():
    hashes = {"usage": "a", "kpis": "b"}
    assert version("EUR", hashes) == version("EUR", dict(reversed(hashes.items())))
    assert (
        len({version("EUR", hashes), version("USD", hashes), version("EUR", {"usage": "b", "kpis": "a"})})
        == 3
    )
