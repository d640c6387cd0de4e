"""Webhook endpoints: make them, look at what was sent, send it again."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response

from api import answers, webhook_request
from api.door import Door
from api.idempotency import shown_once
from api.keys import Administrator
from api.paging import PageQuery
from api.problems import Conflict, Missing, TooLarge, UnknownCursor, WrongMediaType, responses
from api.webhook_request import EndpointRequest, ReplayRequest
from api.webhooks import WebhookDesk

router = APIRouter(prefix="/v1/webhook-endpoints", route_class=Door, tags=["webhooks"])


def _desk(request: Request) -> WebhookDesk:
    desk: WebhookDesk = request.app.state.webhooks
    return desk


Desk = Annotated[WebhookDesk, Depends(_desk)]
Endpoint = Annotated[EndpointRequest, Depends(webhook_request.received_endpoint)]
Replay = Annotated[ReplayRequest, Depends(webhook_request.received_replay)]
_secret_once = [Depends(shown_once("secret"))]


@router.post(
    "",
    status_code=201,
    dependencies=_secret_once,
    response_model=answers.WebhookEndpointWithSecret,
    responses=responses(Conflict, TooLarge, WrongMediaType),
    openapi_extra={"requestBody": webhook_request.endpoint_body()},
)
def create_webhook_endpoint(*, caller: Administrator, asked: Endpoint, desk: Desk, response: Response) -> Any:
    """Make an endpoint; its signing secret is shown this once."""
    made = desk.create(caller.workspace_id, asked, by=caller.name)
    response.headers["location"] = f"/v1/webhook-endpoints/{made['id']}"
    return made


@router.get("", response_model=answers.WebhookEndpointPage, responses=responses(UnknownCursor))
def list_webhook_endpoints(caller: Administrator, page: PageQuery, desk: Desk) -> Any:
    """List the endpoints, newest first."""
    return desk.page(caller.workspace_id, page)


@router.get("/{endpoint_id}", response_model=answers.WebhookEndpoint, responses=responses(Missing))
def read_webhook_endpoint(caller: Administrator, endpoint_id: str, desk: Desk) -> Any:
    """Show one endpoint, and why nothing is sent where that is so."""
    return desk.read(caller.workspace_id, endpoint_id)


@router.put(
    "/{endpoint_id}",
    response_model=answers.WebhookEndpoint,
    responses=responses(Missing, TooLarge, WrongMediaType),
    openapi_extra={"requestBody": webhook_request.endpoint_body()},
)
def replace_webhook_endpoint(caller: Administrator, endpoint_id: str, asked: Endpoint, desk: Desk) -> Any:
    """Give an endpoint another address and other events; a disabled one is enabled again."""
    return desk.replace(caller.workspace_id, endpoint_id, asked)


@router.delete("/{endpoint_id}", status_code=204, responses=responses(Missing))
def delete_webhook_endpoint(caller: Administrator, endpoint_id: str, desk: Desk) -> None:
    """Forget an endpoint and what was sent there."""
    desk.delete(caller.workspace_id, endpoint_id)


@router.post(
    "/{endpoint_id}/rotate",
    dependencies=_secret_once,
    response_model=answers.WebhookEndpointWithSecret,
    responses=responses(Missing, Conflict),
)
def rotate_webhook_secret(caller: Administrator, endpoint_id: str, desk: Desk) -> Any:
    """Begin a new signing secret, shown this once; the one before signs beside it for 24 hours."""
    return desk.rotate(caller.workspace_id, endpoint_id)


@router.post(
    "/{endpoint_id}/test",
    status_code=202,
    response_model=answers.WebhookDelivery,
    responses=responses(Missing, Conflict),
)
def test_webhook_endpoint(caller: Administrator, endpoint_id: str, desk: Desk) -> Any:
    """Send an event of type `webhook.test`, which tells of nothing."""
    return desk.test(caller.workspace_id, endpoint_id)


@router.post(
    "/{endpoint_id}/replay",
    status_code=202,
    response_model=answers.WebhookReplay,
    responses=responses(Missing, Conflict, TooLarge, WrongMediaType),
    openapi_extra={"requestBody": webhook_request.replay_body()},
)
def replay_webhooks(caller: Administrator, endpoint_id: str, asked: Replay, desk: Desk) -> Any:
    """Send every event since a moment again, also those that never came: each under its own id."""
    return desk.replay(caller.workspace_id, endpoint_id, asked)


@router.get(
    "/{endpoint_id}/deliveries",
    response_model=answers.WebhookDeliveryPage,
    responses=responses(Missing, UnknownCursor),
)
def list_webhook_deliveries(*, caller: Administrator, endpoint_id: str, page: PageQuery, desk: Desk) -> Any:
    """List what was sent there, newest event first, with its latest attempts and when the next one comes."""
    return desk.deliveries(caller.workspace_id, endpoint_id, page)


@router.get(
    "/{endpoint_id}/deliveries/{event_id}",
    response_model=answers.WebhookDelivery,
    responses=responses(Missing),
)
def read_webhook_delivery(*, caller: Administrator, endpoint_id: str, event_id: str, desk: Desk) -> Any:
    """Show what has become of one event."""
    return desk.delivery(caller.workspace_id, endpoint_id, event_id)


@router.post(
    "/{endpoint_id}/deliveries/{event_id}/replay",
    status_code=202,
    response_model=answers.WebhookDelivery,
    responses=responses(Missing, Conflict),
)
def replay_webhook_delivery(*, caller: Administrator, endpoint_id: str, event_id: str, desk: Desk) -> Any:
    """Send one event again, under the same id."""
    return desk.replay_one(caller.workspace_id, endpoint_id, event_id)
