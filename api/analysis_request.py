"""What `POST /v1/analyses` takes: one shape a kind, made from the kinds that are there."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Union

from fastapi import Request
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, create_model

from api.json_body import LARGEST_INTEGER, checked, read_json
from pricing_service.decisions import DECISIONS
from pricing_service.decisions._base import Options

_REFERENCE = "#/components/schemas/{model}"


class AnalysisRequest(BaseModel):
    """What every kind's request has; `kind` and `options` are added for each."""

    model_config = ConfigDict(extra="forbid")

    dataset: str = Field(min_length=1, max_length=100, description="a dataset's id")
    kind: str
    options: Options = Options()
    seed: int = Field(0, ge=0, le=LARGEST_INTEGER, description="the same seed gives the same result")


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
    return parse(await read_json(request))


def parse(document: object) -> AnalysisRequest:
    """Check one request, a JSON document.

    Examples
    --------
    >>> parse({"dataset": "ds_1", "kind": "report", "seed": 7.0}).seed
    7
    """
    return checked(_ADAPTER, document)


def request_body() -> dict[str, Any]:
    """Describe the body for the OpenAPI document."""
    schema = _ADAPTER.json_schema(ref_template=_REFERENCE)
    schema.pop("$defs", None)
    return {"required": True, "content": {"application/json": {"schema": schema}}}


def definitions() -> dict[str, Any]:
    """Return the schemas that `request_body` refers to."""
    found: dict[str, Any] = _ADAPTER.json_schema(ref_template=_REFERENCE).get("$defs", {})
    return found
