"""A configured connection is read by its name; its address never enters and never leaves through the API."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from pricing_service.config import Settings
from tests.api import small_business


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    warehouse, exports = tmp_path / "warehouse.duckdb", tmp_path / "exports"
    exports.mkdir()
    small_business.folder(exports)
    with duckdb.connect(str(warehouse)) as connection:
        for path in sorted(exports.iterdir()):
            connection.execute(f"CREATE TABLE {path.stem} AS FROM '{path}'")
    settings = Settings(data_folder=tmp_path / "data", dev=True, connections={"warehouse": str(warehouse)})
    with TestClient(create_app(settings), headers={"Authorization": "Bearer dev"}) as opened:
        yield opened


def test_a_connection_is_read_by_its_name(client: TestClient) -> None:
    body = {"name": "Jobs", "currency": "EUR", "source": "warehouse"}

    answer = client.post("/v1/datasets", json=body)

    assert answer.status_code == 201, answer.text
    assert answer.json()["tables"]["customers"] == small_business.CUSTOMERS
    assert "duckdb" not in answer.text


def test_an_unknown_name_is_told_the_known_ones(client: TestClient) -> None:
    answer = client.post("/v1/datasets", json={"currency": "EUR", "source": "nowhere"})

    assert answer.status_code == 422
    assert "warehouse" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [({"source": 5}, "/source"), ({"source": "warehouse", "url": "x"}, "/url"), ({"name": "x"}, "/source")],
)
def test_a_body_that_breaks_the_contract_is_refused_with_a_pointer(
    client: TestClient, body: dict[str, object], pointer: str
) -> None:
    answer = client.post("/v1/datasets", json=body)

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == pointer


def test_a_path_in_a_files_name_leads_nowhere(client: TestClient, tmp_path: Path) -> None:
    tables = small_business.tables()

    answer = client.post(
        "/v1/datasets",
        data={"currency": "EUR"},
        files=[("files", (f"../../{name}", text.encode())) for name, text in tables.items()],
    )

    assert answer.status_code == 201, answer.text
    assert not list(tmp_path.parent.glob("*.csv"))


def test_text_is_neither_form_nor_json(client: TestClient) -> None:
    answer = client.post("/v1/datasets", content=b"x", headers={"Content-Type": "text/plain"})

    assert (answer.status_code, answer.json()["code"]) == (415, "wrong_media_type")
