"""Who may do what, for every operation of the description: a new route without a row here fails."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

import pytest
from fastapi import APIRouter, FastAPI
from fastapi.testclient import TestClient

from api import routes
from api.door import Door
from api.keys import SCOPES, DataReader
from tests.api.operations import Operation, operations
from tests.house.tree import ROOT

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
    "create_proposal": "proposals:write",
    "list_proposals": "data:read",
    "read_proposal": "data:read",
    "read_proposal_report": "data:read",
    "edit_proposal": "proposals:write",
    "vote_on_proposal": "proposals:approve",
    "publish_proposal": "prices:publish",
    "withdraw_proposal": "prices:publish",
    "read_audit": "admin",
    "read_recommendation": "recommendations:read",
    "read_recommendation_by_external_id": "recommendations:read",
    "list_recommendations": "recommendations:read",
    "read_recommendations": "recommendations:read",
    "read_lead_recommendation": "recommendations:read",
    "read_quote_guidance": "recommendations:read",
    "create_recommendation_feedback": "recommendations:read",
    "create_key": "admin",
    "list_keys": "admin",
    "revoke_key": "admin",
    "create_webhook_endpoint": "admin",
    "list_webhook_endpoints": "admin",
    "read_webhook_endpoint": "admin",
    "replace_webhook_endpoint": "admin",
    "delete_webhook_endpoint": "admin",
    "rotate_webhook_secret": "admin",
    "test_webhook_endpoint": "admin",
    "replay_webhooks": "admin",
    "list_webhook_deliveries": "admin",
    "read_webhook_delivery": "admin",
    "replay_webhook_delivery": "admin",
}
# Doors that the description does not show, and where it is shown who comes in.
OUTSIDE = {
    "/": "tests/api/routes/test_pages.py",
    "/reports/{analysis_id}": "tests/api/routes/test_pages.py",
    "/mcp": "tests/api/routes/test_agents.py",
}
OPEN = {"is_alive", "is_ready", "read_metrics", "read_openapi_30"}


class Anything(dict[str, str]):
    """Who may come in is decided before anything is looked for: any name will do."""

    def __missing__(self, part: str) -> str:
        return "usage" if part == "table" else "x_1"


def unlisted(document: Mapping[str, Any]) -> set[str]:
    """Operations whose row is missing or says another scope than the description."""
    return {
        name
        for name, operation in operations(document).items()
        if operation.scopes != ([SCOPE_OF[name]] if name in SCOPE_OF else [] if name in OPEN else None)
    }


@pytest.fixture(scope="module")
def listed(served: TestClient) -> dict[str, Operation]:
    return operations(served.get("/openapi.json").json())


def ask(client: TestClient, operation: Operation, token: str | None) -> Any:
    path = operation.path.format_map(Anything())
    return client.request(
        operation.method, path, headers={"Authorization": f"Bearer {token}" if token else ""}
    )


def key_with(client: TestClient, *scopes: str) -> str:
    """Make a key of the local workspace; one of the same scopes is taken again."""
    token = "with " + " ".join(sorted(scopes))
    client.app.state.storage.keys.create("ws_local", name=token, scopes=scopes, dev_token=token)  # type: ignore[attr-defined]
    return token


def test_every_operation_has_its_row(served: TestClient) -> None:
    document = served.get("/openapi.json").json()

    assert not unlisted(document)
    assert operations(document).keys() == SCOPE_OF.keys() | OPEN, "no row is about an operation that is gone"


def test_every_door_outside_the_description_has_its_row() -> None:
    modules = [import_module(f"api.routes.{module.name}") for module in iter_modules(routes.__path__)]

    outside = {
        route.path
        for module in modules
        for route in module.router.routes
        if not (module.router.include_in_schema and route.include_in_schema)
    }

    assert outside == OUTSIDE.keys()
    assert all((ROOT / shown).exists() for shown in OUTSIDE.values())


def test_a_route_without_a_row_is_found() -> None:
    router = APIRouter(route_class=Door)

    @router.get("/v1/plants/{plant_id}", operation_id="read_plant")
    def read_plant(caller: DataReader, plant_id: str) -> str:
        return plant_id

    @router.get("/v1/datasets", operation_id="list_datasets")
    def list_datasets() -> str:
        return "to everybody"

    app = FastAPI()
    app.include_router(router)

    assert unlisted(app.openapi()) == {"read_plant", "list_datasets"}


@pytest.mark.parametrize("token", [None, "nobody"])
@pytest.mark.parametrize("name", sorted(SCOPE_OF))
def test_without_a_key_nothing_is_done(
    client: TestClient, listed: dict[str, Operation], name: str, token: str | None
) -> None:
    assert ask(client, listed[name], token).status_code == 401


@pytest.mark.parametrize("name", sorted(SCOPE_OF))
def test_a_key_with_every_other_scope_is_not_enough(
    client: TestClient, listed: dict[str, Operation], name: str
) -> None:
    token = key_with(client, *set(SCOPES) - {SCOPE_OF[name]})

    answer = ask(client, listed[name], token)

    assert answer.status_code == 403
    assert SCOPE_OF[name] in answer.json()["detail"]


@pytest.mark.parametrize("name", sorted(SCOPE_OF))
def test_a_key_with_this_scope_alone_is_enough(
    client: TestClient, listed: dict[str, Operation], name: str
) -> None:
    answer = ask(client, listed[name], key_with(client, SCOPE_OF[name]))

    assert answer.status_code not in {401, 403}
    assert answer.status_code < 500


@pytest.mark.parametrize("name", sorted(OPEN))
def test_what_machines_ask_needs_no_key(client: TestClient, listed: dict[str, Operation], name: str) -> None:
    assert ask(client, listed[name], None).status_code == 200
