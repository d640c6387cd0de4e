"""Datasets come in by files, zip or connection, are shown with their report, and are forgotten for good."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi.testclient import TestClient

from pricing_service.storage import Storage
from tests.api import small_business


def test_a_new_dataset_is_shown_with_its_tables_and_report(dataset: dict[str, Any]) -> None:
    assert dataset["name"] == "Jobs"
    assert dataset["currency"] == "EUR"
    assert dataset["tables"]["customers"] == small_business.CUSTOMERS
    assert dataset["tables"]["usage"] == 2 * 12 * small_business.CUSTOMERS
    assert dataset["refused"] == {}
    assert len(dataset["version"]) == 64


def test_a_dataset_is_found_where_its_location_says(client: TestClient, dataset: dict[str, Any]) -> None:
    answer = client.get(f"/v1/datasets/{dataset['id']}")

    assert answer.status_code == 200
    assert answer.json() == dataset


def test_a_zip_gives_the_same_version_as_files(client: TestClient, dataset: dict[str, Any]) -> None:
    packed = small_business.zipped(small_business.tables())

    answer = client.post("/v1/datasets", data={"currency": "EUR"}, files=[("files", ("all.zip", packed))])

    assert answer.status_code == 201, answer.text
    assert answer.json()["version"] == dataset["version"]
    assert answer.json()["name"] == "all"


def test_a_repeated_upload_under_one_key_makes_one_dataset(client: TestClient) -> None:
    def send() -> Any:
        return client.post(
            "/v1/datasets",
            data={"name": "Once", "currency": "EUR"},
            files=small_business.parts(small_business.tables()),
            headers={"Idempotency-Key": "upload-1"},
        )

    first, again = send(), send()

    assert first.json() == again.json()
    assert again.headers["location"] == first.headers["location"]


def test_the_list_leads_page_by_page_to_every_dataset(
    client: TestClient, new_dataset: dict[str, Any]
) -> None:
    seen, cursor = [], None
    while True:
        page = client.get(
            "/v1/datasets", params={"limit": 1, **({"cursor": cursor} if cursor else {})}
        ).json()
        seen += [one["id"] for one in page["data"]]
        cursor = page["next_cursor"]
        if not page["has_more"]:
            break

    assert seen[0] == new_dataset["id"], "newest first"
    assert len(seen) == len(set(seen))


@pytest.mark.parametrize(
    ("files", "code"),
    [
        ([], "missing_field"),
        ([("files", ("usage.csv", b"a")), ("files", ("usage.csv", b"b"))], "file_twice"),
        ([("files", ("a.zip", b"x")), ("files", ("usage.csv", b"b"))], "zip_and_files"),
    ],
)
def test_files_that_cannot_be_tables_are_refused_with_a_pointer(
    client: TestClient, files: list[Any], code: str
) -> None:
    # A field beside the files keeps the body multipart where there are none.
    answer = client.post("/v1/datasets", data={"currency": "EUR"}, files=files or {"note": (None, "x")})

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["code"] in (code, "unknown_field")


def test_a_dataset_without_one_usable_table_is_refused_in_words(client: TestClient) -> None:
    answer = client.post(
        "/v1/datasets", data={"currency": "EUR"}, files=[("files", ("usage.csv", b"nothing\n1\n"))]
    )

    assert answer.status_code == 422
    assert answer.json()["code"] == "dataset_refused"
    assert "usage" in answer.text


@pytest.mark.parametrize("currency", ["eur", "EURO", "XXQ"])
def test_a_currency_that_is_none_is_refused(client: TestClient, currency: str) -> None:
    answer = client.post(
        "/v1/datasets",
        data={"currency": currency},
        files=small_business.parts(small_business.tables()),
    )

    assert answer.status_code == 422


def test_an_unknown_connection_is_refused_and_its_address_never_asked_for(client: TestClient) -> None:
    body = {"name": "x", "currency": "EUR", "source": "postgresql://user:secret@host/db"}

    answer = client.post("/v1/datasets", json=body)

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/source"
    assert "secret" not in answer.text


def test_what_was_refused_is_shown_with_its_place(client: TestClient) -> None:
    content = small_business.tables()
    content["usage.csv"] += "c00,2025-01-02,postings,-5\n"
    created = client.post(
        "/v1/datasets", data={"currency": "EUR"}, files=small_business.parts(content)
    ).json()

    page = client.get(f"/v1/datasets/{created['id']}/quarantine").json()

    assert len(page["data"]) == 1
    row = page["data"][0]
    assert (row["table"], row["line"], row["column"]) == (
        "usage",
        2 + 2 * 12 * small_business.CUSTOMERS,
        "units",
    )
    assert page["has_more"] is False


def test_a_forgotten_dataset_is_gone_with_its_files(client: TestClient, new_dataset: dict[str, Any]) -> None:
    storage: Storage = client.app.state.storage
    folder = storage.blobs.dataset("ws_local", new_dataset["id"])
    assert folder.exists()

    answer = client.delete(f"/v1/datasets/{new_dataset['id']}")

    assert (answer.status_code, answer.content) == (204, b"")
    assert client.get(f"/v1/datasets/{new_dataset['id']}").status_code == 404
    assert not folder.exists()


def test_a_forgotten_customer_is_in_no_file_any_more(client: TestClient, new_dataset: dict[str, Any]) -> None:
    place = f"/v1/datasets/{new_dataset['id']}"
    passing = {"customer_id": "passing-1", "signed_up": "2024-06-01"}  # others are every test's
    with_it = client.post(f"{place}/rows/customers", json=[passing]).json()
    assert with_it["tables"]["customers"] == small_business.CUSTOMERS + 1

    answer = client.delete(f"{place}/customers/passing-1")

    assert answer.status_code == 200, answer.text
    assert answer.json()["tables"]["customers"] == small_business.CUSTOMERS
    assert answer.json()["version"] != with_it["version"]
    folder = client.app.state.storage.blobs.dataset("ws_local", new_dataset["id"])
    assert [path for path in folder.iterdir() if path.name == with_it["version"]] == []


@pytest.mark.parametrize(
    ("method", "rest"), [("GET", ""), ("GET", "/quarantine"), ("DELETE", ""), ("DELETE", "/customers/c07")]
)
def test_anothers_dataset_is_equal_to_an_unknown_one(
    client: TestClient, dataset: dict[str, Any], *, stranger: dict[str, str], method: str, rest: str
) -> None:
    theirs = client.request(method, f"/v1/datasets/{dataset['id']}{rest}", headers=stranger)
    unknown = client.request(method, f"/v1/datasets/ds_unknown{rest}", headers=stranger)

    assert theirs.status_code == 404
    assert theirs.content == unknown.content
