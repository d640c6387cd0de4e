"""Raises of public price lists stand beside the plan's middle one, dated, and only where somebody is raised."""

from __future__ import annotations

from typing import Any

import pytest

from pricing_service.decisions._raise_usual import PUBLIC, usual_raise, usual_sentences


def result(**policy: Any) -> dict[str, Any]:
    return {"usual_raise": usual_raise(), "policy": policy}


def test_the_middle_raise_is_set_beside_those_of_public_lists() -> None:
    (sentence,) = usual_sentences(result(raised=40, median_raise=0.08))

    for part in ("asked 8 % more", "33 of 258 plans rose", "by 20 %", "45 % or more", "2019-2025"):
        assert part in sentence


@pytest.mark.parametrize("policy", [{}, {"raised": 0, "median_raise": None}], ids=["no plan", "nobody"])
def test_where_nobody_is_raised_nothing_is_compared(policy: dict[str, Any]) -> None:
    assert usual_sentences(result(**policy)) == []


def test_the_figure_says_who_published_it_and_of_when_it_is() -> None:
    told = usual_raise()

    assert told["source"] == PUBLIC.source
    assert told["p25"] < told["median"] < told["p75"]
    assert told["dated"] == "2019-2025"
