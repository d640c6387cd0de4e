"""Posted rows, read one after the other: 32 MB of tiny rows or of keys would else be more than 1 GB of memory."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from api import strict_json
from api.faults import pointer
from api.problems import Invalid, Malformed, TooLarge
from pricing_service.ingest.csv_files import MAX_COLUMNS

MOST_ROWS, MOST_VALUES = 500_000, 2_000_000
_ROW_BYTES = 2 << 20
_TOO_MANY = f"This request may carry {MOST_ROWS:,} rows and {MOST_VALUES:,} values: send the rows in parts."
_SPACE = re.compile(r"[ \t\n\r]*")


def read_array(body: bytes) -> list[dict[str, Any]]:
    """Read a JSON array of rows.

    A body with more opening braces than there may be rows is refused before it is read.

    Raises
    ------
    Malformed
        If it is not JSON, or JSON that readers understand differently.
    Invalid
        If it is anything but rows of scalars.
    TooLarge
        Beyond `MOST_ROWS` rows or `MOST_VALUES` values.
    """
    if len(body) > _ROW_BYTES:
        _refuse_too_many(body)
        with strict_json.in_words():
            return _rows(_elements(body))
    document = strict_json.loads(body)
    if not isinstance(document, list):
        raise _fault("", "list_type", "the body must be an array of rows")
    return _rows(document)


def read_lines(body: bytes) -> list[dict[str, Any]]:
    """Read rows of which each is a JSON object on its own line; raises what `read_array` does."""
    _refuse_too_many(body)
    return _rows(strict_json.loads(line) for line in _lines(body) if line.strip())


def _rows(documents: Iterable[Any]) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    names: dict[str, str] = {}
    values = 0
    for number, row in enumerate(documents):
        if not isinstance(row, dict) or not row:
            raise _fault(f"/{number}", "dict_type", "a row must be an object: column → value")
        for column, value in row.items():
            if isinstance(value, dict | list):
                place = pointer((number, column))
                raise _fault(place, "scalar_type", "a value must be text, number, true or false")
        values += len(row)
        if number >= MOST_ROWS or values > MOST_VALUES:
            raise TooLarge(_TOO_MANY)
        # Equal names are one object, whatever the number of rows.
        rows.append({names.setdefault(column, column): value for column, value in row.items()})
        if len(names) > MAX_COLUMNS:
            raise _fault(f"/{number}", "too_many_columns", f"the rows have more than {MAX_COLUMNS} columns")
    return rows


def _refuse_too_many(body: bytes) -> None:
    if body.count(b"{") > MOST_ROWS:
        raise TooLarge(_TOO_MANY)


def _lines(body: bytes) -> Iterator[bytes]:
    begin = 0
    while begin < len(body):
        end = body.find(b"\n", begin)
        end = len(body) if end < 0 else end
        if end - begin > _ROW_BYTES:
            raise TooLarge(f"A row may have {_ROW_BYTES >> 20} MB.")
        yield body[begin:end]
        begin = end + 1


def _elements(body: bytes) -> Iterator[Any]:
    """Read the elements of a long array; each is found in the next bytes, or is too long for a row."""
    text = _Window(body)
    if text.next() != "[":
        raise _fault("", "list_type", "the body must be an array of rows")
    text.at += 1
    number = 0
    if text.next() == "]":
        text.at += 1
    else:
        following = ","
        while following == ",":
            yield text.value(number)
            number += 1
            following = text.next()
            text.at += 1
        if following != "]":
            raise Malformed(f"The body is not JSON: after row {number} there is neither a comma nor the end.")
    if text.next():
        raise Malformed("The body is not JSON: something follows the array.")


class _Window:
    """The next few MB of a long body as text, from `at` on."""

    def __init__(self, body: bytes) -> None:
        self._body = body
        self._escapes = strict_json.escapes_surrogates(body)
        self._read = 0
        self._decode: Callable[..., str] = codecs.getincrementaldecoder("utf-8")("strict").decode
        self._text = ""
        self.at = 0

    def next(self) -> str:
        """Move to the next character that is no space; an empty text at the end."""
        while True:
            self._fill()
            self.at = _SPACE.match(self._text, self.at).end()  # type: ignore[union-attr]  # it always matches
            if self.at < len(self._text) or self._read >= len(self._body):
                return self._text[self.at : self.at + 1]

    def value(self, number: int) -> Any:
        """Read one value and move behind it."""
        self.next()
        try:
            value, self.at = strict_json.DECODER.raw_decode(self._text, self.at)
        except json.JSONDecodeError as error:
            raise Malformed(
                f"The body is not JSON: row {number + 1}: {error.msg}, or it is longer than {_ROW_BYTES >> 20} MB."
            ) from error
        if self._escapes:
            strict_json.refuse_halves(value)
        return value

    def _fill(self) -> None:
        if len(self._text) - self.at >= _ROW_BYTES or self._read >= len(self._body):
            return
        part = self._body[self._read : self._read + _ROW_BYTES]
        try:
            more = self._decode(part, self._read + len(part) >= len(self._body))
        except UnicodeDecodeError as error:
            at = self._read + error.start
            raise Malformed(f"The body is not UTF-8: around byte {at} it cannot be read.") from error
        self._text, self.at = self._text[self.at :] + more, 0
        self._read += len(part)


def _fault(place: str, code: str, message: str) -> Invalid:
    error = {"pointer": place, "in": "body", "code": code, "message": message}
    return Invalid(f"{place or 'The body'}: {message}", errors=[error])
