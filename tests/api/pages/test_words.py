"""Codes must never reach a reader bare."""

from __future__ import annotations

import pytest

from api.pages.words import (
    CONVENTIONS,
    REASONS,
    joined,
    kind_in_words,
    month_in_words,
    reason_in_words,
    source_in_words,
)
from models.retention import conventions
from pricing_service.decisions._raise_words import SKIPPED


@pytest.mark.parametrize("code", sorted(REASONS))
def test_every_known_reason_is_a_phrase_without_underscores(code):
    said = reason_in_words(code)

    assert "_" not in said.replace("unit_id", "")
    assert " " in said


@pytest.mark.parametrize(
    "code",
    [
        *SKIPPED,
        "no_value_known",
        "nobody_is_grandfathered",
        "version_not_known",
        "not_on_price_list",
        "insufficient_customers",
        "nobody_is_raised",
        "not_identified",
        "not_worth_its_churn",
        "value_added",
        "catch_up",
    ],
)
def test_every_reason_of_a_raise_has_words_of_its_own(code):
    assert reason_in_words(code) != code.replace("_", " ")


def test_an_unknown_code_loses_its_underscores():
    assert reason_in_words("a_new_code") == "a new code"
    assert kind_in_words("a_new_kind") == "A new kind"
    assert source_in_words("a_new_source") == "A new source"


def test_no_reason_at_all_is_still_said_in_words():
    assert reason_in_words(None) == reason_in_words("") == "the data do not carry it"


@pytest.mark.parametrize(
    ("names", "said"),
    [([], ""), (["a"], "a"), (["a", "b"], "a or b"), (["a", "b", "c"], "a, b or c")],
)
def test_names_join_as_a_sentence_does(names, said):
    assert joined(names, last="or") == said


def test_every_convention_of_retention_has_a_name_of_its_own():
    assert set(CONVENTIONS) == set(conventions.CONVENTIONS)
    assert len(set(CONVENTIONS.values())) == len(CONVENTIONS)


@pytest.mark.parametrize(
    ("month", "said"),
    [("2026-05", "May 2026"), ("2026-13", "2026-13"), ("soon", "soon"), (None, "")],
)
def test_a_month_is_named_and_what_is_no_month_stays(month, said):
    assert month_in_words(month) == said
