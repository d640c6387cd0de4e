"""Bodies that other readers would understand differently are refused."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.problems import Malformed
from api.strict_json import loads

documents = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(documents)
def test_every_standard_document_is_read_as_it_is(document: object) -> None:
    assert loads(json.dumps(document).encode()) == document


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b'{"level": NaN}', "NaN"),
        (b"[Infinity]", "Infinity"),
        (b'{"a": 1, "a": 2}', "twice"),
        (b'"\\ud800"', "surrogate"),
        (b'"\xff"', "UTF-8"),
        (b"{", "line 1"),
        (b"[1e400]", "larger"),
        (b"[" * 100_000, "deeply"),
        (b"1" * 5000, "digits"),
    ],
)
def test_what_readers_take_differently_is_refused(body: bytes, says: str) -> None:
    with pytest.raises(Malformed, match=says):
        loads(body)


def test_a_whole_surrogate_pair_is_one_character() -> None:
    assert loads(b'"\\ud83d\\ude00"') == "😀"
