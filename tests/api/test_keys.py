"""A request is answered for the workspace of its key, within the scopes of its key, or not at all."""

import pytest
from fastapi.testclient import TestClient

from pricing_service.storage import Storage


@pytest.mark.parametrize(
    "header", [None, "", "Bearer", "Bearer ", "Bearer nobody", "Basic ada", "ada", "Bearer ada x"]
)
def test_without_a_valid_key_the_answer_is_always_the_same(client: TestClient, header: str | None) -> None:
    client.headers.pop("authorization")

    answer = client.get("/things", headers={} if header is None else {"Authorization": header})

    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["www-authenticate"] == "Bearer"
    assert answer.json()["code"] == "unauthenticated"


def test_a_key_opens_its_own_workspace(client: TestClient) -> None:
    assert client.get("/things").json() == "ws_ours"
    assert client.get("/things", headers={"Authorization": "Bearer eve"}).json() == "ws_theirs"


def test_a_key_without_the_scope_is_told_which_it_needs(client: TestClient) -> None:
    answer = client.delete("/things", headers={"Authorization": "Bearer reader"})

    assert answer.status_code == 403
    assert "data:write" in answer.json()["detail"]


def test_a_revoked_key_opens_nothing(client: TestClient, storage: Storage) -> None:
    key = storage.keys.find("ada")
    assert key is not None
    storage.keys.revoke("ws_ours", key.id)

    assert client.get("/things").status_code == 401


def test_the_key_is_asked_for_before_the_body_is_read(client: TestClient) -> None:
    answer = client.post("/things", content=b"{", headers={"Authorization": "Bearer nobody"})

    assert answer.status_code == 401
