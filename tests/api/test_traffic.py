"""While heavy requests fill their class, everything else is answered; each key is told its pace."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.pace import Pace
from api.traffic import LoadShedding
from pricing_service.config import Settings
from pricing_service.storage import Storage

Message = dict[str, Any]


def request(method: str, path: str, key: str = "") -> dict[str, Any]:
    headers = [(b"authorization", key.encode())] if key else []
    return {"type": "http", "method": method, "path": path, "headers": headers}


async def ask(app: LoadShedding, method: str, path: str, key: str = "") -> Message:
    """Send one request and return how its answer starts."""
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    await app(request(method, path, key), receive, send)
    return sent[0]


async def _while_full(asked: list[tuple[str, str]]) -> tuple[list[Message], Message]:
    """Fill the heavy class, ask others, let the heavy ones go, and ask a heavy one again."""
    release = asyncio.Event()

    async def slow(scope: Any, receive: Any, send: Any) -> None:
        if scope["method"] == "POST":
            await release.wait()
        await send({"type": "http.response.start", "status": 200, "headers": []})

    app = LoadShedding(slow, at_once={"heavy": 2})
    heavy = [asyncio.create_task(ask(app, "POST", "/v1/datasets", f"Bearer {at}")) for at in range(2)]
    await asyncio.sleep(0)
    answers = [await ask(app, *one) for one in asked]
    release.set()
    await asyncio.gather(*heavy)
    return answers, await ask(app, "POST", "/v1/datasets")


def test_beyond_its_bound_a_heavy_request_is_turned_away_and_others_are_answered() -> None:
    asked = [
        ("POST", "/v1/datasets"),
        ("GET", "/v1/analyses/an_1/rows"),
        ("GET", "/livez"),
        ("GET", "/v1/customers/c1/recommendation"),
        ("GET", "/v1/analyses"),
    ]

    answers, afterwards = asyncio.run(_while_full(asked))

    assert [answer["status"] for answer in answers] == [503, 503, 200, 200, 200]
    assert (b"retry-after", b"2") in answers[0]["headers"]
    assert afterwards["status"] == 200


async def _one_key(asked: list[str], *, shared: bool = True) -> tuple[list[int], LoadShedding]:
    """Ask heavy requests that do not end, by these headers, and return the status of those that were turned away."""

    async def endless(scope: Any, receive: Any, send: Any) -> None:
        await asyncio.Event().wait()

    app = LoadShedding(endless, at_once={"heavy": 4}, shared=shared)
    tasks = [asyncio.create_task(ask(app, "POST", "/v1/datasets", key)) for key in asked]
    await asyncio.sleep(0.01)
    refused = [task.result()["status"] if task.done() else 0 for task in tasks]
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    return refused, app


def test_one_key_holds_half_of_a_class_and_another_still_gets_in() -> None:
    refused, app = asyncio.run(_one_key(["Bearer a"] * 3 + ["Bearer b"] * 3 + ["Bearer c"]))

    assert refused == [0, 0, 503, 0, 0, 503, 503]
    assert not app.held
    assert app.busy["heavy"] == 0


def test_a_key_is_one_key_however_its_header_is_written() -> None:
    spellings = ["Bearer a", "bearer a", "BEARER  a ", "Bearer \ta"]

    assert asyncio.run(_one_key(spellings))[0] == [0, 0, 503, 503]


def test_a_local_workspace_has_all_places() -> None:
    assert asyncio.run(_one_key(["Bearer dev"] * 5, shared=False))[0] == [0, 0, 0, 0, 503]


def test_a_class_of_one_place_is_open_to_every_key() -> None:
    async def at_once(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})

    app = LoadShedding(at_once, at_once={"heavy": 1})

    assert asyncio.run(ask(app, "POST", "/v1/datasets", "Bearer a"))["status"] == 200


def test_a_request_that_fails_gives_its_place_back() -> None:
    async def broken(scope: Any, receive: Any, send: Any) -> None:
        raise RuntimeError

    app = LoadShedding(broken, at_once={"heavy": 1})

    for _ in range(3):
        with pytest.raises(RuntimeError):
            asyncio.run(ask(app, "POST", "/v1/datasets"))
    assert app.busy["heavy"] == 0


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    settings = Settings(data_folder=tmp_path, secret="0123456789abcdef", requests_per_minute={"read": 3})
    with Storage.open(settings) as storage:
        app = create_app(settings, storage=storage)
        app.state.pace = Pace({"read": 3}, clock=lambda: 0.0)
        home = storage.workspaces.create("Acme").id
        _, token = storage.keys.create(home, name="Ada", scopes=["data:read", "data:write"])
        _, other = storage.keys.create(home, name="Bob", scopes=["data:read"])
        with TestClient(app, headers={"Authorization": f"Bearer {token}"}) as opened:
            opened.headers["x-other"] = other
            yield opened


def test_a_key_that_asks_too_often_is_told_when_to_come_back(client: TestClient) -> None:
    answers = [
        client.get(path) for path in ("/v1/datasets", "/v1/datasets/ds_1", "/v1/datasets", "/v1/datasets")
    ]

    assert [answer.status_code for answer in answers] == [200, 404, 200, 429]
    assert [answer.headers["ratelimit-remaining"] for answer in answers] == ["2", "1", "0", "0"]
    assert {answer.headers["ratelimit-limit"] for answer in answers} == {"3"}
    refused = answers[-1]
    assert (refused.json()["code"], refused.json()["retryable"]) == ("rate_limited", True)
    assert refused.headers["retry-after"] == "20"


def test_another_key_another_class_and_the_probes_go_on(client: TestClient) -> None:
    for _ in range(4):
        client.get("/v1/datasets")

    other = client.get("/v1/datasets", headers={"Authorization": f"Bearer {client.headers['x-other']}"})

    assert other.status_code == 200
    assert client.delete("/v1/datasets/ds_1").status_code == 404
    assert client.get("/livez").status_code == 200
    assert client.get("/v1/datasets", headers={"Authorization": "Bearer nobody"}).status_code == 401


def test_a_local_workspace_is_not_held_up(tmp_path: Path) -> None:
    settings = Settings(data_folder=tmp_path, dev=True, requests_per_minute={"read": 1})

    with TestClient(create_app(settings), headers={"Authorization": "Bearer dev"}) as opened:
        answers = [opened.get("/v1/datasets") for _ in range(3)]

    assert {answer.status_code for answer in answers} == {200}
    assert "ratelimit-limit" not in answers[0].headers
