"""Routes parse, call one thing, and answer: a reader sees the API without reading the product."""

from __future__ import annotations

import ast
import statistics

from tests.house.tree import Function, is_route, sources


def routes() -> list[tuple[str, Function]]:
    return [
        (source.path, function)
        for source in sources("api/routes")
        for function in source.functions()
        if is_route(function)
    ]


def statements(function: Function) -> int:
    """Statements of the body, those inside blocks too, without the docstring."""
    inside = sum(isinstance(node, ast.stmt) for child in function.body for node in ast.walk(child))
    return inside - (ast.get_docstring(function) is not None)


def test_routes_are_thin() -> None:
    counts = sorted(statements(function) for _, function in routes())

    assert counts, "no route was found: the rule looks in the wrong place"
    assert statistics.median(counts) <= 3
    assert counts[int(0.9 * len(counts))] <= 5
    assert counts[-1] <= 8


def test_routes_do_no_arithmetic_and_no_query() -> None:
    breaches = [
        f"{path}:{node.lineno}"
        for path, function in routes()
        for child in function.body
        for node in ast.walk(child)
        if (isinstance(node, ast.BinOp) and not isinstance(node.op, ast.BitOr))
        or (
            isinstance(node, ast.Call)
            and ast.unparse(node.func) in {"select", "insert", "update", "delete", "text"}
        )
    ]

    assert not breaches, "\n".join(breaches)


def test_every_route_declares_what_it_answers_in_words() -> None:
    breaches = [f"{path}:{function.lineno}" for path, function in routes() if not ast.get_docstring(function)]

    assert not breaches, "\n".join(breaches)
