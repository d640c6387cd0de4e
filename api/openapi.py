"""The API's description: OpenAPI 3.1, and 3.0 for the clients that know no other."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from api import analysis_request, price_book_request, proposal_request, webhook_request
from api.answers import Fault, Problem
from api.idempotency import LONGEST_KEY

_REFERENCE = "#/components/schemas/{model}"
_IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "repeating a POST with the same key replays its answer for 24 hours",
    "schema": {"type": "string", "minLength": 1, "maxLength": LONGEST_KEY, "pattern": "^[!-~]+$"},
}
Document = dict[str, Any]


def describe(app: FastAPI) -> Document:
    """Write the OpenAPI 3.1 document of an application; it is made once."""
    if app.openapi_schema is None:
        document = get_openapi(
            title=app.title, version=app.version, description=app.description, routes=app.routes
        )
        schemas = document.setdefault("components", {}).setdefault("schemas", {})
        schemas["Fault"] = Fault.model_json_schema()
        schemas["Problem"] = Problem.model_json_schema(ref_template=_REFERENCE)
        schemas["Problem"].pop("$defs", None)
        for bodies in (analysis_request, price_book_request, proposal_request, webhook_request):
            schemas.update(bodies.definitions())
        for path in document["paths"].values():
            if "post" in path:
                path["post"].setdefault("parameters", []).append(_IDEMPOTENCY_KEY)
        app.openapi_schema = document
    return app.openapi_schema


def as_openapi_30(document: Document) -> Document:
    """Rewrite a 3.1 document in the words of 3.0.3.

    Examples
    --------
    >>> as_openapi_30({"openapi": "3.1.0", "schema": {"anyOf": [{"type": "string"}, {"type": "null"}]}})
    {'openapi': '3.0.3', 'schema': {'type': 'string', 'nullable': True}}
    """
    rewritten: Document = _rewrite({**document, "openapi": "3.0.3"})
    return rewritten


def _rewrite(node: Any) -> Any:
    if isinstance(node, list):
        return [_rewrite(item) for item in node]
    if not isinstance(node, dict):
        return node
    written = {key: _rewrite(value) for key, value in node.items()}
    for step in (_types, _nullable, _constant, _bounds, _tuple, _names, _binary, _roles):
        written = step(written)
    return written


def _types(node: Document) -> Document:
    """Write a list of types as a choice."""
    if not isinstance(node.get("type"), list):
        return node
    others = {key: value for key, value in node.items() if key != "type"}
    return {**others, "anyOf": [{"type": name} for name in node["type"]]}


def _nullable(node: Document) -> Document:
    """Write ``anyOf: [X, null]`` as X with ``nullable``."""
    choices = node.get("anyOf")
    if not isinstance(choices, list) or {"type": "null"} not in choices:
        return node
    rest = [choice for choice in choices if choice != {"type": "null"}]
    others = {key: value for key, value in node.items() if key != "anyOf"}
    if len(rest) == 1 and "$ref" not in rest[0]:
        return {**others, **rest[0], "nullable": True}
    # 3.0 ignores what stands beside a $ref.
    return {**others, "allOf" if len(rest) == 1 else "anyOf": rest, "nullable": True}


def _constant(node: Document) -> Document:
    if "const" in node:
        node = {**node, "enum": [node["const"]]}
        del node["const"]
    return node


def _bounds(node: Document) -> Document:
    """Write a number as exclusive bound as the bound and a flag."""
    for exclusive, bound in (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")):
        if isinstance(node.get(exclusive), int | float) and not isinstance(node[exclusive], bool):
            node = {**node, bound: node[exclusive], exclusive: True}
    return node


def _tuple(node: Document) -> Document:
    """Write ``prefixItems``, which 3.0 lacks, as an array of any of its items."""
    if "prefixItems" not in node:
        return node
    node = {**node, "items": {"anyOf": node["prefixItems"]}}
    del node["prefixItems"]
    return node


def _names(node: Document) -> Document:
    """Leave out what the names of a map must be like: 3.0 has no word for it, and the service checks it anyway."""
    if "propertyNames" in node and "additionalProperties" in node:
        node = {key: value for key, value in node.items() if key != "propertyNames"}
    return node


def _roles(node: Document) -> Document:
    """Leave out the scopes of a bearer key, which 3.0 allows for OAuth alone."""
    if isinstance(node.get("security"), list):
        node = {**node, "security": [{name: [] for name in way} for way in node["security"]]}
    return node


def _binary(node: Document) -> Document:
    if "contentMediaType" in node:
        node = {**node, "format": "binary"}
        del node["contentMediaType"]
    return node
