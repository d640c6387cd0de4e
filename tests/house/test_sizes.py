"""Files and functions stay small enough to be read in one sitting."""

from __future__ import annotations

import statistics

import pytest

from tests.house.tree import PACKAGES, Function, code_lines, is_route, parameters, sources


def functions() -> list[tuple[str, Function]]:
    return [(source.path, function) for source in sources(*PACKAGES) for function in source.functions()]


@pytest.mark.parametrize(("folders", "bound"), [(PACKAGES, 300), (("tests",), 400)])
def test_no_file_is_longer_than_its_bound(folders: tuple[str, ...], bound: int) -> None:
    breaches = [f"{source.path}: {source.lines}" for source in sources(*folders) if source.lines > bound]

    assert not breaches, "\n".join(breaches)


def test_the_typical_file_is_read_in_minutes() -> None:
    lines = [source.lines for source in sources(*PACKAGES) if not source.path.endswith("__init__.py")]

    assert statistics.median(lines) <= 150


def test_no_function_has_more_than_45_lines_of_code() -> None:
    breaches = [
        f"{path}:{function.lineno} {function.name}: {code_lines(function)}"
        for path, function in functions()
        if code_lines(function) > 45
    ]

    assert not breaches, "\n".join(breaches)


def test_nine_in_ten_functions_have_at_most_20_lines_of_code() -> None:
    lengths = sorted(code_lines(function) for _, function in functions())

    # Routes and commands may spend lines on declaring their parameters; the bar is about all functions.
    assert lengths[int(0.9 * len(lengths))] <= 20


def test_functions_take_at_most_six_parameters() -> None:
    # A route and a command have one parameter for each thing that the caller may say.
    breaches = [
        f"{path}:{function.lineno} {function.name}: {len(parameters(function))}"
        for path, function in functions()
        if len(parameters(function)) > 6 and not is_route(function) and path != "api/command_line.py"
    ]

    assert not breaches, "\n".join(breaches)
