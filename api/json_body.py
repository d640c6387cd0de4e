"""JSON bodies that are checked against a shape: numbers must be numbers and words words."""

from __future__ import annotations

import json
from typing import Any, TypeVar

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import TypeAdapter, ValidationError

from api import strict_json
from api.problems import WrongMediaType

# Integers above this one lose their last digits in most JSON readers.
LARGEST_INTEGER = 2**53 - 1

Shape = TypeVar("Shape")


def media_type(request: Request) -> str:
    """Return the body's media type without its parameters, in lower case."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


async def read_json(request: Request) -> Any:
    """Read a JSON body.

    Raises
    ------
    WrongMediaType
        If it says to be something else.
    Malformed
        If it is not JSON.
    """
    if media_type(request) != "application/json":
        raise WrongMediaType("Send application/json.")
    return strict_json.loads(await request.body())


def exactly_one(**kinds: str) -> dict[str, Any]:
    """Say in a schema that one of some fields is given and no other: those are left out, or null.

    Parameters
    ----------
    kinds
        Field → its JSON type where it is given.

    Examples
    --------
    >>> exactly_one(dataset="string")
    {'allOf': [{'oneOf': [{'required': ['dataset'], 'properties': {'dataset': {'type': 'string'}}}]}]}
    """
    given = [{"required": [name], "properties": {name: {"type": kind}}} for name, kind in kinds.items()]
    return {"allOf": [{"oneOf": given}]}


def not_both(**kinds: str) -> dict[str, Any]:
    """Say in a schema that some fields are not given together.

    Examples
    --------
    >>> not_both(a="string")
    {'not': {'required': ['a'], 'properties': {'a': {'type': 'string'}}}}
    """
    return {
        "not": {"required": list(kinds), "properties": {name: {"type": kind} for name, kind in kinds.items()}}
    }


def checked(adapter: TypeAdapter[Shape], document: object) -> Shape:
    """Check a document against a shape.

    Raises
    ------
    RequestValidationError
        With a pointer to each fault.
    """
    try:
        return adapter.validate_json(json.dumps(_whole(document)), strict=True)
    except ValidationError as error:
        listed = error.errors(include_url=False, include_input=False, include_context=False)
        raise RequestValidationError(
            [{**fault, "loc": ("body", *fault["loc"])} for fault in listed]
        ) from error


def _whole(document: object) -> object:
    """Write 7.0 as 7: they are the same number in JSON, and not to a strict reader of integers."""
    if isinstance(document, float) and document.is_integer() and abs(document) <= LARGEST_INTEGER:
        return int(document)
    if isinstance(document, dict):
        return {key: _whole(value) for key, value in document.items()}
    if isinstance(document, list):
        return [_whole(value) for value in document]
    return document
