"""What every operation does with what nobody should send, what it tells of it, and that a GET changes nothing."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import sqlalchemy as sa
import structlog
from fastapi.testclient import TestClient

from api.proposals import ProposalDesk
from api.telemetry import log_to_stderr
from pricing_service.storage import Storage, schema
from tests.api.operations import Operation, operations
from tests.durability.writes import WRITES, Ask, Shop

OURS = {"workspace_id": "ws_stranger", "status": "published", "created_at": "2020-01-01", "approved_by": ["dev"],
        "id": "pb_0", "authors": []}  # fmt: skip
CANARY = "canary-4711-ada@example.org"
JSON_WRITES = sorted(set(WRITES) - {"create_dataset", "post_rows"})
"""Of the two others one takes a form; the other takes rows, whose columns are data."""


@pytest.fixture(autouse=True)
def two_people(monkeypatch: pytest.MonkeyPatch) -> None:
    """Other tests make keys in this workspace, too; here dev and dev2 are the committee."""
    monkeypatch.setattr(ProposalDesk, "_approvers", lambda *_: {"dev", "dev2"})


@pytest.fixture(scope="session")
def shop(served: TestClient, dataset: dict[str, Any], work: Callable[[str], None]) -> Shop:
    headers = {"Authorization": "Bearer dev"}
    asked = {"dataset": dataset["id"], "kind": "tiers", "options": {"max_tiers": 1}}
    analysis = served.post("/v1/analyses", json=asked, headers=headers).json()["id"]
    work(analysis)
    return Shop(served, dataset=dataset["id"], analysis=analysis)


@pytest.fixture
def described(client: TestClient) -> dict[str, Operation]:
    return operations(client.get("/openapi.json").json())


@pytest.fixture
def logged(capsys: pytest.CaptureFixture[str]) -> Iterator[Callable[[], str]]:
    log_to_stderr()

    def read() -> str:
        captured = capsys.readouterr()
        return captured.err + captured.out

    yield read
    structlog.reset_defaults()


@pytest.mark.parametrize("name", JSON_WRITES)
def test_no_body_takes_a_field_that_is_ours_to_set(
    shop: Shop, described: dict[str, Operation], name: str
) -> None:
    ask = Ask(*WRITES[name](shop))
    if not isinstance(sent := ask.sent.get("json", {}), dict) or not _takes_json(
        described[name.partition(" ")[0]]
    ):
        return

    for field, value in OURS.items():
        answer = Ask(ask.method, ask.path, {"json": {**sent, field: value}}, ask.by).send(shop.client)

        assert answer.status_code == 422, f"{field}: {answer.status_code} {answer.text}"
        assert field in json.dumps(answer.json()["errors"])


def test_an_upload_takes_no_field_that_is_ours_to_set(shop: Shop) -> None:
    ask = Ask(*WRITES["create_dataset"](shop))
    for field, value in OURS.items():
        sent = {**ask.sent, "data": {**ask.sent["data"], field: str(value)}}

        answer = Ask(ask.method, ask.path, sent).send(shop.client)

        assert answer.status_code == 422, f"{field}: {answer.text}"


def test_a_key_in_the_address_opens_nothing(client: TestClient, described: dict[str, Operation]) -> None:
    del client.headers["authorization"]
    closed = [operation for operation in described.values() if operation.scopes]
    assert len(closed) > 30

    for operation in closed:
        path = operation.filled(dict.fromkeys(operation.parts, "an_unknown"))
        keys = dict.fromkeys(("key", "api_key", "token", "access_token", "authorization"), "dev")
        answer = client.request(operation.method, path, params=keys)

        assert answer.status_code == 401, f"{operation.name}: {answer.text}"


def test_no_operation_logs_measures_or_answers_with_the_key_or_whom_it_was_about(
    client: TestClient, described: dict[str, Operation], logged: Callable[[], str]
) -> None:
    for token in ("dev", f"ps_{CANARY}"):
        for operation in described.values():
            path = operation.filled(dict.fromkeys(operation.parts, CANARY))
            headers = {"Authorization": f"Bearer {token}", "X-Customer": CANARY}
            body = {"json": {CANARY: CANARY, "name": CANARY}} if operation.method in ("POST", "PUT") else {}
            answer = client.request(operation.method, path, params={"q": CANARY}, headers=headers, **body)

            assert f"ps_{CANARY}" not in answer.text, operation.name
            assert answer.status_code < 500, f"{operation.name}: {answer.text}"

    told = logged()
    assert told.count('"route"') > 100
    assert CANARY not in told
    assert CANARY not in client.get("/metrics").text


def test_no_write_logs_what_it_was_about(shop: Shop, logged: Callable[[], str]) -> None:
    for name, write in WRITES.items():
        ask = Ask(*write(shop))
        sent = dict(ask.sent)
        if isinstance(sent.get("json"), dict):
            sent["json"] = {each: _with_canary(value) for each, value in sent["json"].items()}
        Ask(ask.method, ask.path, sent, ask.by).send(shop.client)
        if ask.method != "DELETE":
            Ask(ask.method, ask.path, sent, CANARY).send(shop.client)

        assert CANARY not in logged(), name


def test_no_get_changes_what_is_stored(
    client: TestClient, described: dict[str, Operation], finished: dict[str, Any], shop: Shop
) -> None:
    storage: Storage = client.app.state.storage  # type: ignore[attr-defined]
    known = {"dataset_id": shop.dataset, "analysis_id": finished["id"], "version": shop.book(), "customer_id": "c01",
             "proposal_id": shop.published(), "endpoint_id": shop.endpoint()}  # fmt: skip
    # The first read notes the day of the key's last use, and gathers anew what the publication above changed.
    client.get("/v1/recommendations", headers={"Authorization": "Bearer dev"})
    before = _stored(storage)

    asked = 0
    for operation in described.values():
        if operation.method == "GET":
            path = operation.filled({part: known.get(part, "an_unknown") for part in operation.parts})
            asked += client.get(path, headers={"Authorization": "Bearer dev"}).is_success

    assert asked > 15
    assert _stored(storage) == before


def _takes_json(operation: Operation) -> bool:
    return "application/json" in operation.described.get("requestBody", {}).get("content", {})


def _with_canary(value: Any) -> Any:
    return f"{value} {CANARY}" if isinstance(value, str) else value


def _stored(storage: Storage) -> dict[str, list[tuple[Any, ...]]]:
    with storage.database.reading() as connection:
        return {
            name: sorted(map(tuple, connection.execute(sa.select(table))), key=repr)
            for name, table in schema.metadata.tables.items()
        }
