"""The whole application in this process, over a real database, with everything that a write may need."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from pricing_service.config import Settings
from pricing_service.storage import Storage
from tests.api.in_process import succeeded
from tests.durability.writes import Shop, upload
from tests.postgres import postgres_server, postgres_url

__all__ = ["postgres_server", "postgres_url"]


@pytest.fixture(params=["sqlite", "postgresql"])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Storage]:
    url = request.getfixturevalue("postgres_url") if request.param == "postgresql" else None
    settings = Settings(data_folder=tmp_path / "data", database_url=url, dev=True)
    with Storage.open(settings) as opened:
        yield opened


@pytest.fixture
def shop(storage: Storage) -> Iterator[Shop]:
    app = create_app(storage.settings, storage=storage)
    with TestClient(app, raise_server_exceptions=False) as client:
        client.headers["authorization"] = "Bearer dev"
        dataset = client.post("/v1/datasets", **upload("Jobs")).json()["id"]
        asked = {"dataset": dataset, "kind": "tiers", "options": {"max_tiers": 1}}
        analysis = client.post("/v1/analyses", json=asked).json()["id"]
        succeeded(storage, analysis, page=False)
        made = Shop(client, dataset=dataset, analysis=analysis)
        made.published()  # the first entry of an audit makes its head, which no other does
        yield made
