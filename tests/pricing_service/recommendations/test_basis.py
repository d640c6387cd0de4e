"""What recommendations rest on: only what is published is decided, and nothing holds for ever."""

from __future__ import annotations

from datetime import date

import pytest

from pricing_service.recommendations import Answer, Basis

JUNE = date(2026, 6, 30)


def basis(*, published: bool = True, next_change: date | None = None) -> Basis:
    answer = Answer("an_1", {}, {"A": {"tier": "S"}}, published)
    return Basis("ws_1", JUNE, "EUR", {}, {"tiers": answer}, next_change=next_change)


@pytest.mark.parametrize("published", [True, False])
def test_only_what_is_published_is_decided(published: bool) -> None:
    assert (basis(published=published).decided("tiers") is not None) is published
    assert basis().decided("raises") is None


def test_a_row_is_empty_where_there_is_none() -> None:
    assert basis().row("tiers", "A") == {"tier": "S"}
    assert basis().row("tiers", "B") == basis().row("raises", "A") == {}


@pytest.mark.parametrize(
    ("next_change", "end"),
    [
        (None, date(2026, 9, 30)),
        (date(2026, 7, 15), date(2026, 7, 14)),
        (date(2027, 1, 1), date(2026, 9, 30)),
    ],
)
def test_it_holds_until_another_decision_counts_and_no_longer_than_a_quarter(
    next_change: date | None, end: date
) -> None:
    assert basis(next_change=next_change).valid_until == end
