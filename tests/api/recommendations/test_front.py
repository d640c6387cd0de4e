"""The door in front answers as the framework's route behind it: to the letter, and it lets all else through."""

from __future__ import annotations

import json
from urllib.parse import quote

import pytest
from fastapi.testclient import TestClient

from api.recommendations import front
from pricing_service.storage import Storage
from tests.api import decided


@pytest.fixture(autouse=True)
def published(storage: Storage, dataset: str) -> None:
    decided.publish(
        storage, decided.store(storage, dataset, "raises", decided.RAISES, rows=decided.raise_rows())
    )


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The customers that the door in front answered for."""
    answered: list[str] = []
    find = front.CustomerReads._find

    async def noted(self, customer_id, headers):
        found = await find(self, customer_id, headers)
        if found is not None:
            answered.append(customer_id)
        return found

    monkeypatch.setattr(front.CustomerReads, "_find", noted)
    return answered


def behind(client: TestClient, monkeypatch: pytest.MonkeyPatch, path: str, headers: dict[str, str]):
    """What the framework's route answers."""
    with monkeypatch.context() as patched:
        patched.setattr(front, "_customer_of", lambda _: None)
        return client.get(path, headers=headers)


@pytest.mark.parametrize("condition", [None, "*", '"other"'])
def test_it_answers_what_the_route_behind_it_answers(
    client: TestClient, monkeypatch: pytest.MonkeyPatch, counted: list[str], condition: str | None
) -> None:
    headers = {} if condition is None else {"If-None-Match": condition}
    path = "/v1/customers/c00/recommendation"

    first, second = client.get(path, headers=headers), behind(client, monkeypatch, path, headers)

    assert counted == ["c00"]
    assert (first.status_code, first.content) == (second.status_code, second.content)
    for answer in (first, second):
        answer.headers.pop("x-request-id")
    assert dict(first.headers) == dict(second.headers)
    assert first.headers["cache-control"] == "private, no-cache"


@pytest.mark.parametrize(
    ("key", "path", "status"),
    [
        ("nobody", "c00", 401), ("", "c00", 401), ("reader", "c00", 403), ("dev", "c99", 404), ("eve", "c00", 404),
        ("dev", "c00%2Fx", 404), ("dev", "%FF", 404), ("dev", "c00%00", 404), ("dev", "", 404),
    ],
)  # fmt: skip
def test_refusals_are_the_frameworks(
    client: TestClient, *, counted: list[str], key: str, path: str, status: int
) -> None:
    headers = {"Authorization": f"Bearer {key}"}

    answer = client.get(f"/v1/customers/{path}/recommendation", headers=headers)

    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert counted == []


def test_other_methods_are_refused_with_what_is_allowed(client: TestClient) -> None:
    answer = client.post("/v1/customers/c00/recommendation")

    assert (answer.status_code, answer.headers["allow"]) == (405, "GET")


def test_ids_are_kept_to_the_letter_and_compared_after_nfc(
    client: TestClient, storage: Storage, counted: list[str]
) -> None:
    rows = "customer_id,start,end,plan,mrr\nsociété/ 1,2025-01-01,,team,100\n"
    made = client.post(
        "/v1/datasets", data={"name": "Odd", "currency": "EUR"},
        files=[("files", ("subscriptions.csv", rows.encode()))],
    ).json()  # fmt: skip
    decided.publish(storage, decided.store(storage, made["id"], "ideal_customers", {"scorecard": {}}))

    for spelling in ("société/ 1", "socie\u0301te\u0301/ 1"):
        answer = client.get(f"/v1/customers/{quote(spelling, safe='')}/recommendation")
        assert answer.json()["customer_id"] == "société/ 1"
    assert counted == ["société/ 1"] * 2


def test_it_is_measured_and_logged_by_its_route_with_a_request_id(
    client: TestClient, capsys: pytest.CaptureFixture[str]
) -> None:
    from api.telemetry import log_to_stderr

    log_to_stderr()
    answer = client.get("/v1/customers/c00/recommendation")

    line = json.loads(capsys.readouterr().err.strip().splitlines()[-1])
    assert line["id"] == answer.headers["x-request-id"]
    assert (line["route"], line["status"]) == ("/v1/customers/{customer_id:path}/recommendation", 200)
    assert 'route="/v1/customers/{customer_id:path}/recommendation"' in client.get("/metrics").text
    assert "c00" not in json.dumps(line)


def test_it_stands_in_the_description(client: TestClient) -> None:
    paths = client.get("/openapi.json").json()["paths"]

    assert paths["/v1/customers/{customer_id}/recommendation"]["get"]["operationId"] == "read_recommendation"
