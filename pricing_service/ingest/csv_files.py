"""One CSV file: its dialect, its header, its rows as a relation, and the line on which each row stands."""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import IO, Any

from pricing_service.ingest.casting import literal
from pricing_service.ingest.errors import TableRefused

_CHUNK = 1 << 22
_HEADER_LIMIT = 1 << 20
MAX_COLUMNS = 2000
MAX_INFLATED = 64 << 30
"""Bytes that a compressed file may grow to: 949 kB of gzip can become 1 GB."""

_REJECTED = {
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


@dataclass(frozen=True)
class Rejected:
    """A row that could not be split into fields."""

    line: int
    code: str
    message: str
    text: str


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
        A word unique to the table, for the engine's table of rejected rows.

    Raises
    ------
    TableRefused
        When there is no header that can be read.
    """

    def __init__(self, path: Path, *, gzipped: bool, dialect: Dialect, name: str) -> None:
        self._path = path
        self._gzipped = gzipped
        self._quote = dialect.quote
        self._rejects = f"rejects_{name}"
        self._newlines, self._windows_newlines = self._count()
        self.columns, self._delimiter = self._header(dialect.delimiter)

    def relation(self) -> str:
        """Return the SELECT of ``__line`` and the fields ``c0``, ``c1``, … as text.

        ``__line`` counts rows here; `true_lines` turns it into lines for the few rows that are reported.
        """
        fields = ", ".join(f"c{i}: 'VARCHAR'" for i in range(len(self.columns)))
        return (
            f"SELECT row_number() OVER () AS __line, * FROM read_csv({literal(str(self._readable))}, "
            f"columns={{{fields}}}, auto_detect=false, header=true, delim={literal(self._delimiter)}, "
            f"quote={literal(self._quote)}, escape={literal(self._quote)}, "
            f"compression={'gzip' if self._gzipped else 'none'!r}, store_rejects=true, rejects_limit=0, "
            f"rejects_table='{self._rejects}', rejects_scan='{self._rejects}_scan')"
        )

    def rejected(self, connection: Any) -> list[Rejected]:
        """Return the rows that could not be split, once the relation has been read; `line` counts records."""
        rows = connection.execute(
            f"SELECT line, first(error_type), first(csv_line[:200]) FROM {self._rejects} GROUP BY line ORDER BY line"
        ).fetchall()
        unknown = ("unreadable", "the row cannot be split into fields")
        return [
            Rejected(line, *_REJECTED.get(kind, unknown), text.strip("\r\n")) for line, kind, text in rows
        ]

    def true_lines(
        self, rows: Collection[int], *, rejected: Collection[int], total: int
    ) -> tuple[Mapping[int, int], Mapping[int, int]]:
        """Return the lines of accepted rows (by row number) and of rejected records (by record number).

        `total` is how many rows were accepted. Where every record stands on one line, this is arithmetic. Where
        quoted fields span lines or lines are blank, the file is walked once more by the standard library.
        """
        records = total + len(rejected)
        if self._newlines in (records, records + 1):
            return _shifted(sorted(rows), sorted(rejected)), {record: record for record in rejected}
        return self._walk(set(rows), set(rejected))

    def _walk(self, rows: set[int], rejected: set[int]) -> tuple[dict[int, int], dict[int, int]]:
        of_row: dict[int, int] = {}
        of_record: dict[int, int] = {}
        row = 0
        for record, (line, blank) in enumerate(self._records(), start=1):
            if record in rejected:
                of_record[record] = line
            elif record > 1 and not blank:
                row += 1
                if row in rows:
                    of_row[row] = line
        return of_row, of_record

    def _records(self) -> Iterator[tuple[int, bool]]:
        with self._open() as stream:
            text = io.TextIOWrapper(stream, encoding="utf-8", errors="replace", newline="")
            reader = csv.reader(text, delimiter=self._delimiter, quotechar=self._quote)
            line = 1
            for fields in reader:
                yield line, not fields
                line = reader.line_num + 1

    def _open(self) -> IO[bytes]:
        return gzip.open(self._path) if self._gzipped else self._path.open("rb")  # type: ignore[return-value]

    def _count(self) -> tuple[int, int]:
        """Count line feeds, and those after a carriage return; refuse bombs and cut archives."""
        newlines = windows = inflated = 0
        carry = b""
        try:
            with self._open() as stream:
                while chunk := stream.read(_CHUNK):
                    inflated += len(chunk)
                    if inflated > MAX_INFLATED:
                        raise TableRefused(
                            f"the file unpacks to more than {MAX_INFLATED >> 30} GB", code="too_large"
                        )
                    newlines += chunk.count(b"\n")
                    windows += chunk.count(b"\r\n") + (carry == b"\r" and chunk[:1] == b"\n")
                    carry = chunk[-1:]
        except (EOFError, gzip.BadGzipFile, OSError) as error:
            raise TableRefused(f"the file cannot be unpacked: {error}", code="unreadable") from error
        return newlines, windows

    @cached_property
    def _readable(self) -> Path:
        """The file itself, or a copy with one kind of line end where two are mixed (DuckDB refuses those)."""
        return self._path

    def _header(self, delimiter: str | None) -> tuple[tuple[str, ...], str]:
        with self._open() as stream:
            start = stream.read(_HEADER_LIMIT)
        if not start.strip():
            raise TableRefused("the file is empty", code="empty")
        if start[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\x00" in start[:1000]:
            raise TableRefused("the file is not UTF-8 (UTF-16?): save it as CSV UTF-8", code="not_utf8")
        text = start.decode("utf-8-sig", errors="replace")
        candidates = [delimiter] if delimiter else [",", ";", "\t"]
        try:
            headers = [
                next(csv.reader(io.StringIO(text), delimiter=d, quotechar=self._quote)) for d in candidates
            ]
        except csv.Error as error:
            raise TableRefused(f"the header cannot be read: {error}", code="bad_header") from error
        header, best = max(zip(headers, candidates, strict=True), key=lambda pair: len(pair[0]))
        columns = tuple(name.strip() for name in header)
        if any("\ufffd" in name for name in columns):
            raise TableRefused("the header is not UTF-8: save the file as CSV UTF-8", code="not_utf8")
        return columns, best


def _shifted(rows: list[int], rejected: list[int]) -> dict[int, int]:
    """Return the record number of each accepted row: the header and earlier rejected records come before it."""
    lines = {}
    before = 0
    for row in rows:
        while before < len(rejected) and rejected[before] <= row + before + 1:
            before += 1
        lines[row] = row + before + 1
    return lines
