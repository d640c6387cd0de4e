"""Rows are posted as JSON or NDJSON, upsert by the table's key, and change nothing when repeated."""

from __future__ import annotations

import json
from typing import Any

import pytest
from fastapi.testclient import TestClient

ROW = {"customer_id": "c00", "date": "2025-12-15", "metric": "postings", "units": 4}


def test_posted_rows_make_a_new_version(client: TestClient, new_dataset: dict[str, Any]) -> None:
    answer = client.post(f"/v1/datasets/{new_dataset['id']}/rows/usage", json=[ROW])

    assert answer.status_code == 200, answer.text
    assert answer.json()["version"] != new_dataset["version"]
    assert answer.json()["tables"]["usage"] == new_dataset["tables"]["usage"] + 1


def test_the_same_rows_again_change_nothing(client: TestClient, new_dataset: dict[str, Any]) -> None:
    path = f"/v1/datasets/{new_dataset['id']}/rows/usage"

    first, again = client.post(path, json=[ROW]), client.post(path, json=[ROW])

    assert again.json()["version"] == first.json()["version"]


def test_ndjson_says_the_same_as_an_array(client: TestClient, new_dataset: dict[str, Any]) -> None:
    path = f"/v1/datasets/{new_dataset['id']}/rows/usage"
    array = client.post(path, json=[ROW, {**ROW, "metric": "seats"}])
    lines = "\n".join(json.dumps(row) for row in (ROW, {**ROW, "metric": "seats"}))

    answer = client.post(path, content=lines, headers={"Content-Type": "application/x-ndjson"})

    assert answer.status_code == 200
    assert answer.json()["version"] == array.json()["version"]


@pytest.mark.parametrize(("body", "pointer"), [({"customer_id": "c00"}, ""), ([ROW, 5], "/1"), ("text", "")])
def test_what_is_not_a_list_of_rows_is_refused_with_a_pointer(
    client: TestClient, dataset: dict[str, Any], body: object, pointer: str
) -> None:
    answer = client.post(f"/v1/datasets/{dataset['id']}/rows/usage", json=body)

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == pointer


def test_a_table_that_the_contract_does_not_know_is_nowhere(
    client: TestClient, dataset: dict[str, Any]
) -> None:
    assert client.post(f"/v1/datasets/{dataset['id']}/rows/nothing", json=[ROW]).status_code == 404


def test_rows_are_not_read_as_anything_but_json(client: TestClient, dataset: dict[str, Any]) -> None:
    answer = client.post(
        f"/v1/datasets/{dataset['id']}/rows/usage", content=b"a,b", headers={"Content-Type": "text/csv"}
    )

    assert answer.status_code == 415


def test_anothers_dataset_takes_no_rows(
    client: TestClient, dataset: dict[str, Any], stranger: dict[str, str]
) -> None:
    theirs = client.post(f"/v1/datasets/{dataset['id']}/rows/usage", json=[ROW], headers=stranger)
    unknown = client.post("/v1/datasets/ds_unknown/rows/usage", json=[ROW], headers=stranger)

    assert theirs.status_code == 404
    assert theirs.content == unknown.content
