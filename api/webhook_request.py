"""What the webhooks' routes take: an endpoint, and since when to send again."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Request
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, TypeAdapter

from api.json_body import checked, read_json
from pricing_service.storage.webhooks import EventType
from pricing_service.webhooks.targets import LONGEST_URL

_REFERENCE = "#/components/schemas/{model}"


class EndpointRequest(BaseModel):
    """Where to send which events."""

    model_config = ConfigDict(extra="forbid")

    url: Annotated[str, Field(min_length=1, max_length=LONGEST_URL, description="https, a public host")]
    events: Annotated[list[EventType], Field(min_length=1, max_length=20, description="the types to send")]


class ReplayRequest(BaseModel):
    """Since when to send everything again."""

    model_config = ConfigDict(extra="forbid")

    since: AwareDatetime = Field(description="with a time zone; events are kept for 30 days")


_ENDPOINT: TypeAdapter[EndpointRequest] = TypeAdapter(EndpointRequest)
_REPLAY: TypeAdapter[ReplayRequest] = TypeAdapter(ReplayRequest)


async def received_endpoint(request: Request) -> EndpointRequest:
    """Receive an endpoint."""
    return checked(_ENDPOINT, await read_json(request))


async def received_replay(request: Request) -> ReplayRequest:
    """Receive since when to send again."""
    return checked(_REPLAY, await read_json(request))


def endpoint_body() -> dict[str, Any]:
    """Describe an endpoint's body for the OpenAPI document."""
    return _body(_ENDPOINT)


def replay_body() -> dict[str, Any]:
    """Describe a replay's body for the OpenAPI document."""
    return _body(_REPLAY)


def definitions() -> dict[str, Any]:
    """Return the schemas that the bodies refer to."""
    found: dict[str, Any] = {}
    adapters: tuple[TypeAdapter[Any], ...] = (_ENDPOINT, _REPLAY)
    for adapter in adapters:
        found |= adapter.json_schema(ref_template=_REFERENCE).get("$defs", {})
    return found


def _body(adapter: TypeAdapter[Any]) -> dict[str, Any]:
    schema = adapter.json_schema(ref_template=_REFERENCE)
    schema.pop("$defs", None)
    return {"required": True, "content": {"application/json": {"schema": schema}}}
