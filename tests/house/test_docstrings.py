"""Every file says in its first line why it exists, and every estimator shows how it is used."""

from __future__ import annotations

import ast

from tests.house.tree import PACKAGES, sources


def test_every_file_says_in_one_line_why_it_exists() -> None:
    breaches = []
    for source in sources(*PACKAGES, "tests"):
        first_line = (ast.get_docstring(source.tree) or "").split("\n", 1)[0]
        if source.text.strip() and not first_line.endswith((".", ":", "?")):
            breaches.append(f"{source.path}: {first_line!r}")

    assert not breaches, "\n".join(breaches)


def test_everything_public_is_documented_where_numbers_are_made() -> None:
    breaches = []
    for source in sources("models", "pricing_service", "experiments"):
        public = [
            node
            for scope in [source.tree, *(n for n in source.tree.body if isinstance(n, ast.ClassDef))]
            for node in scope.body
            if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
            and not node.name.startswith("_")
        ]
        breaches += [
            f"{source.path}:{node.lineno} {node.name}" for node in public if not ast.get_docstring(node)
        ]

    assert not breaches, "\n".join(breaches)


def test_every_estimator_shows_an_example_that_runs() -> None:
    """An estimator is a public class of models/ with a `fit`; the doctests run its example."""
    breaches = [
        f"{source.path}:{node.lineno} {node.name}"
        for source in sources("models")
        for node in source.tree.body
        if isinstance(node, ast.ClassDef) and _is_estimator(node)
        if ">>>" not in (ast.get_docstring(node) or "")
    ]

    assert not breaches, "\n".join(breaches)


def _is_estimator(node: ast.ClassDef) -> bool:
    fits = any(isinstance(item, ast.FunctionDef) and item.name == "fit" for item in node.body)
    abstract = any(isinstance(base, ast.Name) and base.id in {"ABC", "Protocol"} for base in node.bases)
    return fits and not abstract and not node.name.startswith("_")
