"""A small application behind the real door: real storage, two workspaces, three keys."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import pytest
from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.testclient import TestClient

from api import database_away, problems
from api.door import Door
from api.failed_keys import FailedKeys
from api.headers import SafeHeaders
from api.keys import SCOPES, DataReader, DataWriter
from api.limits import BodyLimit
from api.pace import Pace
from api.problems import Conflict, Missing
from pricing_service.config import Settings
from pricing_service.storage import Storage


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_folder=tmp_path / "data", dev=True)


@pytest.fixture
def storage(settings: Settings) -> Iterator[Storage]:
    with Storage.open(settings) as opened:
        opened.workspaces.create("ours", workspace_id="ws_ours")
        opened.workspaces.create("theirs", workspace_id="ws_theirs")
        opened.keys.create("ws_ours", name="Ada", scopes=SCOPES, dev_token="ada")
        opened.keys.create("ws_ours", name="Reader", scopes=["data:read"], dev_token="reader")
        opened.keys.create("ws_theirs", name="Eve", scopes=SCOPES, dev_token="eve")
        yield opened


def _posted(request: Request) -> list[Any]:
    posted: list[Any] = request.app.state.posted
    return posted


@pytest.fixture
def posted() -> list[Any]:
    """What the small application's POST was really run with."""
    return []


@pytest.fixture
def client(storage: Storage, posted: list[Any]) -> Iterator[TestClient]:
    router = APIRouter(route_class=Door)

    @router.post("/things", status_code=201)
    async def make_thing(
        caller: DataWriter, request: Request, log: Annotated[list[Any], Depends(_posted)]
    ) -> Any:
        if request.headers["content-type"].startswith("multipart"):
            async with request.form() as form:
                log.append({key: getattr(value, "size", value) for key, value in form.items()})
        else:
            log.append(await request.json())
        if log[-1] == {"refuse": True}:
            raise Conflict("Not now.")
        return {"number": len(log), "by": caller.name}

    @router.get("/things")
    def list_things(caller: DataReader) -> str:
        return caller.workspace_id

    @router.delete("/things")
    def delete_things(caller: DataWriter) -> None:
        raise Missing("Nothing is there.")

    app = FastAPI()
    app.state.storage = storage
    app.state.pace = Pace({})
    app.state.failed_keys = FailedKeys(None)
    app.state.posted = posted
    app.include_router(router)
    problems.install(app)
    database_away.install(app)
    app.add_middleware(BodyLimit, cap=lambda scope: 1000)
    app.add_middleware(SafeHeaders, routes=app.routes)
    with TestClient(app, headers={"Authorization": "Bearer ada"}, raise_server_exceptions=False) as opened:
        yield opened
