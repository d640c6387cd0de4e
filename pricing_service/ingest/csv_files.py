"""One CSV file: its dialect, its header, its rows as a relation, and the line on which each row stands."""

from __future__ import annotations

import csv
import gzip
import io
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from pricing_service.exhausted import exhausted
from pricing_service.ingest.casting import literal
from pricing_service.ingest.errors import TableRefused
from pricing_service.ingest.packing import most_unpacked, told

_CHUNK = 1 << 22
_TAIL = 1 << 12
_HEADER_LIMIT = 1 << 17
"""A longer field of a header is refused by the standard library too."""
MAX_COLUMNS = 400
"""The engine needs about 1.5 MB for each column of text, whatever the rows (measured at 500 and 1,000)."""

_TORN = {
    "MISSING COLUMNS": ("too_few_fields", "the row has fewer fields than the header"),
    "TOO MANY COLUMNS": (
        "too_many_fields",
        "the row has more fields than the header: is a separator unquoted?",
    ),
    "UNQUOTED VALUE": (
        "bad_quotes",
        'a quote is never closed or is followed by text: write "" inside quotes',
    ),
    "INVALID ENCODING": ("not_utf8", "the row is not UTF-8: save the file as CSV UTF-8"),
    "LINE SIZE OVER MAXIMUM": ("line_too_long", "the row is longer than 2 MB"),
}


@dataclass(frozen=True)
class Dialect:
    """How the fields of a CSV are separated; `delimiter` None means: look at the header."""

    delimiter: str | None = None
    quote: str = '"'


class CsvFile:
    """A CSV file, plain or gzipped.

    Parameters
    ----------
    path
        Where the file lies.
    gzipped
        Whether it is compressed.
    dialect
        What `dataset.toml` says of it.
    name
        The table's name, for the engine's list of torn rows.
    workspace
        Where a copy may be made.

    Raises
    ------
    TableRefused
        When there is no header that can be read.
    """

    nested: frozenset[int] = frozenset()

    def __init__(self, path: Path, *, gzipped: bool, dialect: Dialect, name: str, workspace: Path) -> None:
        self._path = path
        self._gzipped = gzipped
        self._quote = dialect.quote
        self.rejects = f"rejects_{name}"
        self._lines, mixed = self._count()
        if mixed:
            self._path, self._gzipped = self._with_one_line_end(workspace / f"{name}.csv"), False
        self.columns, self._delimiter = self._header(dialect.delimiter)

    def relation(self) -> str:
        """Return the SELECT of ``__line`` and the fields ``__c0``, ``__c1``, … as text.

        ``__line`` counts rows from 2 here; `true_lines` turns it into lines for the few rows that are reported.
        """
        fields = ", ".join(f"__c{i}: 'VARCHAR'" for i in range(len(self.columns)))
        return (
            f"SELECT 1 + row_number() OVER () AS __line, * FROM read_csv({literal(str(self._path))}, "
            f"columns={{{fields}}}, auto_detect=false, header=true, delim={literal(self._delimiter)}, "
            f"quote={literal(self._quote)}, escape={literal(self._quote)}, "
            f"compression={'gzip' if self._gzipped else 'none'!r}, store_rejects=true, rejects_limit=0, "
            f"rejects_table='{self.rejects}', rejects_scan='{self.rejects}_scan')"
        )

    def torn(self) -> str | None:
        """Return the SELECT of the rows that could not be split: ``line`` (counting records), code, message, text."""
        codes = " ".join(f"WHEN {literal(kind)} THEN {literal(code)}" for kind, (code, _) in _TORN.items())
        messages = " ".join(f"WHEN {literal(kind)} THEN {literal(text)}" for kind, (_, text) in _TORN.items())
        return (
            f"SELECT CAST(line AS BIGINT) AS line, CASE kind {codes} ELSE 'unreadable' END AS code, "
            f"CASE kind {messages} ELSE 'the row cannot be split into fields' END AS message, text "
            "FROM (SELECT line, first(error_type) AS kind, trim(first(csv_line), chr(10) || chr(13)) AS text "
            f"FROM {self.rejects} GROUP BY line)"
        )

    def true_lines(
        self, rows: NDArray[np.int64], torn: NDArray[np.int64], *, total: int | None
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the lines on which rows (by ``__line``) and torn records (by their number, sorted) begin.

        `total` is how many rows were read, None where that is not known. Where every record stands on one line,
        this is arithmetic. Where quoted fields span lines or lines are blank, the standard library walks the
        file once more.
        """
        if total is not None and self._lines == 1 + total + len(torn):
            before = np.searchsorted(torn - np.arange(len(torn)), rows, side="right")
            return rows + before, torn
        return self._walk(rows, torn)

    def _walk(
        self, rows: NDArray[np.int64], torn: NDArray[np.int64]
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        wanted, broken = {row: row for row in rows.tolist()}, {record: record for record in torn.tolist()}
        row = 0
        for record, (line, blank) in enumerate(self._records(), start=1):
            if record in broken:
                broken[record] = line
            elif not blank:
                row += 1
                if row in wanted:
                    wanted[row] = line
        lines = np.array([wanted[row] for row in rows.tolist()], dtype=np.int64)
        return lines, np.array([broken[record] for record in torn.tolist()], dtype=np.int64)

    def _records(self) -> Iterator[tuple[int, bool]]:
        with self._open() as stream:
            text = io.TextIOWrapper(stream, encoding="utf-8", errors="replace", newline="")
            reader = csv.reader(text, delimiter=self._delimiter, quotechar=self._quote)
            line = 1
            for fields in reader:
                yield line, not fields
                line = reader.line_num + 1

    def _open(self) -> BinaryIO | gzip.GzipFile:
        return gzip.GzipFile(self._path) if self._gzipped else self._path.open("rb")

    def _unpacked(self, packed: BinaryIO) -> BinaryIO | gzip.GzipFile:
        return gzip.GzipFile(fileobj=packed) if self._gzipped else packed

    def _count(self) -> tuple[int, bool]:
        """Count lines up to the last that is not blank, and whether two kinds of line end are mixed."""
        feeds = windows = size = 0
        tail = b""
        try:
            with self._path.open("rb") as packed, self._unpacked(packed) as stream:
                while chunk := stream.read(_CHUNK):
                    size += len(chunk)
                    if self._gzipped and size > (most := most_unpacked(packed.tell())):
                        raise TableRefused(f"the file unpacks to {told(most)}", code="too_large")
                    if len(chunk) == _CHUNK and b"\n" not in chunk and b"\r" not in chunk:
                        message = f"a line is longer than {_CHUNK >> 20} MB: is this a CSV file?"
                        raise TableRefused(message, code="line_too_long")
                    feeds += chunk.count(b"\n")
                    windows += chunk.count(b"\r\n") + (tail[-1:] == b"\r" and chunk[:1] == b"\n")
                    tail = (tail + chunk[-_TAIL:])[-_TAIL:]
        except (EOFError, zlib.error, OSError) as error:
            if exhausted(error):
                raise
            raise TableRefused(f"the file cannot be unpacked: {error}", code="unreadable") from error
        blank_end = tail[len(tail.rstrip(b"\r\n")) :].count(b"\n")
        return feeds - blank_end + 1, 0 < windows < feeds

    def _with_one_line_end(self, copy: Path) -> Path:
        """Copy the file with line feeds alone: DuckDB refuses two kinds of line end in one file."""
        with self._open() as stream, copy.open("wb") as target:
            carry = b""
            while chunk := stream.read(_CHUNK):
                chunk = carry + chunk
                carry = b"\r" if chunk.endswith(b"\r") else b""
                target.write(chunk[: len(chunk) - len(carry)].replace(b"\r\n", b"\n"))
            target.write(carry)
        return copy

    def _header(self, delimiter: str | None) -> tuple[tuple[str, ...], str]:
        with self._open() as stream:
            start = stream.read(_HEADER_LIMIT)
        if not start.removeprefix(b"\xef\xbb\xbf").strip():
            raise TableRefused("the file is empty", code="empty")
        if start[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\x00" in start[:1000]:
            raise TableRefused("the file is not UTF-8 (UTF-16?): save it as CSV UTF-8", code="not_utf8")
        if len(start) == _HEADER_LIMIT and b"\n" not in start and b"\r" not in start:
            message = f"it is longer than {_HEADER_LIMIT >> 10} kB; a table has at most {MAX_COLUMNS} columns"
            raise TableRefused(f"the header cannot be read: {message}", code="bad_header")
        text = start.decode("utf-8-sig", errors="replace")
        candidates = [delimiter] if delimiter else [",", ";", "\t"]
        try:
            headers = [
                next(csv.reader(io.StringIO(text, newline=""), delimiter=d, quotechar=self._quote), [])
                for d in candidates
            ]
        except csv.Error as error:
            raise TableRefused(f"the header cannot be read: {error}", code="bad_header") from error
        header, best = max(zip(headers, candidates, strict=True), key=lambda pair: len(pair[0]))
        columns = tuple(name.strip() for name in header)
        if any("\ufffd" in name for name in columns):
            raise TableRefused("the header is not UTF-8: save the file as CSV UTF-8", code="not_utf8")
        return columns, best
