"""A proposal's hash covers all that is voted on, and names are people."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pricing_service.storage import ProposedContent
from pricing_service.storage.proposed import same_person

CONTENT = ProposedContent("raises", "Title", "note", "an_1", None, {"result": "a", "beyond": []})


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "price_book"},
        {"title": "Other"},
        {"note": ""},
        {"analysis_id": "an_2"},
        {"price_book_id": "pb_1"},
        {"evidence": {"result": "b", "beyond": []}},
    ],
)
def test_whatever_changes_changes_the_hash(change: dict[str, object]) -> None:
    assert replace(CONTENT, **change).content_hash != CONTENT.content_hash


def test_the_order_in_which_evidence_is_written_does_not_matter() -> None:
    assert replace(CONTENT, evidence={"beyond": [], "result": "a"}).content_hash == CONTENT.content_hash


@pytest.mark.parametrize("other", ["ada", " Ada", "ADA "])
def test_case_and_space_make_no_second_pair_of_eyes(other: str) -> None:
    assert same_person("Ada", other)
    assert not same_person("Ada", f"{other} L.")
