"""Checked tables to disk, in canonical order, and the version that their content has."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from pricing_service.ingest.casting import literal, quoted
from pricing_service.ingest.marks import SOUND
from pricing_service.ingest.staging import Staged
from pricing_service.tables import CONTRACT_VERSION


def write_sorted(connection: Any, select: str, path: Path) -> None:
    """Write the rows of `select` to Parquet, ordered by all columns from left to right, nulls last."""
    connection.execute(
        f"COPY (SELECT * FROM ({select}) ORDER BY ALL ASC NULLS LAST) TO {literal(str(path))} "
        "(FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1)"
    )
    sync(path)


def canonical(connection: Any, staged: Staged) -> str:
    """Return the SELECT of a checked table: kept columns become numbers where all their values are numbers.

    ``007`` is no number here, since it would lose its zeros.
    """
    sound = f"FROM {quoted(staged.table.name)} WHERE __fault = {SOUND}"
    extras = staged.headers.extras
    numeric: tuple[bool, ...] = ()
    if extras:
        tests = ", ".join(
            f"coalesce(bool_and(is_plain({quoted(name)})) FILTER ({quoted(name)} IS NOT NULL), false)"
            for name in extras
        )
        numeric = connection.execute(f"SELECT {tests} {sound}").fetchone()
    is_number = dict(zip(extras, numeric, strict=True))
    columns = ", ".join(
        f"CAST({quoted(name)} AS DOUBLE) AS {quoted(name)}" if is_number.get(name) else quoted(name)
        for name in staged.columns
    )
    return f"SELECT {columns} {sound}"


def content_hash(connection: Any, path: Path, columns: Sequence[str], *, empty: Collection[str] = ()) -> str:
    """Return the SHA-256 of a canonical table's content.

    The engine writes each row as text, each field with its length before it, so that no two contents share a
    text; the rows stream through the hash in batches of Arrow buffers, and none is touched in Python.
    `empty` names columns that are known to be empty: the engine is not asked for them.
    """
    fields = ", ".join(
        "'-'" if name in empty else f"coalesce(strlen({text}) || ':' || {text}, '-')"
        for name in columns
        for text in [f"CAST({quoted(name)} AS VARCHAR)"]
    )
    digest = hashlib.sha256(json.dumps(list(columns), ensure_ascii=False).encode())
    reader = connection.execute(
        f"SELECT concat({fields}, chr(10)) AS row FROM read_parquet({literal(str(path))})"
    ).to_arrow_reader(65536)
    for batch in reader:
        digest.update(_text_of(batch.column(0)))
    return digest.hexdigest()


def _text_of(column: Any) -> memoryview:
    """Return the bytes of a string column, its rows one after the other."""
    import numpy as np  # noqa: PLC0415  loaded with the engine

    _, offsets, data = column.buffers()
    width = np.int64 if str(column.type).startswith("large") else np.int32
    ends = np.frombuffer(offsets, dtype=width)[column.offset : column.offset + len(column) + 1]
    return memoryview(data)[int(ends[0]) : int(ends[-1])]


def version(currency: str, hashes: Mapping[str, str]) -> str:
    """Return a dataset's version from its currency and its tables' content hashes.

    Examples
    --------
    >>> version("EUR", {"usage": "ab", "kpis": "cd"}) == version("EUR", {"kpis": "cd", "usage": "ab"})
    True
    """
    content = {"contract": CONTRACT_VERSION, "currency": currency, "tables": dict(sorted(hashes.items()))}
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()


def sync(path: Path) -> None:
    """Make sure that a file or folder survives a power cut."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
