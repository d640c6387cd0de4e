"""A big number has its range and its note; where there is none, the reason stands in their place."""

from __future__ import annotations

from api.pages.figures import Shown
from api.pages.key_figures import key_figure


def test_a_known_number_keeps_its_range_and_note() -> None:
    shown = key_figure("Worth", Shown("46 EUR", "between 41 and 52 EUR, 9 in 10"), note="net")

    assert (shown.value, shown.range, shown.note, shown.known) == (
        "46 EUR", "between 41 and 52 EUR, 9 in 10", "net", True,
    )  # fmt: skip


def test_an_unknown_one_says_why_and_nothing_else() -> None:
    shown = key_figure("Worth", Shown(unknown="not known: no customer reports outcomes"), note="net")

    assert (shown.value, shown.range, shown.note, shown.known) == (
        "not known", "no customer reports outcomes", "", False,
    )  # fmt: skip
