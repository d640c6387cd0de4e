"""The local service shows its newest report at `/`; no other shows anything."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from pricing_service.config import Settings


def test_the_newest_report_is_shown_with_the_list_of_analyses(
    client: TestClient, dataset: dict[str, Any], work: Callable[[str], None]
) -> None:
    asked = client.post("/v1/analyses", json={"dataset": dataset["id"], "kind": "report"}).json()
    work(asked["id"])

    page = client.get("/", headers={"Authorization": ""})

    assert page.headers["content-type"].startswith("text/html")
    assert "postings" in page.text
    assert f'href="/reports/{asked["id"]}"' in page.text
    assert client.get(f"/reports/{asked['id']}").status_code == 200


def test_an_unknown_report_is_not_found(client: TestClient) -> None:
    assert client.get("/reports/an_unknown").status_code == 404


def test_a_page_elsewhere_cannot_read_through_another_name(client: TestClient) -> None:
    assert client.get("/", headers={"Host": "evil.example"}).status_code == 400


@pytest.fixture
def public(tmp_path: Path) -> TestClient:
    settings = Settings(data_folder=tmp_path / "data", dev=False, secret="0123456789abcdef")
    return TestClient(create_app(settings))


def test_a_public_service_shows_no_data_without_a_key(public: TestClient) -> None:
    with public:
        assert "/openapi.json" in public.get("/").text
        assert public.get("/reports/an_1").status_code == 404
        assert public.get("/v1/datasets", headers={"Authorization": "Bearer dev"}).status_code == 401
