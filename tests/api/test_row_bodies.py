"""Long bodies are read row by row, to the same rows, and refused where they hold too much."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api import row_bodies, strict_json
from api.problems import Invalid, Malformed, TooLarge
from api.row_bodies import read_array, read_lines

scalars = st.none() | st.booleans() | st.integers() | st.text()
rows_of_scalars = st.lists(st.dictionaries(st.text(), scalars, min_size=1, max_size=4), max_size=30)


@pytest.fixture(autouse=True)
def long_bodies_are_short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(row_bodies, "_ROW_BYTES", 200)


@given(rows=rows_of_scalars, indent=st.none() | st.integers(0, 2), ascii_only=st.booleans())
def test_rows_are_read_as_they_are(rows: list[dict[str, Any]], indent: int | None, ascii_only: bool) -> None:
    try:
        body = json.dumps(rows, indent=indent, ensure_ascii=ascii_only).encode()
        strict_json.loads(body)
    except (UnicodeEncodeError, Malformed):
        return
    if all(len(json.dumps(row, indent=indent)) <= 150 for row in rows):
        assert read_array(body) == rows


def test_rows_of_lines_are_read_as_they_are() -> None:
    rows = [{"customer_id": f"c{at}", "units": at} for at in range(100)]

    assert read_lines(b"\n\n".join(json.dumps(row).encode() for row in rows)) == rows


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b'[{"a":1}' + b" " * 300 + b'{"a":1}]', "neither a comma nor the end"),
        (b'[{"a":1}]' + b" " * 300 + b"x", "follows"),
        (b'[{"a":1},' + b" " * 300, "row 2"),
        (b'[{"a":1},' + b" " * 300 + b'{"a":NaN}]', "NaN"),
        (b'[{"a":1},' + b" " * 300 + b'{"a":1,"a":2}]', "twice"),
        (b'[{"a":1},' + b" " * 300 + b'{"a":"\\ud800"}]', "surrogate"),
        (b'[{"a":1},' + b" " * 300 + b'{"a":"\xff"}]', "UTF-8"),
        (b'[{"a":"' + b"x" * 900 + b'"}]', "longer than"),
    ],
)
def test_a_long_body_that_is_no_array_is_refused_in_words(body: bytes, says: str) -> None:
    with pytest.raises(Malformed, match=says):
        read_array(body)


@pytest.mark.parametrize(
    "body", [b'{"a": 1}', b'{"a": "' + b"x" * 300 + b'"}', b"[1]", b"[{}]", b'[{"a": []}]']
)
def test_what_are_no_rows_of_scalars_is_refused(body: bytes) -> None:
    with pytest.raises(Invalid):
        read_array(body)


def test_more_rows_or_values_than_a_post_may_carry_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    body = json.dumps([{"a": 1, "b": 2}] * 50).encode()
    lines = b'{"a":1,"b":2}\n' * 50
    read_array(body)
    read_lines(lines)

    for bound, most in (("MOST_ROWS", 49), ("MOST_VALUES", 99)):
        with monkeypatch.context() as smaller:
            smaller.setattr(row_bodies, bound, most)
            for read, sent in ((read_array, body), (read_lines, lines)):
                with pytest.raises(TooLarge, match="in parts"):
                    read(sent)


def test_a_line_longer_than_a_row_is_refused() -> None:
    with pytest.raises(TooLarge, match="A row may have"):
        read_lines(b'{"a":"' + b"x" * 300 + b'"}')


def test_more_columns_than_a_table_has_are_refused_at_the_row_that_adds_them() -> None:
    with pytest.raises(Invalid, match="more than 400 columns") as refusal:
        read_array(json.dumps([{f"c{at}": 1} for at in range(500)]).encode())
    assert refusal.value.errors[0]["pointer"] == "/400"
