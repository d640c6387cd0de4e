"""Machines learn whether the service lives, is ready, how busy it is, and what it can do."""

from __future__ import annotations

import re

import pytest
from fastapi.testclient import TestClient
from jsonschema import Draft4Validator

from api.keys import SCOPES


def test_a_living_process_says_so_without_a_key(client: TestClient) -> None:
    assert client.get("/livez", headers={"Authorization": ""}).json() == {"status": "alive"}


def test_a_service_with_its_database_is_ready(client: TestClient) -> None:
    assert client.get("/readyz").json() == {"status": "ready"}


def test_the_meters_count_requests_by_route_and_never_by_path(client: TestClient) -> None:
    client.get("/v1/datasets/ds_secretcustomer")

    text = client.get("/metrics").text

    assert re.search(
        r'http_requests_total\{method="GET",route="/v1/datasets/\{dataset_id\}",status="404"\} \d', text
    )
    assert "secretcustomer" not in text
    assert "analyses_waiting" in text
    assert 'webhook_deliveries{status="failed"} ' in text
    assert "webhook_oldest_waiting_seconds " in text


@pytest.mark.parametrize("path", ["/docs", "/redoc"])
def test_no_page_that_loads_scripts_from_elsewhere_is_served(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 404


def test_every_operation_has_a_name_that_apex_takes(client: TestClient) -> None:
    document = client.get("/openapi.json").json()
    names = [operation["operationId"] for path in document["paths"].values() for operation in path.values()]

    assert document["openapi"].startswith("3.1")
    assert len(names) == len(set(names))
    assert all(re.fullmatch(r"[a-z](?:_?[a-z0-9])*", name) for name in names), names


def test_every_operation_behind_a_key_says_what_it_refuses(client: TestClient) -> None:
    document = client.get("/openapi.json").json()

    for path, operations in document["paths"].items():
        for operation in operations.values():
            if path.startswith("/v1/"):
                ((scope,),) = [way["Key"] for way in operation["security"]]
                assert scope in SCOPES, path
                assert {"400", "401", "403", "422"} <= operation["responses"].keys(), path
            for status, response in operation["responses"].items():
                if status >= "400":
                    assert list(response["content"]) == ["application/problem+json"], (path, status)


def test_every_reference_of_the_description_leads_somewhere(client: TestClient) -> None:
    for address in ("/openapi.json", "/openapi-3.0.json"):
        answer = client.get(address)
        schemas = answer.json()["components"]["schemas"]

        referred = set(re.findall(r'"#/components/schemas/([^"]+)"', answer.text))

        assert referred <= schemas.keys()
        assert {"Problem", "Fault"} <= referred


def test_the_description_for_old_clients_uses_only_their_words(client: TestClient) -> None:
    document = client.get("/openapi-3.0.json").json()

    text = client.get("/openapi-3.0.json").text
    assert document["openapi"] == "3.0.3"
    assert '"type":"null"' not in text
    assert '"const":' not in text
    assert '"contentMediaType":' not in text
    for schema in document["components"]["schemas"].values():
        Draft4Validator.check_schema({key: value for key, value in schema.items() if key != "nullable"})
