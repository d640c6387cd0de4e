"""Another workspace's object is a 404 equal to an unknown one, for every operation, wherever the id stands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from fastapi import FastAPI, Response
from fastapi.testclient import TestClient

from pricing_service.recommendations.customers import recommendation_id
from tests.api.operations import Operation, operations, references

BOOK = {"name": "Board", "currency": "EUR", "plans": [{"name": "pro", "price": 49}]}
ENDPOINT = {"url": "https://hooks.example.com/", "events": ["price_book.published"]}
# Words of a path that name no object of their own: the object before them decides.
WITHIN = {"customer_id": "c07", "table": "usage", "system": "hubspot", "external_id": "17"}
BODIES: dict[str, Any] = {
    "post_rows": [{"customer_id": "c00", "date": "2025-12-15", "metric": "postings", "units": 4}],
    "replace_price_book": {"book": BOOK},
    "publish_price_book": {},
    "create_simulation": {"dataset": "ds_" + "0" * 26},
    "create_recommendation_feedback": {"accepted": True},
    "edit_proposal": {"title": "Other"},
    "vote_on_proposal": {"decision": "reject"},
    "publish_proposal": {},
    "replace_webhook_endpoint": ENDPOINT,
    "replay_webhooks": {"since": "2026-01-01T00:00:00Z"},
}
# (operation, field) → a body in which the field's id decides; path ids are then the asker's own.
REFERRED: dict[tuple[str, str], dict[str, Any]] = {
    ("create_analysis", "dataset"): {"kind": "value_metrics"},
    ("create_price_book", "dataset"): {},
    ("create_price_book", "analysis"): {},
    ("create_price_book", "price_book"): {},
    ("replace_price_book", "dataset"): {},
    ("replace_price_book", "analysis"): {},
    ("replace_price_book", "price_book"): {},
    ("create_simulation", "dataset"): {},
    ("create_proposal", "analysis"): {"title": "Board"},
    ("create_proposal", "price_book"): {"title": "Board"},
    ("edit_proposal", "analysis"): {},
    ("edit_proposal", "price_book"): {},
}
PART_OF = {"dataset": "dataset_id", "analysis": "analysis_id", "price_book": "version"}
Headers = dict[str, str]


@pytest.fixture(scope="module")
def document(served: TestClient) -> Mapping[str, Any]:
    described: Mapping[str, Any] = served.get("/openapi.json").json()
    return described


def objects(client: TestClient, dataset: str, headers: Headers) -> dict[str, str]:
    """One object of each kind in the workspace of a key, by the name that it has in paths."""

    def made(path: str, body: dict[str, Any]) -> str:
        answer = client.post(path, json=body, headers=headers)
        assert answer.is_success, answer.text
        return str(answer.json()["id"])

    book = made("/v1/price-books", {"book": BOOK})
    endpoint = made("/v1/webhook-endpoints", ENDPOINT)
    return {
        "dataset_id": dataset,
        "analysis_id": made("/v1/analyses", {"dataset": dataset, "kind": "value_metrics"}),
        "version": book,
        "simulation_id": made(f"/v1/price-books/{book}/simulations", {"dataset": dataset}),
        "key_id": made("/v1/keys", {"name": "Ada", "scopes": ["data:read"]}),
        "recommendation_id": recommendation_id("ws_local", "c07"),
        "proposal_id": made("/v1/proposals", {"price_book": book, "title": "Board"}),
        "endpoint_id": endpoint,
        "event_id": made(f"/v1/webhook-endpoints/{endpoint}/test", {}),
    }


@pytest.fixture
def ours(client: TestClient, dataset: dict[str, Any]) -> dict[str, str]:
    return objects(client, dataset["id"], {"Authorization": "Bearer dev"})


def unknown(known: Mapping[str, str]) -> dict[str, str]:
    """Ids of the same form that nobody has."""
    return {part: value.split("_")[0] + "_" + "0" * 26 for part, value in known.items()}


def told_apart(first: Any, second: Any) -> list[str]:
    """What differs between two answers, but for the id of the request."""
    return [
        what
        for what, equal in {
            "status": first.status_code == second.status_code == 404,
            "body": first.content == second.content,
            "headers": _headers(first) == _headers(second),
        }.items()
        if not equal
    ]


def _headers(answer: Any) -> dict[str, str]:
    return {name: value for name, value in answer.headers.items() if name != "x-request-id"}


def leaks(client: TestClient, operation: Operation, known: Mapping[str, str], headers: Headers) -> list[str]:
    """Every way in which a stranger can tell our object from one that is not there."""
    kinds = operation.media_types or ["*/*"]
    there, nowhere = (operation.filled({**WITHIN, **ids}) for ids in (known, unknown(known)))
    found = []
    for kind in kinds:
        dressed = {**headers, "Accept": kind}
        answers = [
            client.request(operation.method, path, headers=dressed, json=BODIES.get(operation.name))
            for path in (there, nowhere)
        ]
        found += [f"{operation.name}, {kind}: {what}" for what in told_apart(*answers)]
    return found


def about_one(document: Mapping[str, Any]) -> list[Operation]:
    return [operation for operation in operations(document).values() if set(operation.parts) - WITHIN.keys()]


def test_anothers_object_is_equal_to_an_unknown_one_whatever_is_done_with_it(
    client: TestClient, document: Mapping[str, Any], ours: dict[str, str], stranger: Headers
) -> None:
    found = [leak for operation in about_one(document) for leak in leaks(client, operation, ours, stranger)]

    assert not found, "\n".join(found)
    # The ids are real: their owner finds every one of them, and nothing was done to them.
    for operation in about_one(document):
        if operation.method == "GET":
            path = operation.filled({**WITHIN, **ours})
            assert client.get(path).status_code in {200, 409} or "letter" in path, path
    assert client.get(f"/v1/price-books/{ours['version']}").json()["status"] == "draft"
    assert client.get(f"/v1/analyses/{ours['analysis_id']}").json()["status"] == "queued"


def test_every_field_that_names_an_object_has_its_row(document: Mapping[str, Any]) -> None:
    assert references(document) == REFERRED.keys()


def test_a_body_that_names_anothers_object_is_equal_to_one_that_names_none(
    client: TestClient, document: Mapping[str, Any], ours: dict[str, str], stranger: Headers
) -> None:
    draft = client.post("/v1/price-books", json={"book": BOOK}, headers=stranger).json()
    asked = {"price_book": draft["id"], "title": "Board"}
    proposal = client.post("/v1/proposals", json=asked, headers=stranger).json()
    theirs = {**ours, "version": draft["id"], "proposal_id": proposal["id"]}
    listed, nowhere = operations(document), unknown(ours)

    for (name, field), body in REFERRED.items():
        operation, part = listed[name], PART_OF[field]
        answers = [
            client.request(
                operation.method, operation.filled(theirs), headers=stranger, json={**body, field: ids[part]}
            )
            for ids in (ours, nowhere)
        ]
        assert not told_apart(*answers), (name, field, answers[0].text)


def test_a_simulation_against_anothers_book_is_equal_to_one_against_none(
    client: TestClient, new_dataset: dict[str, Any], ours: dict[str, str], stranger: Headers
) -> None:
    place = f"/v1/price-books/{ours['version']}/simulations"
    theirs = client.post("/v1/price-books", json={"book": BOOK}, headers=stranger).json()["id"]

    answers = [
        client.post(place, json={"dataset": new_dataset["id"], "against": book})
        for book in (theirs, "pb_" + "0" * 26)
    ]

    assert not told_apart(*answers)


def test_no_list_shows_anothers_objects_even_from_anothers_cursor(
    client: TestClient, document: Mapping[str, Any], ours: dict[str, str], stranger: Headers
) -> None:
    lists = [
        operation
        for operation in operations(document).values()
        if not operation.parts
        and any(parameter["name"] == "cursor" for parameter in operation.described.get("parameters", []))
    ]
    assert len(lists) >= 3

    for operation in lists:
        client.post("/v1/price-books", json={"book": BOOK})
        cursor = client.get(operation.path, params={"limit": 1}).json()["next_cursor"]
        for asked in ({}, {"cursor": cursor} if cursor else {}):
            text = client.get(operation.path, params=asked, headers=stranger).text
            assert not [value for value in ours.values() if value in text], operation.name


def test_a_route_without_a_known_object_is_found(client: TestClient, ours: dict[str, str]) -> None:
    planted = Operation("read_plant", "GET", "/v1/plants/{plant_id}", {"responses": {}})

    with pytest.raises(AssertionError, match=r"no object is known for .*plant_id"):
        leaks(client, planted, ours, {})


def test_a_route_that_forgets_the_workspace_is_found() -> None:
    app = FastAPI()

    @app.get("/v1/plants/{plant_id}")
    def read_plant(plant_id: str) -> Response:
        return Response("there", status_code=403) if plant_id == "pl_1" else Response(status_code=404)

    planted = Operation("read_plant", "GET", "/v1/plants/{plant_id}", {"responses": {}})
    with TestClient(app) as client:
        found = leaks(client, planted, {"plant_id": "pl_1"}, {})

    assert found == [f"read_plant, */*: {what}" for what in ("status", "body", "headers")]
