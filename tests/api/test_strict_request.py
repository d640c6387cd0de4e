"""A body is read within the same bounds and by the same parser, whoever asks for it first."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from pricing_service.config import Settings


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    settings = Settings(data_folder=tmp_path / "data", dev=True)
    with TestClient(create_app(settings), headers={"Authorization": "Bearer dev"}) as opened:
        yield opened


@pytest.mark.parametrize("headers", [{}, {"Idempotency-Key": "k-1"}], ids=["once", "to be repeated"])
@pytest.mark.parametrize(
    "fields", [{f"f{at}": "x" for at in range(11)}, {"name": "x" * 100_000}], ids=["many", "long"]
)
def test_a_form_has_few_and_short_fields_whoever_reads_it_first(
    client: TestClient, fields: dict[str, str], headers: dict[str, str]
) -> None:
    files = [("files", ("usage.csv", b"customer_id"))]

    answer = client.post("/v1/datasets", data=fields, files=files, headers=headers)

    assert (answer.status_code, answer.json()["code"]) == (400, "malformed_request")


def test_a_document_is_read_as_the_standard_means_it(client: TestClient) -> None:
    answer = client.post(
        "/v1/keys", content=b'{"name": "a", "name": "b"}', headers={"content-type": "application/json"}
    )

    assert (answer.status_code, answer.json()["code"]) == (400, "malformed_request")
