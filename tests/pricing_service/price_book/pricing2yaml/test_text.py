"""YAML means what it looks like."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pricing_service.price_book import PriceBookRefused
from pricing_service.price_book.pricing2yaml.text import dump, load

scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(10**18), 10**18)
    | st.decimals("-999999", "999999", places=6)
    | st.sampled_from(
        ["1e3", "NO", "1.", ".5", "0x1F", "010", "1_000", "12:30", "2024-05-01", "~", "<<", "=", ".inf"]
    )
    | st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")))
)
documents = st.recursive(
    scalars, lambda inner: st.lists(inner) | st.dictionaries(st.text("abc~1.e", min_size=1), inner)
)


@given(documents)
def test_what_is_written_is_read_again(document):
    assert load(dump(document)) == document


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("NO", "NO"),
        ("12:30", "12:30"),
        ("010", 10),
        ("0.10", Decimal("0.10")),
        ("2024-05-01", "2024-05-01"),
        (".inf", float("inf")),
        ("2024: a", {"2024": "a"}),
    ],
)
def test_text_is_not_taken_for_something_else(text, value):
    assert load(text) == value


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a: 1\na: 2", "twice"),
        ("a: &x [1]\nb: *x", "aliases"),
        ("a: [", "not YAML"),
        ("!!python/object/apply:os.system [ls]", "not YAML"),
        ("[" * 3000, "nested too deeply|not YAML"),
        ("9" * 5000, "too many digits"),
        ("a" * 4_000_001, "at most"),
    ],
)
def test_what_could_be_misread_is_refused(text, says):
    with pytest.raises(PriceBookRefused, match=says):
        load(text)
