"""Whatever an answer holds, it is shortened to what fits, and read on to the end nothing is missing."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.agents.fitting import NoSuchPart, fitted, part_of, sentences_first, text_of

MOST = 1500
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-999, 999) | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=40) | st.dictionaries(st.text(max_size=8), inner, max_size=40),
    max_leaves=300,
)


@settings(deadline=None, max_examples=150)
@given(JSON)
def test_an_answer_is_about_as_long_as_may_be(document: Any) -> None:
    assert len(text_of(fitted(document, MOST))) <= 2 * MOST


@settings(deadline=None, max_examples=100)
@given(JSON)
def test_what_fits_is_untouched(document: Any) -> None:
    assert fitted(document, 10**6) == document


def all_items(document: Any, pointer: str) -> list[Any]:
    """Read a list on from sign to sign, as a model would."""
    items: list[Any] = []
    start = 0
    while True:
        shown = fitted(part_of(document, pointer), MOST, pointer=pointer, start=start)
        sign = shown[-1] if isinstance(shown[-1], dict) and "not_shown" in shown[-1] else None
        items += shown[:-1] if sign else shown
        if sign is None:
            return items
        assert sign["read_on"]["pointer"] == pointer
        assert sign["read_on"]["start"] > start, "it goes on"
        start = sign["read_on"]["start"]


def test_a_long_list_is_read_to_its_end() -> None:
    months = [{"month": number, "customers": list(range(20))} for number in range(120)]

    assert all_items({"result": {"months": months}}, "/result/months") == months


def test_a_long_object_is_read_to_its_end() -> None:
    found = {f"customer {number}": "x" * 40 for number in range(200)}
    read: dict[str, Any] = {}
    start = 0
    while start < len(found):
        shown = fitted(found, MOST, start=start)
        read |= {name: value for name, value in shown.items() if name != "…"}
        start = shown.get("…", {"read_on": {"start": len(found)}})["read_on"]["start"]

    assert read == found


def test_small_fields_stay_whole_beside_a_large_one() -> None:
    document = {"status": "succeeded", "result": {"sentences": ["It grows."], "rows": list(range(5000))}}

    shown = fitted(document, MOST)

    assert shown["status"] == "succeeded"
    assert shown["result"]["sentences"] == ["It grows."]
    assert shown["result"]["rows"][-1]["read_on"]["pointer"] == "/result/rows"


def test_names_with_slashes_are_found_again() -> None:
    document = {"EUR/seat": {"a~b": list(range(2000))}}

    shown = fitted(document, MOST)

    pointer = shown["EUR/seat"]["a~b"][-1]["read_on"]["pointer"]
    assert part_of(document, pointer) == document["EUR/seat"]["a~b"]


@pytest.mark.parametrize(
    "pointer", ["result", "/nothing", "/rows/9", "/rows/-1", "/rows/x", "/rows/0/deeper"]
)
def test_a_pointer_that_leads_nowhere_is_refused_in_words(pointer: str) -> None:
    with pytest.raises(NoSuchPart, match="pointer"):
        part_of({"rows": [1]}, pointer)


def test_sentences_come_first_at_every_depth() -> None:
    document = {"seed": 0, "result": {"analyses": {"growth": {"months": [], "sentences": ["It grows."]}}}}

    shown = sentences_first(document)

    assert shown == document
    assert list(shown) == ["result", "seed"]
    assert list(shown["result"]["analyses"]["growth"]) == ["sentences", "months"]
