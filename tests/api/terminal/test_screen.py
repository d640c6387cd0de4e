"""What is printed is printed to the letter, words to stdout and refusals to stderr."""

from __future__ import annotations

import pytest
import typer

from api.problems import Invalid
from api.terminal import screen


def test_a_refusal_names_each_fault_and_ends_with_2(capsys: pytest.CaptureFixture[str]) -> None:
    faults = [
        {"pointer": "/options/level", "code": "x", "message": "too large"},
        {"table": "usage", "line": 7, "column": "units", "code": "y", "message": "negative"},
    ]

    with pytest.raises(typer.Exit) as end, screen.refusals():
        raise Invalid("Mend these.", errors=faults)

    said = capsys.readouterr()
    assert end.value.exit_code == screen.REFUSED
    assert said.out == ""
    assert "Mend these." in said.err
    assert "/options/level: too large" in said.err
    assert "table usage, line 7, column units: negative" in said.err


def test_what_is_no_refusal_is_not_hidden() -> None:
    with pytest.raises(ZeroDivisionError), screen.refusals():
        raise ZeroDivisionError


def test_names_with_brackets_are_printed_to_the_letter(capsys: pytest.CaptureFixture[str]) -> None:
    screen.say("[bold]seats[/bold]")

    assert capsys.readouterr().out == "[bold]seats[/bold]\n"


def test_a_result_is_told_metric_first_then_worth_then_what_is_missing(
    capsys: pytest.CaptureFixture[str],
) -> None:
    result = {
        "analyses": {
            "unit_worth": {"sentences": ["It is worth 5."]},
            "value_metrics": {"sentences": ["Take seats."]},
        },
        "missing": [{"kind": "tiers", "tables": ["price_book"], "unlocks": "menus", "cheapest": "an export"}],
        "failed": [{"kind": "growth", "reason": "no month"}],
    }

    screen.show_result("report", result)

    said = capsys.readouterr().out
    order = [
        said.index(words)
        for words in ("Take seats.", "It is worth 5.", "growth failed", "tiers needs price_book")
    ]
    assert order == sorted(order)
