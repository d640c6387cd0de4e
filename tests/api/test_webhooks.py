"""The webhooks' desk checks addresses before it stores them, and derives secrets that it never stores."""

from __future__ import annotations

from ipaddress import ip_network

import pytest

from api.webhook_request import EndpointRequest
from api.webhooks import WebhookDesk
from pricing_service.config import Settings
from pricing_service.storage import NotFound, Storage
from pricing_service.webhooks import TargetRefused, signing_secret


def wanted(url: str = "https://hooks.example.com/") -> EndpointRequest:
    return EndpointRequest(url=url, events=["price_book.published"])


def test_the_secret_is_the_one_that_the_sender_derives(storage: Storage, settings: Settings) -> None:
    desk = WebhookDesk(storage, settings)
    made = desk.create("ws_ours", wanted(), by="Ada")
    rotated = desk.rotate("ws_ours", made["id"])

    stored = storage.webhook_endpoints.get("ws_ours", made["id"])
    derived = [
        signing_secret(stored, service_secret=settings.secret_bytes(), version=version) for version in (1, 2)
    ]
    assert [made["secret"], rotated["secret"]] == derived


def test_what_cannot_be_an_id_is_unknown_without_a_look(storage: Storage, settings: Settings) -> None:
    desk = WebhookDesk(storage, settings)
    storage.close()

    with pytest.raises(NotFound):
        desk.read("ws_ours", "we_' or 1=1")


def test_only_listed_networks_may_be_written_down(storage: Storage, settings: Settings) -> None:
    listed = settings.model_copy(update={"webhook_networks": (ip_network("10.1.0.0/16"),)})

    assert WebhookDesk(storage, listed).create("ws_ours", wanted("https://10.1.2.3:9000/"), by="Ada")[
        "enabled"
    ]
    for desk, url in (
        (WebhookDesk(storage, settings), "https://10.1.2.3/"),
        (WebhookDesk(storage, listed), "https://10.2.0.1/"),
    ):
        with pytest.raises(TargetRefused):
            desk.create("ws_ours", wanted(url), by="Ada")
    assert len(storage.webhook_endpoints.page("ws_ours").rows) == 1
