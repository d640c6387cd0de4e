"""Tools, made from the rows of `OFFERED` and the API's own description."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from api.agents.offered import OFFERED, Offer

USUAL_PAGE = 20
"""Items on a page unless asked otherwise: models pay for what they read."""
_IDEMPOTENCY = {
    "type": "string",
    "minLength": 1,
    "maxLength": 255,
    "pattern": "^[!-~]+$",
    "description": "a name for this request, of your choice: the same again within 24 hours does nothing twice",
}
_PART = {
    "pointer": {
        "type": "string",
        "default": "",
        "description": "only this part of the answer: a JSON pointer, such as /result/ranking",
    },
    "start": {
        "type": "integer",
        "minimum": 0,
        "default": 0,
        "description": "where a long list or object at the pointer begins",
    },
}
Schema = dict[str, Any]


@dataclass(frozen=True)
class Tool:
    """One tool, and the request that answers it.

    Parameters
    ----------
    offer
        Its row of the table.
    method, path
        The request.
    in_path, in_query, in_body
        Which arguments go where.
    input_schema
        What it takes.
    """

    offer: Offer
    method: str
    path: str
    in_path: tuple[str, ...]
    in_query: tuple[str, ...]
    in_body: tuple[str, ...]
    input_schema: Schema

    @property
    def name(self) -> str:
        """The operation's name."""
        return self.offer.operation

    @property
    def reads(self) -> bool:
        """Whether it changes nothing."""
        return self.method == "GET"

    @property
    def paged(self) -> bool:
        """Whether it answers pages of a list."""
        return "cursor" in self.in_query


def catalogue(document: Mapping[str, Any], offers: Sequence[Offer] = OFFERED) -> dict[str, Tool]:
    """Make the tools that a service's OpenAPI document knows, by name.

    An operation that an older service does not have is left out.
    """
    found = {
        operation["operationId"]: (method.upper(), path, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    }
    schemas = document["components"]["schemas"]
    return {
        offer.operation: _tool(offer, *found[offer.operation], schemas=schemas)
        for offer in offers
        if offer.operation in found
    }


def _tool(offer: Offer, method: str, path: str, operation: Schema, *, schemas: Schema) -> Tool:
    parameters = [each for each in operation.get("parameters", []) if each["in"] != "header"]
    body: Schema = _merged(_resolved(_body(operation), schemas))
    properties = {each["name"]: _parameter(each) for each in parameters} | body.get("properties", {})
    required = [each["name"] for each in parameters if each.get("required")] + body.get("required", [])
    query = tuple(each["name"] for each in parameters if each["in"] == "query")
    if method != "GET":
        properties["idempotency_key"] = _IDEMPOTENCY
        required.append("idempotency_key")
    elif not offer.link:
        properties |= _PART
    if "limit" in properties:
        properties["limit"] = {**properties["limit"], "default": USUAL_PAGE}
    return Tool(
        offer=offer,
        method=method,
        path=path,
        in_path=tuple(each["name"] for each in parameters if each["in"] == "path"),
        in_query=query,
        in_body=tuple(body.get("properties", {})),
        input_schema={
            "type": "object",
            "properties": properties,
            "required": required,
            "additionalProperties": False,
        },
    )


def _parameter(described: Schema) -> Schema:
    told = {"description": described["description"]} if "description" in described else {}
    return {**_untitled(described["schema"]), **told}


def _body(operation: Schema) -> Schema:
    schema: Schema = (
        operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    )
    return schema


def _resolved(node: Any, schemas: Schema) -> Any:
    """Write out what is referred to: a tool's schema stands alone."""
    if isinstance(node, list):
        return [_resolved(item, schemas) for item in node]
    if not isinstance(node, dict):
        return node
    if isinstance(node.get("$ref"), str):
        return _resolved(schemas[node["$ref"].rpartition("/")[2]], schemas)
    return {key: _resolved(value, schemas) for key, value in _untitled(node).items()}


def _untitled(schema: Schema) -> Schema:
    """Leave out the title that repeats a field's name; a field that is called `title` stays."""
    return {key: value for key, value in schema.items() if key != "title" or not isinstance(value, str)}


def _merged(body: Schema) -> Schema:
    """Write shapes to choose from as one object: many clients take no choice at the top.

    Examples
    --------
    >>> shapes = [{"properties": {"kind": {"const": kind}}, "required": ["kind"]} for kind in ("tiers", "raises")]
    >>> _merged({"oneOf": shapes})
    {'properties': {'kind': {'type': 'string', 'enum': ['tiers', 'raises']}}, 'required': ['kind']}
    """
    shapes: list[Schema] = body.get("oneOf", [])
    if not shapes:
        return body
    names = list(dict.fromkeys(name for shape in shapes for name in shape["properties"]))
    required = [name for name in names if all(name in shape.get("required", []) for shape in shapes)]
    return {"properties": {name: _one_of(name, shapes) for name in names}, "required": required}


def _one_of(name: str, shapes: list[Schema]) -> Schema:
    """Describe a field that differs between shapes; the service says what is wrong with a value."""
    fields: list[Schema] = [shape["properties"][name] for shape in shapes if name in shape["properties"]]
    if all("const" in field for field in fields):
        return {"type": "string", "enum": [field["const"] for field in fields]}
    if all(field == fields[0] for field in fields):
        return fields[0]
    named = [
        f"{shape['properties'].get('kind', {}).get('const', 'any')}: {', '.join(field.get('properties', {}))}"
        for shape, field in zip(shapes, fields, strict=True)
    ]
    return {"type": "object", "description": "by kind: " + "; ".join(named)}
