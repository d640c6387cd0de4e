"""The operations of an OpenAPI document, read for the matrices: which there are, and what they are asked with."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Document = Mapping[str, Any]


@dataclass(frozen=True)
class Operation:
    """One method of one path."""

    name: str
    method: str
    path: str
    described: Mapping[str, Any]

    @property
    def parts(self) -> tuple[str, ...]:
        """The names in the path, such as `dataset_id`."""
        return tuple(re.findall(r"\{(\w+)\}", self.path))

    @property
    def scopes(self) -> list[str]:
        """What a key needs, as the document says it; nothing: open to all."""
        return [scope for way in self.described.get("security", []) for scope in way["Key"]]

    @property
    def media_types(self) -> list[str]:
        """What it can answer with when all is well."""
        return sorted({kind for status in ("200", "201", "202")
                       for kind in self.described["responses"].get(status, {}).get("content", {})})  # fmt: skip

    def filled(self, values: Mapping[str, str]) -> str:
        """The path with every name replaced; a name without a value is a missing row of the matrix."""
        without = [part for part in self.parts if part not in values]
        assert not without, f"no object is known for {without} of {self.method} {self.path}: give it a row"
        return self.path.format(**values)


def operations(document: Document) -> dict[str, Operation]:
    """Every operation of a document by its name."""
    listed = [
        Operation(described["operationId"], method.upper(), path, described)
        for path, methods in document["paths"].items()
        for method, described in methods.items()
    ]
    return {operation.name: operation for operation in listed}


def resources(document: Document) -> set[str]:
    """What the objects of the API are called in a body: `/v1/price-books/…` → `price_book`."""
    segments = {
        segment for path in document["paths"] for segment in path.split("/")[2:] if "{" not in segment
    }
    return {_one(segment.replace("-", "_")) for segment in segments if segment.endswith("s")}


def _one(plural: str) -> str:
    return plural[:-2] + "is" if plural.endswith("yses") else plural.removesuffix("s")


def references(document: Document) -> set[tuple[str, str]]:
    """Every (operation, field) of a JSON body that names an object of the API."""
    words = resources(document)
    return {
        (operation.name, field)
        for operation in operations(document).values()
        for field in _fields(document, _body(operation))
        if field in words
    }


def _body(operation: Operation) -> Mapping[str, Any]:
    content = operation.described.get("requestBody", {}).get("content", {})
    schema: Mapping[str, Any] = content.get("application/json", {}).get("schema", {})
    return schema


def _fields(document: Document, schema: Mapping[str, Any]) -> Iterator[str]:
    """The fields of a body itself, whichever of its shapes is taken."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        yield from _fields(document, document["components"]["schemas"][name])
    yield from schema.get("properties", {})
    for choice in [*schema.get("oneOf", []), *schema.get("anyOf", []), *schema.get("allOf", [])]:
        yield from _fields(document, choice)
