"""Who may do what, for every operation of the description: a new route without a row here fails."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.keys import SCOPES

SCOPE_OF = {
    "create_dataset": "data:write",
    "list_datasets": "data:read",
    "read_dataset": "data:read",
    "read_quarantine": "data:read",
    "delete_dataset": "data:write",
    "forget_customer": "data:write",
    "post_rows": "data:write",
    "create_analysis": "analyses:run",
    "list_analyses": "data:read",
    "read_analysis": "data:read",
    "cancel_analysis": "analyses:run",
    "read_analysis_rows": "data:read",
    "read_analysis_report": "data:read",
    "read_analysis_letter": "data:read",
    "create_price_book": "analyses:run",
    "list_price_books": "data:read",
    "read_price_book": "data:read",
    "replace_price_book": "analyses:run",
    "publish_price_book": "prices:publish",
    "create_simulation": "analyses:run",
    "list_simulations": "data:read",
    "read_simulation": "data:read",
    "read_simulation_rows": "data:read",
    "read_simulation_report": "data:read",
}
OPEN = {"is_alive", "is_ready", "read_metrics", "read_openapi_30"}
OTHER_PARTS = {"customer_id": "c07", "table": "usage"}
BOOK = {"name": "Board", "currency": "EUR", "plans": [{"name": "pro", "price": 49}]}
BODIES: dict[str, Any] = {
    "post_rows": [{"customer_id": "c00", "date": "2025-12-15", "metric": "postings", "units": 4}],
    "replace_price_book": {"book": BOOK},
    "publish_price_book": {},
    "create_simulation": {"dataset": "ds_" + "0" * 26},
}
IDS = {"dataset_id": "ds_1", "analysis_id": "an_1", "version": "pb_1", "simulation_id": "sim_1"}


@pytest.fixture(scope="module")
def operations(served: TestClient) -> dict[str, tuple[str, str]]:
    """Every operation: its name, method and path."""
    paths = served.get("/openapi.json").json()["paths"]
    return {
        operation["operationId"]: (method.upper(), path)
        for path, methods in paths.items()
        for method, operation in methods.items()
    }


def filled(path: str, **ids: str) -> str:
    return path.format(**{**OTHER_PARTS, **ids})


def test_every_operation_has_its_row(operations: dict[str, Any]) -> None:
    assert operations.keys() == SCOPE_OF.keys() | OPEN


@pytest.mark.parametrize("name", sorted(SCOPE_OF))
def test_without_a_key_nothing_is_done(client: TestClient, operations: dict[str, Any], name: str) -> None:
    method, path = operations[name]

    answer = client.request(method, filled(path, **IDS), headers={"Authorization": ""})

    assert answer.status_code == 401


@pytest.mark.parametrize("name", sorted(SCOPE_OF))
def test_a_key_with_every_other_scope_is_not_enough(
    client: TestClient, operations: dict[str, Any], name: str
) -> None:
    others = sorted(set(SCOPES) - {SCOPE_OF[name]})
    token = f"all-but-{SCOPE_OF[name]}"
    client.app.state.storage.keys.create("ws_local", name=token, scopes=others, dev_token=token)
    method, path = operations[name]

    answer = client.request(
        method,
        filled(path, **IDS),
        headers={"Authorization": f"Bearer {token}"},
    )

    assert answer.status_code == 403
    assert SCOPE_OF[name] in answer.json()["detail"]


def test_anothers_object_is_equal_to_an_unknown_one_whatever_is_done_with_it(
    client: TestClient, operations: dict[str, Any], dataset: dict[str, Any], stranger: dict[str, str]
) -> None:
    asked = client.post("/v1/analyses", json={"dataset": dataset["id"], "kind": "value_metrics"}).json()
    book = client.post("/v1/price-books", json={"book": BOOK}).json()
    simulation = client.post(
        f"/v1/price-books/{book['id']}/simulations", json={"dataset": dataset["id"]}
    ).json()
    known = {
        "dataset_id": dataset["id"], "analysis_id": asked["id"], "version": book["id"],
        "simulation_id": simulation["id"],
    }  # fmt: skip
    about_one = {
        name: path for name, (_, path) in operations.items() if "_id}" in path or "{version}" in path
    }
    assert len(about_one) >= 17

    for name, path in about_one.items():
        ours = filled(path, **known)
        unknown = filled(path, **{part: its.split("_")[0] + "_" + "0" * 26 for part, its in known.items()})
        first, second = (
            client.request(operations[name][0], where, headers=stranger, json=BODIES.get(name))
            for where in (ours, unknown)
        )
        assert (name, first.status_code) == (name, 404)
        assert first.content == second.content
        assert set(first.headers) == set(second.headers)
