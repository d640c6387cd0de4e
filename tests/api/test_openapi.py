"""The description for old clients says the same in the words of OpenAPI 3.0."""

from __future__ import annotations

import pytest

from api.openapi import as_openapi_30


@pytest.mark.parametrize(
    ("new", "old"),
    [
        ({"anyOf": [{"type": "string"}, {"type": "null"}]}, {"type": "string", "nullable": True}),
        (
            {"anyOf": [{"$ref": "#/a"}, {"type": "null"}], "title": "A"},
            {"title": "A", "allOf": [{"$ref": "#/a"}], "nullable": True},
        ),
        (
            {"anyOf": [{"type": "string"}, {"type": "integer"}, {"type": "null"}]},
            {"anyOf": [{"type": "string"}, {"type": "integer"}], "nullable": True},
        ),
        ({"const": "report"}, {"enum": ["report"]}),
        ({"exclusiveMinimum": 0.5}, {"minimum": 0.5, "exclusiveMinimum": True}),
        ({"prefixItems": [{"type": "number"}]}, {"items": {"anyOf": [{"type": "number"}]}}),
        (
            {"type": "string", "contentMediaType": "application/octet-stream"},
            {"type": "string", "format": "binary"},
        ),
        ({"type": ["string", "number"]}, {"anyOf": [{"type": "string"}, {"type": "number"}]}),
        ({"type": "string"}, {"type": "string"}),
    ],
)
def test_each_new_word_has_an_old_one(new: dict[str, object], old: dict[str, object]) -> None:
    assert as_openapi_30({"schema": new})["schema"] == old


def test_the_given_document_is_left_as_it_is() -> None:
    document = {"openapi": "3.1.0", "schema": {"const": 1}}

    as_openapi_30(document)

    assert document == {"openapi": "3.1.0", "schema": {"const": 1}}
