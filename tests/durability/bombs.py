"""Requests of a few MB that want to become GB of memory or minutes of work, and what a process needed for one."""

from __future__ import annotations

import gzip
import io
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

MOST_MB, MOST_SECONDS = 300, 2
_HEADER = b"customer_id,date,metric,units\n"
_LINE = b"c1,2024-01-01,m,1\n"
_MILLION = 1_000_000

Sent = Mapping[str, Any]


@dataclass(frozen=True)
class Bomb:
    """A request that has to be refused, and a word of the refusal; `make` gives what httpx sends."""

    name: str
    make: Callable[[], Sent]
    says: str
    rows: bool = False

    def send(self, client: httpx.Client, dataset: str, sent: Sent) -> httpx.Response:
        """Send it as a new dataset, or as rows of one."""
        return client.post(f"/v1/datasets/{dataset}/rows/usage" if self.rows else "/v1/datasets", **sent)


def peak_above_rest(process: int) -> Callable[[], float]:
    """Begin to measure a process and all below it; the answer tells by how many MB they rose at their peaks."""
    rest = {each: held for each in (process, *_below(process)) if (held := _megabytes(each, "VmRSS"))}
    for each in rest:
        Path(f"/proc/{each}/clear_refs").write_text("5")  # the peak is what it is now

    def risen() -> float:
        return sum(max(0.0, _megabytes(each, "VmHWM") - before) for each, before in rest.items())

    return risen


def _below(process: int) -> list[int]:
    try:
        tasks = list(Path(f"/proc/{process}/task").iterdir())
        children = [int(child) for task in tasks for child in (task / "children").read_text().split()]
    except FileNotFoundError:  # a thread or process has just ended
        return []
    return children + [each for child in children for each in _below(child)]


def _megabytes(process: int, what: str) -> float:
    """Read a figure of a process; 0 for one that has just ended."""
    try:
        status = Path(f"/proc/{process}/status").read_text()
    except FileNotFoundError:
        return 0.0
    return sum(int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith(f"{what}:"))


def _file(name: str, content: bytes) -> Sent:
    return {"files": [("files", (name, content))], "data": {"currency": "EUR"}}


def _json(body: bytes, kind: str = "application/json") -> Sent:
    return {"content": body, "headers": {"content-type": kind}}


def _parquet(tables: Iterator[pa.Table], **options: Any) -> Sent:
    target, first = io.BytesIO(), next(tables)
    with pq.ParquetWriter(target, first.schema, compression="zstd", **options) as writer:
        for table in (first, *tables):
            writer.write_table(table, row_group_size=len(table))
    return _file("usage.parquet", target.getvalue())


def _same(value: str) -> pa.DictionaryArray:
    return pa.DictionaryArray.from_arrays(pa.array(np.zeros(_MILLION, np.int32)), [value])


def _usage(customers: pa.DictionaryArray) -> pa.Table:
    columns = {
        "customer_id": customers,
        "date": _same("2024-01-01"),
        "metric": _same("m"),
        "units": _same("1"),
    }
    return pa.table(columns)


def _long_texts() -> pa.Table:
    letters = np.random.default_rng(0).integers(97, 123, (16, 1000)).astype(np.uint8)
    at = np.arange(_MILLION, dtype=np.int32) * 16 // _MILLION
    return _usage(pa.DictionaryArray.from_arrays(pa.array(at), [row.tobytes().decode() for row in letters]))


def _one_page() -> Sent:
    columns = {"customer_id": ["0" * _MILLION] * 1000, "metric": ["m"] * 1000, "units": [1] * 1000}
    return _parquet(iter([pa.table(columns)]), use_dictionary=False, data_page_size=1 << 30)


def _one_list() -> Sent:
    values = pa.array(np.zeros(50 * _MILLION, bool))
    lists = pa.ListArray.from_arrays(pa.array([0, len(values)], pa.int32()), values)
    return _parquet(iter([pa.table({"customer_id": ["c1"], "metric": ["m"], "units": [1], "tags": lists})]))


def _wide() -> Sent:
    return _parquet(iter([pa.table({f"c{at}": pa.array([1], pa.int8()) for at in range(30_000)})]))


def _gzip() -> bytes:
    # Members of a gzip stand one after the other.
    return gzip.compress(_HEADER) + gzip.compress(_LINE * (_MILLION // 4)) * 240


def _zip() -> bytes:
    target = io.BytesIO()
    with (
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("usage.csv", "w") as member,
    ):
        member.write(_HEADER)
        for _ in range(120):
            member.write(_LINE * (_MILLION // 4))
    return target.getvalue()


def _many_keys(count: int) -> bytes:
    return b"[{" + b",".join(b'"%x":1' % at for at in range(count)) + b',"z":1,"z":1}]'


def _chunked() -> Iterator[bytes]:
    for _ in range(40):
        yield b" " * (1 << 20)


BOMBS = [
    Bomb("body: 40 MB without a length", lambda: _json(_chunked()), "bytes", rows=True),  # type: ignore[arg-type]
    Bomb("body: 10 million lists in one another", lambda: _json(b"[" * 10 * _MILLION), "deep", rows=True),
    Bomb(
        "body: 10 million empty rows",
        lambda: _json(b"[" + b"{}," * 10 * _MILLION + b"{}]"),
        "rows",
        rows=True,
    ),
    Bomb(
        "body: 4 million rows",
        lambda: _json(b"[" + b'{"a":1},' * 4 * _MILLION + b'{"a":1}]'),
        "in parts",
        rows=True,
    ),
    Bomb(
        "body: 4 million lines",
        lambda: _json(b'{"a":1}\n' * 4 * _MILLION, "application/x-ndjson"),
        "in parts",
        rows=True,
    ),
    Bomb("body: a row of 2.5 million keys", lambda: _json(_many_keys(5 * _MILLION // 2)), "row 1", rows=True),
    Bomb("body: a row of 150,000 keys, one twice", lambda: _json(_many_keys(150_000)), "twice", rows=True),
    Bomb("zip: 540 MB", lambda: _file("shop.zip", _zip()), "too much for its size"),
    Bomb("gzip: 1 GB", lambda: _file("usage.csv.gz", _gzip()), "too much for its size"),
    Bomb(
        "parquet: 20 million rows",
        lambda: _parquet(_usage(_same("c1")) for _ in range(20)),
        "20,000,000 rows",
    ),
    Bomb("parquet: 20 GB of texts", lambda: _parquet(_long_texts() for _ in range(20)), "too much"),
    Bomb(
        "parquet: 6 GB of texts in 6 million rows", lambda: _parquet(_long_texts() for _ in range(6)), "texts"
    ),
    Bomb("parquet: a page of 1 GB", _one_page, "too large"),
    Bomb("parquet: a list of 50 million", _one_list, "values"),
    Bomb("parquet: 30,000 columns", _wide, "columns"),
    Bomb("header: 200,000 equal names", lambda: _file("usage.csv", b"a," * 200_000 + b"a\n"), "128 kB"),
    Bomb("header: 60,000 names", lambda: _file("usage.csv", b"a," * 60_000 + b"a\n"), "columns"),
    Bomb(
        "header: 100,000 columns",
        lambda: _file("usage.csv", b",".join(b"c%d" % at for at in range(100_000))),
        "128 kB",
    ),
    Bomb("header: a line of 20 MB", lambda: _file("usage.csv", b"x" * (20 << 20)), "longer than"),
    Bomb("line: one of 20 MB", lambda: _file("usage.csv", _HEADER + b"1" * (20 << 20)), "longer than"),
    Bomb(
        "dataset.toml: 100,000 lists in one another",
        lambda: _file("dataset.toml", b"a=" + b"[" * 100_000),
        "deep",
    ),
    Bomb("dataset.toml: 10 MB", lambda: _file("dataset.toml", b"#\n" * 5 * _MILLION), "kB"),
]
