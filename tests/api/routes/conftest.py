"""The whole application with a worker's steps at hand: real storage, real ingest, two people and a stranger."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.keys import SCOPES
from pricing_service.config import Settings
from pricing_service.storage import Storage
from tests.api import small_business
from tests.api.in_process import succeeded


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    settings = Settings(data_folder=tmp_path_factory.mktemp("served") / "data", dev=True)
    with Storage.open(settings) as storage:
        app = create_app(settings, storage=storage)
        stranger = storage.workspaces.create("stranger", workspace_id="ws_stranger")
        storage.keys.create(stranger.id, name="stranger", scopes=SCOPES, dev_token="stranger")
        storage.keys.create("ws_local", name="reader", scopes=["data:read"], dev_token="reader")
        with TestClient(app, raise_server_exceptions=False) as client:
            yield client


@pytest.fixture
def client(served: TestClient) -> TestClient:
    served.headers["authorization"] = "Bearer dev"
    return served


@pytest.fixture
def stranger() -> dict[str, str]:
    return {"Authorization": "Bearer stranger"}


@pytest.fixture
def new_dataset(client: TestClient) -> dict[str, Any]:
    """A dataset that the test may change."""
    answer = client.post(
        "/v1/datasets",
        data={"name": "Jobs", "currency": "EUR"},
        files=small_business.parts(small_business.tables()),
    )
    assert answer.status_code == 201, answer.text
    created: dict[str, Any] = answer.json()
    return created


@pytest.fixture(scope="session")
def dataset(served: TestClient) -> dict[str, Any]:
    """A dataset that all tests look at."""
    answer = served.post(
        "/v1/datasets",
        data={"name": "Jobs", "currency": "EUR"},
        files=small_business.parts(small_business.tables()),
        headers={"Authorization": "Bearer dev"},
    )
    assert answer.status_code == 201, answer.text
    created: dict[str, Any] = answer.json()
    return created


@pytest.fixture(scope="session")
def work(served: TestClient) -> Callable[[str], None]:
    """Runs a queued analysis here and now, by the worker's own steps."""
    storage: Storage = served.app.state.storage

    return partial(succeeded, storage)


@pytest.fixture(scope="session")
def finished(served: TestClient, dataset: dict[str, Any], work: Callable[[str], None]) -> dict[str, Any]:
    """A finished analysis that has rows."""
    answer = served.post(
        "/v1/analyses",
        json={"dataset": dataset["id"], "kind": "unit_worth"},
        headers={"Authorization": "Bearer dev"},
    )
    assert answer.status_code == 202, answer.text
    work(answer.json()["id"])
    ended: dict[str, Any] = served.get(
        answer.headers["location"], headers={"Authorization": "Bearer dev"}
    ).json()
    return ended
