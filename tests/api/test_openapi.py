"""The description for old clients says the same in the words of OpenAPI 3.0."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from schemathesis.specs.openapi import definitions

from api.app import create_app
from api.openapi import as_openapi_30, describe
from pricing_service.config import Settings


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
        (
            {"type": "object", "additionalProperties": {}, "propertyNames": {"maxLength": 3}},
            {"type": "object", "additionalProperties": {}},
        ),
        ({"security": [{"Key": ["data:read"]}]}, {"security": [{"Key": []}]}),
        ({"type": "string"}, {"type": "string"}),
    ],
)
def test_each_new_word_has_an_old_one(new: dict[str, object], old: dict[str, object]) -> None:
    assert as_openapi_30({"schema": new})["schema"] == old


def test_the_given_document_is_left_as_it_is() -> None:
    document = {"openapi": "3.1.0", "schema": {"const": 1}}

    as_openapi_30(document)

    assert document == {"openapi": "3.1.0", "schema": {"const": 1}}


@pytest.fixture(scope="module")
def described(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return describe(create_app(Settings(data_folder=tmp_path_factory.mktemp("described"), dev=True)))


def faults(document: dict[str, Any]) -> list[str]:
    """What OpenAPI's own schema of 3.0 finds wrong."""
    found = definitions.OPENAPI_30_VALIDATOR.iter_errors(json.loads(json.dumps(document)))
    return ["/".join(map(str, fault.instance_path)) for fault in found]


def test_the_old_description_is_a_valid_one(described: dict[str, Any]) -> None:
    assert not faults(as_openapi_30(described))


def test_a_new_word_that_nobody_rewrites_is_found(described: dict[str, Any]) -> None:
    schemas = {**described["components"]["schemas"], "Plant": {"type": "object", "patternProperties": {}}}

    planted = as_openapi_30({**described, "components": {**described["components"], "schemas": schemas}})

    assert faults(planted) == ["components/schemas/Plant"]


def test_every_name_is_one_that_apex_takes(described: dict[str, Any]) -> None:
    """Salesforce makes classes and members of them: letters, digits and single underscores, a letter first."""
    old = as_openapi_30(described)
    schemas = old["components"]["schemas"]
    names = {
        *schemas,
        *(name for schema in schemas.values() for name in schema.get("properties", {})),
        *(operation["operationId"] for path in old["paths"].values() for operation in path.values()),
    }

    assert [name for name in names if not re.fullmatch(r"[A-Za-z](?:_?[A-Za-z0-9])*", name)] == []
    lower = [name.lower() for name in schemas]
    assert len(lower) == len(set(lower)), "Apex does not tell upper from lower case"


def test_no_read_has_a_body_and_the_whole_fits_into_salesforce(described: dict[str, Any]) -> None:
    old = as_openapi_30(described)

    assert not [path for path, methods in old["paths"].items() if "requestBody" in methods.get("get", {})]
    assert len(json.dumps(old)) < 10_000_000, "what Salesforce takes"
