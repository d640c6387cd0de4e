"""The webhooks' desk: keeps endpoints, shows what became of events, and sends them again."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from api.paging import Page, cursor
from api.webhook_request import EndpointRequest, ReplayRequest
from pricing_service.config import Settings
from pricing_service.storage import Endpoint, NotFound, Storage
from pricing_service.storage.ids import is_id
from pricing_service.webhooks import parse_target, rules_of, signing_secret

_LISTING = "webhook endpoints"
_DELIVERIES = "webhook deliveries"


class WebhookDesk:
    """Everything that the doors do with webhooks.

    Parameters
    ----------
    storage
        Where they live; the worker sends what waits there.
    settings
        Which targets are allowed, and what signing secrets are derived from.
    """

    def __init__(self, storage: Storage, settings: Settings) -> None:
        self._endpoints = storage.webhook_endpoints
        self._deliveries = storage.webhook_deliveries
        self._rules = rules_of(settings)
        self._service_secret = settings.secret_bytes

    def create(self, workspace_id: str, asked: EndpointRequest, *, by: str) -> dict[str, Any]:
        """Make an endpoint, and show its secret.

        Raises
        ------
        TargetRefused
            If webhooks are not sent to such an address.
        """
        parse_target(asked.url, self._rules)
        made = self._endpoints.create(workspace_id, url=asked.url, events=asked.events, by=by)
        return self._with_secret(made)

    def replace(self, workspace_id: str, endpoint_id: str, asked: EndpointRequest) -> dict[str, Any]:
        """Give an endpoint another address and other events; a disabled one is enabled again."""
        self._get(workspace_id, endpoint_id)
        parse_target(asked.url, self._rules)
        return _shown(self._endpoints.replace(workspace_id, endpoint_id, url=asked.url, events=asked.events))

    def read(self, workspace_id: str, endpoint_id: str) -> dict[str, Any]:
        """Show one endpoint."""
        return _shown(self._get(workspace_id, endpoint_id))

    def page(self, workspace_id: str, page: Page) -> dict[str, Any]:
        """Show a page of endpoints, newest first."""
        found = self._endpoints.page(workspace_id, limit=page.limit, cursor=page.after(_LISTING))
        following = found.next_cursor and cursor(_LISTING, found.next_cursor)
        data = [_shown(endpoint) for endpoint in found.rows]
        return {"data": data, "next_cursor": following, "has_more": found.has_more}

    def delete(self, workspace_id: str, endpoint_id: str) -> None:
        """Forget an endpoint and its deliveries."""
        self._endpoints.delete(workspace_id, _known(endpoint_id))

    def rotate(self, workspace_id: str, endpoint_id: str) -> dict[str, Any]:
        """Begin a new secret, and show it."""
        return self._with_secret(self._endpoints.rotate(workspace_id, _known(endpoint_id)))

    def test(self, workspace_id: str, endpoint_id: str) -> dict[str, Any]:
        """Queue an event that only tries the endpoint out."""
        return asdict(self._deliveries.test(workspace_id, _known(endpoint_id)))

    def deliveries(self, workspace_id: str, endpoint_id: str, page: Page) -> dict[str, Any]:
        """Show a page of deliveries, newest event first."""
        self._get(workspace_id, endpoint_id)
        listing = f"{_DELIVERIES} {endpoint_id}"
        found = self._deliveries.page(workspace_id, endpoint_id, limit=page.limit, cursor=page.after(listing))
        following = found.next_cursor and cursor(listing, found.next_cursor)
        data = [asdict(delivery) for delivery in found.rows]
        return {"data": data, "next_cursor": following, "has_more": found.has_more}

    def delivery(self, workspace_id: str, endpoint_id: str, event_id: str) -> dict[str, Any]:
        """Show one delivery."""
        return asdict(self._deliveries.get(workspace_id, _known(endpoint_id), _known(event_id)))

    def replay(self, workspace_id: str, endpoint_id: str, asked: ReplayRequest) -> dict[str, Any]:
        """Send everything since a moment again."""
        events = self._deliveries.replay(workspace_id, _known(endpoint_id), since=asked.since)
        return {"id": endpoint_id, "since": asked.since, "events": events}

    def replay_one(self, workspace_id: str, endpoint_id: str, event_id: str) -> dict[str, Any]:
        """Send one event again."""
        return asdict(self._deliveries.replay_one(workspace_id, _known(endpoint_id), _known(event_id)))

    def _get(self, workspace_id: str, endpoint_id: str) -> Endpoint:
        return self._endpoints.get(workspace_id, _known(endpoint_id))

    def _with_secret(self, endpoint: Endpoint) -> dict[str, Any]:
        secret = signing_secret(endpoint, service_secret=self._service_secret())
        return {**_shown(endpoint), "secret": secret, "reasons": {}}


def _known(object_id: str) -> str:
    """Let only what may be an id into a query."""
    if not is_id(object_id):
        raise NotFound("webhook endpoint or delivery", object_id)
    return object_id


def _shown(endpoint: Endpoint) -> dict[str, Any]:
    return {
        "id": endpoint.id,
        "url": endpoint.url,
        "events": endpoint.events,
        "enabled": endpoint.disabled is None,
        "disabled": endpoint.disabled,
        "disabled_at": endpoint.disabled_at,
        "previous_secret_until": endpoint.previous_until,
        "created_by": endpoint.created_by,
        "created_at": endpoint.created_at,
        "changed_at": endpoint.changed_at,
    }
