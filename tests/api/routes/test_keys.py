"""Administrators make, see and close their workspace's keys over HTTP; a token is shown once and stored nowhere."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi.testclient import TestClient

from pricing_service.storage import Storage, schema

Headers = dict[str, str]


def make(client: TestClient, headers: Headers | None = None, **asked: Any) -> Any:
    body = {"name": "Ada", "scopes": ["data:read"], **asked}
    return client.post("/v1/keys", json=body, headers=headers or {})


def bearer(token: str) -> Headers:
    return {"Authorization": f"Bearer {token}"}


def test_a_made_key_opens_the_workspace_within_its_scopes(client: TestClient) -> None:
    answer = make(client, expires_in_days=90)

    assert answer.status_code == 201
    made = answer.json()
    assert made["token"].startswith(made["token_name"])
    assert made["reasons"] == {}
    assert (made["scopes"], made["revoked_at"], made["last_used"]) == (["data:read"], None, None)
    assert made["expires_at"] > made["created_at"]
    assert client.get("/v1/datasets", headers=bearer(made["token"])).status_code == 200
    assert client.delete("/v1/datasets/ds_1", headers=bearer(made["token"])).status_code == 403


def test_the_list_shows_every_key_and_no_token(client: TestClient) -> None:
    made = make(client, name="Grace").json()
    client.get("/v1/datasets", headers=bearer(made["token"]))

    answer = client.get("/v1/keys")

    (shown,) = [key for key in answer.json()["data"] if key["id"] == made["id"]]
    assert shown["name"] == "Grace"
    assert shown["last_used"] is not None
    assert made["token"][11:] not in answer.text


def test_a_closed_key_opens_nothing_at_once(client: TestClient) -> None:
    made = make(client).json()

    closed = client.delete(f"/v1/keys/{made['id']}")

    assert closed.status_code == 200
    assert closed.json()["revoked_at"] is not None
    assert client.get("/v1/datasets", headers=bearer(made["token"])).status_code == 401
    assert client.delete(f"/v1/keys/{made['id']}").json() == closed.json(), "again changes nothing"


def test_the_last_key_of_an_administrator_stays(client: TestClient, stranger: Headers) -> None:
    (only,) = [
        key for key in client.get("/v1/keys", headers=stranger).json()["data"] if "admin" in key["scopes"]
    ]

    answer = client.delete(f"/v1/keys/{only['id']}", headers=stranger)

    assert (answer.status_code, answer.json()["code"]) == (409, "last_admin_key")
    assert client.get("/v1/keys", headers=stranger).status_code == 200


def test_a_repeated_request_makes_no_second_key_and_shows_no_token(client: TestClient) -> None:
    storage: Storage = client.app.state.storage  # type: ignore[attr-defined]
    repeated = {"Idempotency-Key": "make-a-key-once"}
    first = make(client, repeated, name="Once").json()

    again = make(client, repeated, name="Once")

    assert again.status_code == 201
    assert again.headers["idempotency-replayed"] == "true"
    assert again.json() == {**first, "token": None, "reasons": {"token": "shown_once"}}
    assert sum(key.name == "Once" for key in storage.keys.list("ws_local")) == 1
    with storage.database.reading() as connection:
        stored = [
            repr(tuple(row))
            for table in schema.metadata.tables.values()
            for row in connection.execute(table.select())
        ]
    assert not [row for row in stored if first["token"][11:] in row]


@pytest.mark.parametrize(
    "asked",
    [
        {"scopes": []},
        {"scopes": ["everything"]},
        {"name": ""},
        {"name": "Ada\nBob"},
        {"expires_in_days": 0},
        {"expires_in_days": 3651},
        {"workspace_id": "ws_stranger"},
        {"token": "ps_mine"},
    ],
)
def test_what_no_key_can_be_is_refused(client: TestClient, asked: dict[str, Any]) -> None:
    assert make(client, None, **asked).status_code == 422


def test_who_made_and_closed_a_key_is_in_the_audit(client: TestClient) -> None:
    made = make(client, name="Lin", expires_in_days=9).json()
    client.delete(f"/v1/keys/{made['id']}")

    audit = client.get("/v1/audit", params={"limit": 2})

    closed, first = audit.json()["data"]
    assert [entry["action"] for entry in (first, closed)] == ["key.made", "key.closed"]
    assert {entry["by"] for entry in (first, closed)} == {"dev"}
    assert {entry["subject"] for entry in (first, closed)} == {made["id"]}
    assert first["detail"]["scopes"] == ["data:read"]
    assert made["token"][11:] not in audit.text
