"""Rows are posted as JSON or NDJSON, upsert by the table's key, and change nothing when repeated."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
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


def test_an_analysis_of_an_older_version_is_equal_to_the_byte_whatever_columns_came_since(
    client: TestClient, new_dataset: dict[str, Any], work: Callable[[str], None]
) -> None:
    place, storage = f"/v1/datasets/{new_dataset['id']}/rows", client.app.state.storage
    asked = {"dataset": new_dataset["id"], "kind": "ideal_customers", "seed": 7}
    before, after = (client.post("/v1/analyses", json=asked).json()["id"] for _ in range(2))
    work(before)

    changes: list[tuple[str, list[dict[str, Any]]]] = [
        ("customers", [{"customer_id": "c00", "size": "big", "seats": 12}]),  # added; and country is dropped
        ("customers", [{"customer_id": "c01", "seats": "many"}]),  # retyped: quarantined
        ("customers", [{"customer_id": "c02", "Country": "BE"}]),  # spelt differently
        ("outcomes", [{**ROW, "kpi": "revenue", "amount": 1, "value": 1}]),
    ]
    for table, rows in changes:
        answer = client.post(f"{place}/{table}", json=rows)
        assert answer.status_code == 200, answer.text
    old = storage.analyses.get("ws_local", after)
    shutil.rmtree(storage.blobs.panel("ws_local", old.dataset_id, old.dataset_version))
    work(after)

    first, again = (storage.analyses.get("ws_local", each) for each in (before, after))
    assert first.dataset_version == again.dataset_version == new_dataset["version"]
    assert client.get(f"/v1/datasets/{new_dataset['id']}").json()["version"] != new_dataset["version"]
    compared = [name for name in ("result.json", "rows.parquet") if (first.folder / name).exists()]
    assert "result.json" in compared
    for name in compared:
        assert (first.folder / name).read_bytes() == (again.folder / name).read_bytes(), name


def test_a_changed_type_is_told_by_row_and_column_with_the_way_out(
    client: TestClient, new_dataset: dict[str, Any]
) -> None:
    place = f"/v1/datasets/{new_dataset['id']}"
    client.post(f"{place}/rows/customers", json=[{"customer_id": "c00", "seats": 12}])

    answer = client.post(f"{place}/rows/customers", json=[{"customer_id": "c01", "seats": "many"}])

    told = client.get(f"{place}/quarantine").json()["data"][0]
    assert answer.status_code == 200
    assert (told["line"], told["column"], told["value"], told["code"]) == (1, "seats", "many", "changed_type")
    assert "write a number" in told["message"]


@pytest.mark.parametrize(
    ("rows", "errors"),
    [
        ([{"id": "c00", "seats": 12}], [("customers", None, "missing_column")]),
        (
            [{"customer_id": "c00"}, {"customer_id": "c01", "a": 1, "A": 2}],
            [("customers", 2, "doubled_column")],
        ),
    ],
)
def test_rows_that_no_column_can_take_are_refused_and_change_nothing(
    *, client: TestClient, new_dataset: dict[str, Any], rows: list[Any], errors: list[Any]
) -> None:
    place = f"/v1/datasets/{new_dataset['id']}"

    answer = client.post(f"{place}/rows/customers", json=rows)

    assert answer.status_code == 422
    assert [(one["table"], one["line"], one["code"]) for one in answer.json()["errors"]] == errors
    assert client.get(place).json() == new_dataset
