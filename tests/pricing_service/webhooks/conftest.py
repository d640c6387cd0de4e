"""A storage on each of the two databases, a clock, and a receiver."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_network
from pathlib import Path

import pytest

from pricing_service.config import Settings
from pricing_service.storage import Endpoint, Storage
from pricing_service.storage.webhook_deliveries import Delivery
from pricing_service.storage.webhooks import Outbox
from pricing_service.webhooks import Sender, signing_secret
from tests.postgres import postgres_server, postgres_url
from tests.pricing_service.storage.conftest import Clock
from tests.pricing_service.webhooks.receiver import Receiver

__all__ = ["postgres_server", "postgres_url"]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    opened = Receiver()
    yield opened
    opened.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    url = request.getfixturevalue("postgres_url") if request.param == "postgresql" else None
    loopback = (ip_network("127.0.0.0/8"),)
    return Settings(data_folder=tmp_path / "data", database_url=url, dev=True, webhook_networks=loopback)


@pytest.fixture
def storage(settings: Settings, clock: Clock) -> Iterator[Storage]:
    with Storage.open(settings, clock=clock) as storage:
        yield storage


class Scene:
    """One endpoint that wants price books, its receiver, and a sender whose chance is always 0.5."""

    def __init__(self, storage: Storage, clock: Clock, receiver: Receiver) -> None:
        self.storage, self.clock, self.receiver = storage, clock, receiver
        self.workspace = storage.workspaces.create("Acme").id
        self.endpoint = self.endpoint_at(receiver.url)
        self.sender = Sender(storage, clock=clock, chance=lambda: 0.5)

    def endpoint_at(self, url: str) -> Endpoint:
        wanted = ["price_book.published"]
        return self.storage.webhook_endpoints.create(self.workspace, url=url, events=wanted, by="Ada")

    def happen(self) -> str:
        """Something that the endpoint wants to know; answers the event's id."""
        with self.storage.database.writing() as connection:
            data = {"price_book": "pb_1"}
            outbox = Outbox(self.clock)
            return outbox.add(connection, self.workspace, type="price_book.published", data=data)

    def send(self) -> int:
        """Send until nothing is due; how many attempts that took."""
        return sum(iter(self.sender.send_next, False))

    def look(self, event: str, endpoint: Endpoint | None = None) -> Delivery:
        where = (endpoint or self.endpoint).id
        return self.storage.webhook_deliveries.get(self.workspace, where, event)

    def disabled(self) -> str | None:
        return self.storage.webhook_endpoints.get(self.workspace, self.endpoint.id).disabled

    def secret(self, version: int = 1) -> str:
        service_secret = self.storage.settings.secret_bytes()
        return signing_secret(self.endpoint, service_secret=service_secret, version=version)

    def received_ids(self) -> list[str]:
        return [one.headers["webhook-id"] for one in self.receiver.received]


@pytest.fixture
def scene(storage: Storage, clock: Clock, receiver: Receiver) -> Scene:
    return Scene(storage, clock, receiver)
