"""What operators and machines ask: alive, ready, how busy, and the API's description for old clients."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response

from api.openapi import as_openapi_30, describe
from api.problems import MEDIA_TYPE
from api.readiness import refuse_unless_ready
from pricing_service.storage import Storage

router = APIRouter(tags=["service"])
_SCHEMA = {"schema": {"$ref": "#/components/schemas/Problem"}}


@router.get("/livez")
async def is_alive() -> dict[str, str]:
    """Say that the process lives; looks at nothing else, so that a slow database kills no process."""
    return {"status": "alive"}


@router.get("/readyz", responses={503: {"description": "Not ready", "content": {MEDIA_TYPE: _SCHEMA}}})
def is_ready(request: Request) -> dict[str, str]:
    """Say whether requests can be answered; if not, `errors` name the part, such as `database` or `draining`."""
    refuse_unless_ready(request.app.state.storage, request.app.state.drain)
    return {"status": "ready"}


@router.get("/metrics", response_class=Response, responses={200: {"content": {"text/plain": {}}}})
def read_metrics(request: Request) -> Response:
    """Show the meters in Prometheus' text format."""
    storage: Storage = request.app.state.storage
    waiting = len(storage.analyses.queued(limit=10_000))
    page = request.app.state.meters.page(waiting=waiting, webhooks=storage.webhook_tally.read())
    return Response(page, media_type="text/plain; version=0.0.4")


@router.get("/openapi-3.0.json")
def read_openapi_30(request: Request) -> dict[str, Any]:
    """Describe the API in OpenAPI 3.0, for clients that do not read 3.1."""
    return as_openapi_30(describe(request.app))
