"""A service in which nothing is remembered longer than a request, with a dataset and two workspaces."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.keys import SCOPES
from api.recommendations import callers, held
from pricing_service.config import Settings
from pricing_service.storage import Storage
from tests.api import small_business
from tests.api.standing_time import Seconds

EXTERNAL = "customer_id,system,external_id\nc00,hubspot,17\nc01,salesforce,001/A\nc02,hubspot,société-1\n"


@pytest.fixture
def storage(tmp_path: Path) -> Iterator[Storage]:
    with Storage.open(Settings(data_folder=tmp_path / "data", dev=True)) as opened:
        yield opened


@pytest.fixture
def client(storage: Storage, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    monkeypatch.setattr(callers, "REMEMBERED_SECONDS", 0.0)
    monkeypatch.setattr(held, "LOOK_AFTER_SECONDS", 0.0)
    monkeypatch.setattr(held, "STALE_AFTER_SECONDS", 0.0)
    monkeypatch.setattr(held, "_PATIENCE_SECONDS", 60.0)
    app = create_app(storage.settings, storage=storage)
    storage.workspaces.create("stranger", workspace_id="ws_stranger")
    storage.keys.create("ws_stranger", name="Eve", scopes=SCOPES, dev_token="eve")
    storage.keys.create("ws_local", name="Reader", scopes=["data:read"], dev_token="reader")
    with TestClient(app, headers={"Authorization": "Bearer dev"}) as opened:
        yield opened


@pytest.fixture
def dataset(client: TestClient) -> str:
    files = small_business.parts({**small_business.tables(), "external_ids.csv": EXTERNAL})
    made = client.post("/v1/datasets", data={"name": "Jobs", "currency": "EUR"}, files=files)
    assert made.status_code == 201, made.text
    found: dict[str, Any] = made.json()
    return str(found["id"])


@pytest.fixture
def time() -> Seconds:
    return Seconds()
