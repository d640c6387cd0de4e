"""Folders, zips and uploads as sources."""

from __future__ import annotations

import gzip
import zipfile
from datetime import datetime

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pricing_service.ingest import DatasetRefused, Folder, Uploads, Zip, ingest, packing

USAGE = "customer_id,date,metric,units\nc1,2024-01-01,m,1.5\nc2,2024-01-02,m,2\n"
METRICS = "metric,kind\nm,flow\n"


def zipped(path, files):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return Zip(path)


def test_one_content_is_one_version_whatever_it_comes_in(shop, tmp_path):
    plain = shop.check({"usage.csv": USAGE})
    packed = shop.check({"usage.csv.gz": gzip.compress(USAGE.encode())})
    in_zip = shop.check_source(
        zipped(tmp_path / "a.zip", {"export/usage.csv": USAGE, "__MACOSX/usage.csv": "x"})
    )
    in_parquet = tmp_path / "parquet"
    in_parquet.mkdir()
    columns = {
        "units": pa.array([2, 1.5], pa.float32()),
        "date": pa.array([datetime(2024, 1, 2, 23), datetime(2024, 1, 1)], pa.timestamp("ns", "UTC")),
        "customer_id": ["c2", "c1"],
        "metric": pa.array(["m", "m"]).dictionary_encode(),
    }
    pq.write_table(pa.table(columns), in_parquet / "usage.parquet")
    typed = shop.check_source(Folder(in_parquet))
    uploaded = shop.check_source(Uploads({"usage.csv": shop.folder({"part-0": USAGE}) / "part-0"}))
    assert len({one.dataset.version for one in (plain, packed, in_zip, typed, uploaded)}) == 1


def test_files_that_are_no_tables_are_named(shop):
    checked = shop.check({"usage.csv": USAGE, "notes.txt": "hello", "users.csv": "id\n1\n"})
    assert checked.dataset.report["files_ignored"] == ["notes.txt", "users.csv"]


def test_two_files_for_one_table_are_refused(shop):
    checked = shop.check(
        {"usage.csv": USAGE, "usage.csv.gz": gzip.compress(USAGE.encode()), "metrics.csv": METRICS}
    )
    assert "two files hold usage" in checked.dataset.refused["usage"]


def test_a_parquet_that_is_none_is_refused(shop):
    checked = shop.check({"usage.parquet": "PAR?", "metrics.csv": METRICS})
    assert "cannot be read" in checked.dataset.refused["usage"]


def test_names_inside_a_zip_cannot_write_elsewhere(shop, tmp_path):
    files = {"../../usage.csv": USAGE, "/etc/metrics.csv": METRICS}
    checked = shop.check_source(zipped(tmp_path / "a.zip", files))
    assert checked.dataset.tables == {"metrics": 1, "usage": 2}
    assert not (tmp_path.parent / "usage.csv").exists()


@pytest.mark.parametrize("ending", ["zip", "gz"])
def test_what_unpacks_to_too_much_is_refused(shop, tmp_path, monkeypatch, ending):
    monkeypatch.setattr(packing, "MAX_INFLATED", 1 << 20)
    bomb = USAGE + "c1,2024-01-01,m,1\n" * 200_000
    source = (
        zipped(tmp_path / "a.zip", {"usage.csv": bomb})
        if ending == "zip"
        else Folder(shop.folder({"usage.csv.gz": gzip.compress(bomb.encode())}))
    )
    with pytest.raises(DatasetRefused, match="more than"):
        shop.check_source(source)


def test_a_zip_that_is_none_is_refused(shop, tmp_path):
    path = tmp_path / "a.zip"
    path.write_bytes(b"PK nothing")
    with pytest.raises(DatasetRefused, match="cannot be unpacked"):
        shop.check_source(Zip(path))


def test_a_folder_without_tables_is_refused_with_the_way_out(shop):
    with pytest.raises(DatasetRefused, match=r"customers\.csv") as refusal:
        shop.check({"export.xlsx": "x"})
    assert [fault["code"] for fault in refusal.value.faults] == ["no_tables"]


def test_a_folder_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(DatasetRefused, match="not a folder"):
        ingest(Folder(tmp_path / "nowhere"), folder=tmp_path / "out", currency="EUR")
