"""No write of the API goes without a scenario."""

from __future__ import annotations

from fastapi import APIRouter, FastAPI

from api.door import Door
from api.keys import DataWriter
from tests.durability.writes import Shop, unlisted


def test_every_operation_that_writes_has_a_scenario(shop: Shop) -> None:
    assert not unlisted(shop.client.get("/openapi.json").json())


def test_a_write_without_a_scenario_is_found(shop: Shop) -> None:
    router = APIRouter(route_class=Door)

    @router.post("/v1/plants", operation_id="create_plant")
    def create_plant(caller: DataWriter) -> str:
        return "green"

    app = FastAPI()
    app.include_router(router)

    assert "create_plant" in unlisted(app.openapi())
