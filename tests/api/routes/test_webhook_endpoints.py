"""Endpoints over HTTP: the secret is shown once, and every state can be seen and mended."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient

from pricing_service.storage import Storage, schema
from pricing_service.storage.webhook_deliveries import Settlement

WANTED = {"url": "https://hooks.example.com/pricing", "events": ["price_book.published"]}
PLACE = "/v1/webhook-endpoints"


@pytest.fixture
def endpoint(client: TestClient) -> Iterator[dict[str, Any]]:
    answer = client.post(PLACE, json=WANTED)
    assert answer.status_code == 201, answer.text
    assert answer.headers["location"] == f"{PLACE}/{answer.json()['id']}"
    made: dict[str, Any] = answer.json()
    yield made
    client.delete(f"{PLACE}/{made['id']}")


def test_the_secret_is_shown_when_it_is_made_and_never_after(
    client: TestClient, endpoint: dict[str, Any]
) -> None:
    read = client.get(f"{PLACE}/{endpoint['id']}").json()
    listed = client.get(PLACE).json()["data"]

    assert endpoint["secret"].startswith("whsec_")
    assert read == {name: its for name, its in endpoint.items() if name not in {"secret", "reasons"}}
    assert read in listed
    assert (read["enabled"], read["disabled"], read["created_by"]) == (True, None, "dev")


def test_a_repeated_request_gets_its_answer_without_the_secret_and_nothing_stores_it(
    client: TestClient,
) -> None:
    headers = {"Idempotency-Key": "an-endpoint-once"}
    first, again = (client.post(PLACE, json=WANTED, headers=headers) for _ in range(2))
    rotated = client.post(f"{PLACE}/{first.json()['id']}/rotate", headers={"Idempotency-Key": "rotated-once"})
    client.delete(f"{PLACE}/{first.json()['id']}")

    assert again.status_code == 201
    assert again.json() == {**first.json(), "secret": None, "reasons": {"secret": "shown_once"}}
    storage: Storage = client.app.state.storage  # type: ignore[attr-defined]  # the client knows only ASGI
    with storage.database.reading() as connection:
        kept = [
            str(row) for table in schema.metadata.sorted_tables for row in connection.execute(table.select())
        ]
    assert any(first.json()["id"] in row for row in kept), "the answer itself is kept"
    for secret in (first.json()["secret"], rotated.json()["secret"]):
        assert not any(secret in row for row in kept)


def test_rotation_gives_another_secret_and_says_how_long_both_sign(
    client: TestClient, endpoint: dict[str, Any]
) -> None:
    rotated = client.post(f"{PLACE}/{endpoint['id']}/rotate").json()

    assert rotated["secret"] not in {None, endpoint["secret"]}
    assert rotated["previous_secret_until"] > rotated["changed_at"]


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"url": "http://hooks.example.com:1/\x00"}, "target_refused"),
        ({"url": "https://127.0.0.1/"}, "target_refused"),
        ({"url": "https://ada:pass@hooks.example.com/"}, "target_refused"),
        ({"events": []}, "invalid_request"),
        ({"events": ["everything"]}, "invalid_request"),
        ({"secret": "whsec_mine"}, "invalid_request"),
    ],
)
def test_what_cannot_be_an_endpoint_is_refused(
    client: TestClient, endpoint: dict[str, Any], changed: dict[str, Any], code: str
) -> None:
    made = client.post(PLACE, json={**WANTED, **changed})
    replaced = client.put(f"{PLACE}/{endpoint['id']}", json={**WANTED, **changed})

    assert (made.status_code, made.json()["code"]) == (422, code)
    assert (replaced.status_code, replaced.json()["code"]) == (422, code)


def test_a_test_shows_in_the_deliveries_and_can_be_sent_again(
    client: TestClient, endpoint: dict[str, Any]
) -> None:
    tested = client.post(f"{PLACE}/{endpoint['id']}/test")
    place = f"{PLACE}/{endpoint['id']}/deliveries"

    assert tested.status_code == 202
    assert (tested.json()["type"], tested.json()["status"]) == ("webhook.test", "waiting")
    assert client.get(place).json()["data"] == [tested.json()]
    assert client.get(f"{place}/{tested.json()['id']}").json() == tested.json()
    again = client.post(f"{place}/{tested.json()['id']}/replay")
    assert (again.status_code, again.json()["id"]) == (202, tested.json()["id"])


def test_deliveries_come_page_by_page_and_their_cursor_is_no_other_endpoints(
    client: TestClient, endpoint: dict[str, Any]
) -> None:
    place = f"{PLACE}/{endpoint['id']}"
    made = [client.post(f"{place}/test").json()["id"] for _ in range(3)]
    first = client.get(f"{place}/deliveries?limit=2").json()
    rest = client.get(f"{place}/deliveries?limit=2&cursor={first['next_cursor']}").json()
    other = client.post(PLACE, json=WANTED).json()["id"]
    foreign = client.get(f"{PLACE}/{other}/deliveries?cursor={first['next_cursor']}")
    client.delete(f"{PLACE}/{other}")

    assert sorted(one["id"] for one in first["data"] + rest["data"]) == sorted(made)
    assert (first["has_more"], rest["has_more"]) == (True, False)
    assert (foreign.status_code, foreign.json()["code"]) == (404, "unknown_cursor")


def test_a_replay_says_how_many_events_it_sends(client: TestClient, endpoint: dict[str, Any]) -> None:
    book = {"name": "Board", "currency": "EUR", "plans": [{"name": "pro", "price": 49}]}
    draft = client.post("/v1/price-books", json={"book": book}).json()
    confirm = {"hash": draft["content_hash"], "breaches": ["not_simulated"]}
    published = client.post(f"/v1/price-books/{draft['id']}/publish", json={"confirm": confirm})
    assert published.status_code == 200, published.text

    since = published.json()["published_at"]
    answer = client.post(f"{PLACE}/{endpoint['id']}/replay", json={"since": since})

    assert (answer.status_code, answer.json()["events"]) == (202, 1)
    (told,) = client.get(f"{PLACE}/{endpoint['id']}/deliveries").json()["data"]
    assert told["type"] == "price_book.published"
    without_zone = client.post(f"{PLACE}/{endpoint['id']}/replay", json={"since": "2026-01-01T00:00:00"})
    assert without_zone.status_code == 422


def test_a_disabled_endpoint_says_why_and_comes_back_when_it_is_put_again(
    client: TestClient, endpoint: dict[str, Any]
) -> None:
    place = f"{PLACE}/{endpoint['id']}"
    client.post(f"{place}/test")
    deliveries = client.app.state.storage.webhook_deliveries  # type: ignore[attr-defined]  # as above
    while (due := deliveries.claim()) is not None:
        attempt = {"at": "2026-01-01T00:00:00+00:00", "status": 410, "error": "gone"}
        disable = "gone" if due.endpoint.id == endpoint["id"] else None
        deliveries.settle("ws_local", due, Settlement("failed", attempt, disable=disable))

    read = client.get(place).json()
    assert (read["enabled"], read["disabled"]) == (False, "gone")
    refused = client.post(f"{place}/test")
    assert (refused.status_code, refused.json()["code"]) == (409, "endpoint_disabled")
    assert client.put(place, json=WANTED).json()["enabled"]
    assert client.post(f"{place}/test").status_code == 202


def test_a_deleted_endpoint_is_gone(client: TestClient) -> None:
    made = client.post(PLACE, json=WANTED).json()

    assert client.delete(f"{PLACE}/{made['id']}").status_code == 204
    assert client.get(f"{PLACE}/{made['id']}").status_code == 404
    assert client.delete(f"{PLACE}/{made['id']}").status_code == 404
    assert made["id"] not in json.dumps(client.get(PLACE).json())
