"""A POST with a key happens once, and its answer is given again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient

from pricing_service.storage import Storage

KEY = {"Idempotency-Key": "k-1"}


def test_the_answer_is_replayed_and_nothing_happens_again(client: TestClient, posted: list[Any]) -> None:
    first = client.post("/things", json={"a": 1}, headers=KEY)
    again = client.post("/things", json={"a": 1}, headers=KEY)

    assert (again.status_code, again.content) == (first.status_code, first.content) == (201, first.content)
    assert again.headers["content-type"] == first.headers["content-type"]
    assert again.headers["idempotency-replayed"] == "true"
    assert "idempotency-replayed" not in first.headers
    assert len(posted) == 1


def test_the_same_key_with_another_payload_is_refused(client: TestClient, posted: list[Any]) -> None:
    client.post("/things", json={"a": 1}, headers=KEY)

    answer = client.post("/things", json={"a": 2}, headers=KEY)

    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused")
    assert len(posted) == 1


def test_without_a_key_every_post_happens(client: TestClient, posted: list[Any]) -> None:
    client.post("/things", json={"a": 1})
    client.post("/things", json={"a": 1})

    assert len(posted) == 2


def test_two_workspaces_keys_never_meet(client: TestClient, posted: list[Any]) -> None:
    client.post("/things", json={"a": 1}, headers=KEY)

    answer = client.post("/things", json={"a": 2}, headers={**KEY, "Authorization": "Bearer eve"})

    assert (answer.status_code, answer.json()["by"]) == (201, "Eve")


def test_a_key_that_may_not_ask_gets_no_replay(client: TestClient, posted: list[Any]) -> None:
    client.post("/things", json={"a": 1}, headers=KEY)

    answer = client.post("/things", json={"a": 1}, headers={**KEY, "Authorization": "Bearer reader"})

    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused")
    assert len(posted) == 1


def test_a_refused_request_may_be_mended_under_the_same_key(client: TestClient) -> None:
    assert client.post("/things", json={"refuse": True}, headers=KEY).status_code == 409

    assert client.post("/things", json={"a": 1}, headers=KEY).status_code == 201


def test_a_key_whose_first_request_runs_is_a_conflict_that_may_be_retried(
    client: TestClient, storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A request that never ends: its claim is there, its answer is not.
    monkeypatch.setattr(storage.idempotency, "complete", lambda *_, **__: None)
    monkeypatch.setattr(storage.idempotency, "abandon", lambda *_: None)
    client.post("/things", json={"a": 1}, headers=KEY)

    answer = client.post("/things", json={"a": 1}, headers=KEY)

    assert (answer.status_code, answer.json()["code"]) == (409, "still_running")
    assert answer.json()["retryable"] is True
    assert answer.headers["retry-after"]


def test_a_multipart_payload_is_compared_by_its_parts(client: TestClient, posted: list[Any]) -> None:
    def send(content: bytes, name: str = "usage.csv") -> Any:
        return client.post("/things", files={"files": (name, content)}, data={"name": "x"}, headers=KEY)

    first, again = send(b"a,b"), send(b"a,b")

    assert first.request.headers["content-type"] != again.request.headers["content-type"], (
        "the boundary changes"
    )
    assert (first.status_code, again.content) == (201, first.content)
    assert posted == [{"name": "x", "files": 3}]
    assert send(b"a,c").status_code == 422
    assert send(b"a,b", name="outcomes.csv").status_code == 422


def test_an_answer_is_kept_for_a_day(client: TestClient, storage: Storage, posted: list[Any]) -> None:
    client.post("/things", json={"a": 1}, headers=KEY)
    tomorrow = datetime.now(UTC) + timedelta(hours=24, minutes=1)
    storage.idempotency._clock = lambda: tomorrow

    client.post("/things", json={"a": 1}, headers=KEY)

    assert len(posted) == 2


@pytest.mark.parametrize("key", ["", "x" * 256])
def test_a_key_of_no_or_too_many_characters_is_refused(client: TestClient, key: str) -> None:
    answer = client.post("/things", json={"a": 1}, headers={"Idempotency-Key": key})

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/Idempotency-Key"
