"""Who wants to be told hears once how many recommendations really changed, though nobody reads them."""

from __future__ import annotations

import threading
from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient

from api.recommendations import watching
from api.recommendations.held import HeldSnapshots
from pricing_service.storage import Storage, schema
from tests.api import decided

DAY = date(2026, 1, 10)


def events(storage: Storage) -> list[dict[str, Any]]:
    table = schema.outbox
    query = table.select().where(table.c.type == "recommendation.changed").order_by(table.c.id)
    with storage.database.reading() as connection:
        return [row.data for row in connection.execute(query)]


@pytest.fixture
def held(client: TestClient, storage: Storage) -> HeldSnapshots:
    return HeldSnapshots(storage, today=lambda: DAY)


@pytest.fixture
def endpoint(client: TestClient) -> None:
    asked = {"url": "https://example.com/hook", "events": ["recommendation.changed"]}
    assert client.post("/v1/webhook-endpoints", json=asked).status_code == 201


def publish(storage: Storage, dataset: str, share: float) -> None:
    rows = decided.raise_rows(share)
    decided.publish(storage, decided.store(storage, dataset, "raises", decided.RAISES, rows=rows))


@pytest.mark.usefixtures("endpoint")
def test_a_publication_is_told_once_with_a_link_to_exactly_what_changed(
    client: TestClient, storage: Storage, held: HeldSnapshots, dataset: str
) -> None:
    publish(storage, dataset, 0.1)
    watching.look(storage, held)
    publish(storage, dataset, 0.2)

    watching.look(storage, held)
    watching.look(storage, held)

    first, second = events(storage)
    shown = client.get("/v1/recommendations").json()["data"]
    assert first["count"] == len(shown)
    listed = client.get(second["read"], params=None).json()["data"]
    assert 0 < second["count"] == len(listed)
    assert set(second) == {"count", "read"}, "no customer's id"
    assert client.get(second["read"].replace("changed_since", "limit=1&changed_since")).status_code == 200
    with storage.database.reading() as connection:
        assert (
            connection.execute(sa.select(sa.func.count()).select_from(schema.webhook_deliveries)).scalar()
            == 2
        )


@pytest.mark.usefixtures("endpoint")
def test_what_says_nothing_new_is_not_told(storage: Storage, held: HeldSnapshots, dataset: str) -> None:
    publish(storage, dataset, 0.1)
    watching.look(storage, held)
    assert len(events(storage)) == 1

    publish(storage, dataset, 0.1)  # to the letter the same
    watching.look(storage, held)

    assert len(events(storage)) == 1


def test_where_nobody_wants_to_be_told_nothing_is_made(
    storage: Storage, held: HeldSnapshots, dataset: str
) -> None:
    publish(storage, dataset, 0.1)

    watching.look(storage, held)

    assert events(storage) == []


@pytest.mark.usefixtures("endpoint")
def test_a_database_that_takes_no_writes_keeps_nobody_from_reading(
    client: TestClient,
    storage: Storage,
    held: HeldSnapshots,
    *,
    dataset: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    publish(storage, dataset, 0.1)

    def full(*_: object, **__: object) -> None:
        raise sa.exc.OperationalError("INSERT", {}, Exception("database or disk is full"))

    monkeypatch.setattr(storage._outbox, "happened", full)

    assert held.now("ws_local") is not None


@pytest.mark.usefixtures("endpoint")
def test_one_workspace_in_trouble_holds_up_no_other(
    storage: Storage, held: HeldSnapshots, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(workspace_id: str) -> None:
        raise ValueError(workspace_id)

    monkeypatch.setattr(held, "now", broken)

    watching.look(storage, held)


def test_the_watch_ends_when_it_is_told_to(storage: Storage) -> None:
    stop = threading.Event()
    thread = watching.watch(storage.settings, stop_event=stop)
    stop.set()
    thread.join(30)

    assert not thread.is_alive()
