"""Counter-offers are said as often as they came, with the one answer to the next."""

from __future__ import annotations

from typing import Any

import pytest

from pricing_service.decisions._raise_counter_words import counter_sentences

Json = dict[str, Any]


def result(*lowest: float, counters: int = 0) -> Json:
    groups = [
        {"raise": 0.1, "lowest_counter": {"value": each}, "lowest_counter_if_all": {"value": 0.09}}
        for each in lowest
    ]
    bargaining = {"counters": counters, "countered": {"n": 40, "value": 0.2}, "conceded": {"value": 0.45}}
    return {"policy": {"groups": groups}, "bargaining": bargaining}


@pytest.mark.parametrize(
    ("lowest", "said"),
    [
        ((0.045, 0.045), "from a raise of 4.5 % on"),
        ((0.02, 0.04), "from a raise of 2.0 % to 4.0 %, by group, on"),
        ((0.0,), "from its old price on"),
        ((0.02,), "If all came to offer less, it would be from a raise of 9.0 % on."),
        ((0.0, 0.0451), "from its old price to a raise of 4.5 %, by group, on"),
        ((0.03, 0.1), "whoever threatens. In the other groups hold to the raise."),
        ((0.1, 0.0999), "Whoever offers less than it is asked is better held to the raise, in every group."),
    ],
)
def test_the_lowest_offer_that_is_better_accepted_is_said(lowest, said):
    (sentence,) = counter_sentences(result(*lowest))

    assert said in sentence


def test_how_often_customers_offered_less_is_said_where_any_did():
    first = counter_sentences(result(0.05, counters=8))[0]

    assert first == (
        "Of 40 customers who were asked more and stayed, 8 offered less. They then pay 45 % of the raise."
    )
    assert "It then pays" in counter_sentences(result(0.05, counters=1))[0]


def test_without_a_plan_nothing_is_said():
    assert counter_sentences({"policy": {}, "bargaining": {}}) == []
    assert counter_sentences(result(counters=3)) == []
