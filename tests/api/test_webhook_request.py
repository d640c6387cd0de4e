"""The bodies of webhooks' routes are described as they are checked."""

from __future__ import annotations

from typing import Any, get_args

import pytest
from pydantic import ValidationError

from api.webhook_request import EndpointRequest, ReplayRequest, definitions, endpoint_body, replay_body
from pricing_service.storage.webhooks import EventType

URL = "https://hooks.example.com/"


def schema(body: dict[str, Any]) -> dict[str, Any]:
    described: dict[str, Any] = body["content"]["application/json"]["schema"]
    return described


def test_the_description_names_every_event_and_allows_nothing_else() -> None:
    described = schema(endpoint_body())

    assert described["properties"]["events"]["items"]["enum"] == list(get_args(EventType))
    assert described["additionalProperties"] is False
    assert schema(replay_body())["required"] == ["since"]
    assert definitions() == {}, "nothing that the bodies refer to is left out"


@pytest.mark.parametrize(
    "body",
    [
        {"url": URL, "events": ["webhook.test"]},
        {"url": URL, "events": []},
        {"url": "", "events": ["proposal.approved"]},
        {"url": URL, "events": ["proposal.approved"], "workspace_id": "ws_theirs"},
    ],
)
def test_what_is_no_endpoint_is_refused(body: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        EndpointRequest.model_validate(body)


def test_a_moment_without_a_zone_is_no_moment() -> None:
    with pytest.raises(ValidationError):
        ReplayRequest.model_validate({"since": "2026-01-01T00:00:00"})
