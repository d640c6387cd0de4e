"""The tools of the application as it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.agents.catalogue import Tool, catalogue
from api.app import create_app
from pricing_service.config import Settings


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    settings = Settings(data_folder=tmp_path_factory.mktemp("agents") / "data", dev=True)
    with TestClient(create_app(settings)) as client:
        yield client


@pytest.fixture(scope="session")
def document(service: TestClient) -> Mapping[str, Any]:
    described: Mapping[str, Any] = service.get("/openapi.json").json()
    return described


@pytest.fixture(scope="session")
def tools(document: Mapping[str, Any]) -> dict[str, Tool]:
    return catalogue(document)
