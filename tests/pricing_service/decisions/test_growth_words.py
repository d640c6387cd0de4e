"""Sentences about growth that depend on how sure a number is, each ending told from the same answer."""

from __future__ import annotations

from typing import Any

import pytest

from pricing_service.decisions._growth_words import LEAKY_BELOW, growth_sentences
from tests.pricing_service.decisions.conftest import FrontDoor
from tests.pricing_service.decisions.small_business import decided
from tests.pricing_service.decisions.test_growth import KIND, monthly
from tests.pricing_service.decisions.test_growth_ahead import book


@pytest.fixture(scope="module")
def result(front_door: FrontDoor) -> dict[str, Any]:
    return dict(decided(KIND, front_door(monthly(book()))).result)


def told(result: dict[str, Any], **changed: Any) -> str:
    return " ".join(growth_sentences(result | changed, leaky_below=LEAKY_BELOW))


def lever(words: str, low: float, value: float, high: float) -> dict[str, Any]:
    return {"lever": words, "words": words, "mrr_change": {"low": low, "value": value, "high": high}}


@pytest.mark.parametrize(
    ("best", "said"),
    [
        ((300, 400, 500), "between 300 EUR and 500 EUR; next is a raise, with 150 EUR."),
        ((150, 400, 500), "next is a raise, with 150 EUR, and which of the two does more is not sure."),
        ((-5, 400, 500), "the data do not tell which of them does most."),
    ],
)
def test_the_lever_that_does_most_is_named_as_surely_as_it_is_known(
    result: dict[str, Any], best: tuple[float, float, float], said: str
) -> None:
    forces = result["forces"] | {"levers": [lever("retention", *best), lever("a raise", 100, 150, 200)]}

    assert said in told(result, forces=forces)


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        (1.1, 1.3, "there is value that prices may follow."),
        (0.7, 0.9, "what they pay for is worth less to them, and raises would go against it."),
        (0.9, 1.3, "between 90 and 130 %) of what they gained in the 12 months before."),
    ],
)
def test_value_that_rises_falls_or_may_do_either_is_told_apart(
    result: dict[str, Any], low: float, high: float, said: str
) -> None:
    value = {"value": (low + high) / 2, "low": low, "high": high, "n": 50}

    assert said in told(result, forces=result["forces"] | {"value": value}).replace("\N{NO-BREAK SPACE}", " ")


def test_the_last_whole_month_is_named(result: dict[str, Any]) -> None:
    months = [*result["months"][:-1], result["months"][-1] | {"month": "2026-05"}]

    assert "All of this is as of the end of May 2026, the last whole month." in told(result, months=months)
