"""The levers stand with the strongest on top, each with its words, its amount and its interval."""

from __future__ import annotations

from typing import Any

from api.pages.charts.forces import Forces
from tests.api.pages.charts.growing import FORCES, drawn, estimate, texts, title, told


def levers(*changes: dict[str, Any]) -> dict[str, Any]:
    return {"levers": [{"lever": f"lever_{at}", "mrr_change": each} for at, each in enumerate(changes)]}


def test_the_title_names_the_strongest_lever_and_what_it_moves() -> None:
    assert title(Forces, forces=FORCES) == (
        "Strongest lever: a tenth fewer customers leave each month than leave today (+400 EUR a month after 12 months)"
    )


def test_a_lever_that_may_move_either_way_is_not_called_sure() -> None:
    unsure = {**estimate(100.0, unit="EUR"), "low": -50.0}

    assert title(Forces, forces=levers(unsure)) == "Strongest lever, but not sure: lever 0 (+100 EUR a month)"


def test_levers_are_sorted_by_strength_and_losses_carry_a_minus() -> None:
    weak, strong = estimate(10.0, unit="EUR"), estimate(-90.0, unit="EUR")

    shown = texts(drawn(Forces, forces=levers(weak, strong)))

    assert shown.index("lever 1") < shown.index("lever 0")
    assert {"+10 EUR", "\N{MINUS SIGN}90 EUR"} <= set(shown)


def test_long_words_are_broken_on_a_phone_and_not_cut() -> None:
    lines = texts(drawn(Forces, forces=FORCES), narrow=True)

    assert {"a tenth fewer customers leave", "each month than leave today"} <= set(lines)


def test_those_who_do_not_see_it_are_told_every_known_lever() -> None:
    words = told(Forces, forces=FORCES)

    assert "prices rise by 5 %: \N{MINUS SIGN}150 EUR (between" in words
    assert "nobody knows" not in words


def test_without_a_known_lever_there_is_no_picture() -> None:
    assert drawn(Forces) is None
    assert drawn(Forces, forces={"past": [], "levers": []}) is None
    assert drawn(Forces, forces=levers(estimate(None, unit="EUR"))) is None
