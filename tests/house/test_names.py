"""Names say what a thing is, and a test is found where its source is."""

from __future__ import annotations

import ast
from pathlib import PurePath

from tests.house.tree import PACKAGES, ROOT, sources

EMPTY_WORDS = {"util", "utils", "helper", "helpers", "common", "misc", "shared", "stuff"}


def test_no_module_has_a_name_that_says_nothing() -> None:
    paths = [PurePath(source.path) for source in sources(*PACKAGES, "tests")]

    breaches = [
        str(path) for path in paths if EMPTY_WORDS & {part.strip("_") for part in path.with_suffix("").parts}
    ]

    assert not breaches, "\n".join(breaches)


def test_a_test_is_found_where_its_source_is() -> None:
    """At least 95 % of the modules are mirrored by tests/<package>/…/test_<module>.py.

    Modules with a leading underscore are bases of families, which the contract suites test through their
    members; migrations are tested by running them all.
    """
    modules = [
        PurePath(source.path)
        for source in sources(*PACKAGES)
        if any(True for _ in source.functions())
        and not PurePath(source.path).name.startswith("_")
        and "migrations" not in source.path
    ]

    missing = [str(path) for path in modules if not (ROOT / "tests" / _mirror(path)).exists()]

    assert len(missing) <= 0.05 * len(modules), "\n".join(missing)


def _mirror(path: PurePath) -> PurePath:
    return path.with_name(f"test_{path.name}")


def test_tests_are_named_by_a_sentence_about_behaviour() -> None:
    breaches = [
        f"{source.path}:{function.lineno} {function.name}"
        for source in sources("tests")
        for function in source.functions()
        if function.name.startswith("test_") and len(function.name.split("_")) < 4
    ]

    assert not breaches, "\n".join(breaches)


def test_no_name_hides_a_builtin() -> None:
    hidden = {"list", "id", "type", "filter", "input", "format", "sum", "min", "max", "all", "any", "hash"}

    breaches = [
        f"{source.path}:{function.lineno} {function.name}"
        for source in sources(*PACKAGES)
        for node in source.tree.body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        for function in [node]
        if function.name in hidden
    ]

    assert not breaches, "\n".join(breaches)
