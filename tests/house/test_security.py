"""What security.md maps exists, and what source alone can show holds."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from api.app import create_app
from pricing_service.config import Settings
from tests.house.tree import PACKAGES, ROOT, sources

RUNS_TEXT = {
    "eval",
    "exec",
    "compile",
    "pickle.load",
    "pickle.loads",
    "joblib.load",
    "yaml.unsafe_load",
    "os.system",
}


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Any]:
    return create_app(Settings(data_folder=tmp_path_factory.mktemp("described"), dev=True)).openapi()


def unfounded(page: str) -> list[str]:
    """Tests that a page names and that are not there."""
    named = re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", page)
    return [
        f"{path}::{test}"
        for path, test in named
        if not (ROOT / path).exists() or (test and f"def {test}(" not in (ROOT / path).read_text("utf-8"))
    ]


def test_every_test_that_the_map_names_is_there() -> None:
    page = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")

    assert page.count("::test_") > 40
    assert not unfounded(page)
    assert unfounded("`tests/house/test_security.py::test_that_nobody_wrote`")


def test_every_line_of_the_map_has_a_test_or_says_that_it_is_open() -> None:
    page = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
    lines = [line for line in page.splitlines() if line.startswith("| ") and not line.startswith("| item")]

    assert not [
        line
        for line in lines
        if not line.startswith("| ---") and "`tests/" not in line and "**open**" not in line
    ]


def test_no_body_takes_a_field_that_it_does_not_name(document: Mapping[str, Any]) -> None:
    bodies = [
        (path, content["schema"])
        for path, methods in document["paths"].items()
        for operation in methods.values()
        for kind, content in operation.get("requestBody", {}).get("content", {}).items()
        if kind == "application/json"
    ]
    assert len(bodies) >= 6

    loose = {
        (path, tuple(shape["properties"]))
        for path, schema in bodies
        for shape in _objects(document, schema, set())
        if shape.get("additionalProperties") is not False
    }

    assert not loose


def _objects(document: Mapping[str, Any], schema: Any, seen: set[str]) -> Iterator[Mapping[str, Any]]:
    """Every object with named fields inside a schema."""
    if isinstance(schema, list):
        for item in schema:
            yield from _objects(document, item, seen)
    if not isinstance(schema, dict):
        return
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        if name not in seen:
            yield from _objects(document, document["components"]["schemas"][name], seen | {name})
        return
    if "properties" in schema:
        yield schema
        yield from _objects(document, list(schema["properties"].values()), seen)
    # An object that takes no other field takes none under a further condition either: `allOf` only narrows it.
    closed = {"allOf"} if schema.get("additionalProperties") is False else set()
    for word in {"items", "additionalProperties", "anyOf", "oneOf", "allOf"} - closed:
        yield from _objects(document, schema.get(word), seen)


def test_no_text_is_run_as_code_and_nothing_is_unpickled() -> None:
    calls = [
        f"{source.path}:{node.lineno} {ast.unparse(node.func)}"
        for source in sources(*PACKAGES)
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func) in RUNS_TEXT
    ]

    assert not calls, "\n".join(calls)


def test_hashes_of_keys_are_compared_in_constant_time() -> None:
    compared = [
        f"{source.path}:{node.lineno}"
        for source in sources("api", "pricing_service")
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Compare) and "token_hash" in ast.unparse(node)
    ]
    keys = (ROOT / "pricing_service" / "storage" / "workspaces_and_keys.py").read_text(encoding="utf-8")

    assert not compared
    assert "hmac.compare_digest(row.token_hash" in keys


def test_no_door_sets_or_reads_a_cookie() -> None:
    found = [
        f"{source.path}:{number}"
        for source in sources("api")
        for number, line in enumerate((Path(ROOT) / source.path).read_text("utf-8").splitlines(), 1)
        if "cookie" in line.lower()
    ]

    assert not found
