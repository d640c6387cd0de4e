"""A Parquet file that holds too much for its size is refused before it is read; others are read as they are."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pricing_service.ingest import DatasetRefused, Folder, parquet_files
from pricing_service.ingest.engine import engine
from pricing_service.ingest.parquet_files import parquet_file


@pytest.fixture
def checked(shop, tmp_path):
    def check(table, name="usage", **options):
        folder = tmp_path / "files"
        folder.mkdir()
        pq.write_table(pa.table(table), folder / f"{name}.parquet", **options)
        return shop.check_source(Folder(folder))

    return check


def repeated(value, rows):
    return pa.DictionaryArray.from_arrays(pa.array(np.zeros(rows, np.int32)), [value])


def usage(rows, customer="c1"):
    same = {"customer_id": customer, "date": "2024-01-01", "metric": "m", "units": "1"}
    return {name: repeated(value, rows) for name, value in same.items()}


def test_more_rows_than_a_file_of_its_size_may_have_are_refused(checked):
    with pytest.raises(DatasetRefused, match=r"7,000,000 rows with 28,000,000 values are too much"):
        checked(usage(7_000_000))


def test_texts_that_stand_in_the_file_once_and_in_the_table_a_million_times_are_weighed(checked, tmp_path):
    with pytest.raises(DatasetRefused, match="its texts have"):
        checked(usage(1_500_000, customer="c" * 1000))
    assert (tmp_path / "files" / "usage.parquet").stat().st_size < 300_000


def test_binary_columns_are_weighed_as_texts(checked, monkeypatch):
    monkeypatch.setattr(parquet_files, "_TEXT", 1000)
    with pytest.raises(DatasetRefused, match="its texts have"):
        checked({**usage(100_000), "customer_id": repeated(b"c" * 1000, 100_000)})


def test_a_page_that_does_not_fit_is_refused(checked):
    table = {"customer_id": ["0" * 1_000_000] * 300, "metric": ["m"] * 300, "units": [1] * 300}
    with pytest.raises(DatasetRefused, match="too large to be unpacked"):
        checked(table, use_dictionary=False, compression="zstd", data_page_size=1 << 30)


def test_too_many_columns_are_refused_before_they_are_described(checked):
    with pytest.raises(DatasetRefused, match="5,000 columns are more than 400"):
        checked({f"c{at}": [1] for at in range(5000)})


def test_a_long_footer_is_refused_unread(checked, monkeypatch):
    monkeypatch.setattr(parquet_files, "_MOST_FOOTER", 100)
    with pytest.raises(DatasetRefused, match="footer"):
        checked(usage(1))


@pytest.mark.parametrize("content", [b"", b"PAR1", b"no parquet", b"PAR1" + b"\xff" * 100 + b"PAR1"])
def test_what_is_no_parquet_file_is_refused_in_words(shop, tmp_path, content):
    (tmp_path / "usage.parquet").write_bytes(content)
    with pytest.raises(DatasetRefused, match=r"cannot be read|footer"):
        shop.check_source(Folder(tmp_path))


def test_columns_of_lists_and_records_are_no_traits_and_are_reported(checked):
    table = {"customer_id": ["c1"], "segment": ["small"], "tags": [["a"]], "address": [{"city": "Graz"}]}

    found = checked(table, name="customers")

    assert found.rows("customers", "customer_id", "segment") == [("c1", "small")]
    assert set(found.dataset.report["tables"]["customers"]["columns_ignored"]) == {"tags", "address"}


def test_a_column_of_the_contract_may_not_be_a_list(checked):
    with pytest.raises(DatasetRefused, match="metric holds lists or records"):
        checked({"customer_id": ["c1"], "date": ["2024-01-01"], "metric": [["m"]], "units": [1]})


def test_the_engine_has_its_memory_back_afterwards(tmp_path):
    pq.write_table(pa.table(usage(1)), tmp_path / "usage.parquet")
    with engine(tmp_path) as connection:
        parquet_file(connection, tmp_path / "usage.parquet")
        found = connection.execute("SELECT current_setting('memory_limit')").fetchone()
    assert found == ("429.1 MiB",)
