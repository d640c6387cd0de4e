"""What `POST /v1/analyses` takes: one shape a kind, made from the kinds that are there."""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal, Union

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, create_model

from api import strict_json
from api.problems import WrongMediaType
from pricing_service.decisions import DECISIONS
from pricing_service.decisions._base import Options

# Integers above this one lose their last digits in most JSON readers.
_LARGEST_SEED = 2**53 - 1
_REFERENCE = "#/components/schemas/{model}"


class AnalysisRequest(BaseModel):
    """What every kind's request has; `kind` and `options` are added for each."""

    model_config = ConfigDict(extra="forbid")

    dataset: str = Field(min_length=1, max_length=100, description="a dataset's id")
    kind: str
    options: Options = Options()
    seed: int = Field(0, ge=0, le=_LARGEST_SEED, description="the same seed gives the same result")


def _shape(kind: str, options: type[Options]) -> type[AnalysisRequest]:
    name = "".join(word.capitalize() for word in kind.split("_"))
    fields: dict[str, Any] = {"kind": (Literal[kind], ...), "options": (options, options())}
    return create_model(f"{name}Request", __base__=AnalysisRequest, **fields)


_SHAPES = [_shape(kind, decision.options) for kind, decision in DECISIONS.items()]
_ANY_SHAPE: Any = Annotated[Union[tuple(_SHAPES)], Field(discriminator="kind")]  # noqa: UP007  made at run time
_ADAPTER: TypeAdapter[AnalysisRequest] = TypeAdapter(_ANY_SHAPE)


async def read_analysis_request(request: Request) -> AnalysisRequest:
    """Read the body; numbers must be numbers and words words.

    Raises
    ------
    RequestValidationError
        With a pointer to each fault: an unknown kind, an unknown option, a value out of range.
    """
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise WrongMediaType("Send application/json.")
    return parse(strict_json.loads(await request.body()))


def parse(document: object) -> AnalysisRequest:
    """Check one request, a JSON document.

    Examples
    --------
    >>> parse({"dataset": "ds_1", "kind": "report", "seed": 7.0}).seed
    7
    """
    try:
        return _ADAPTER.validate_json(json.dumps(_whole(document)), strict=True)
    except ValidationError as error:
        listed = error.errors(include_url=False, include_input=False, include_context=False)
        raise RequestValidationError(
            [{**fault, "loc": ("body", *fault["loc"])} for fault in listed]
        ) from error


def _whole(document: object) -> object:
    """Write 7.0 as 7: they are the same number in JSON, and not to a strict reader of integers."""
    if isinstance(document, float) and document.is_integer() and abs(document) <= _LARGEST_SEED:
        return int(document)
    if isinstance(document, dict):
        return {key: _whole(value) for key, value in document.items()}
    if isinstance(document, list):
        return [_whole(value) for value in document]
    return document


def request_body() -> dict[str, Any]:
    """Describe the body for the OpenAPI document."""
    schema = _ADAPTER.json_schema(ref_template=_REFERENCE)
    schema.pop("$defs", None)
    return {"required": True, "content": {"application/json": {"schema": schema}}}


def definitions() -> dict[str, Any]:
    """Return the schemas that `request_body` refers to."""
    found: dict[str, Any] = _ADAPTER.json_schema(ref_template=_REFERENCE).get("$defs", {})
    return found
