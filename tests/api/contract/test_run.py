"""A run finds what is planted: an answer that nobody described, another's object, an operation that never succeeds."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import pytest
from fastapi import Depends, FastAPI, HTTPException, Query
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from fastapi.testclient import TestClient
from pydantic import BaseModel

from tests.api.contract.run import Outcome, identities, run

pytestmark = pytest.mark.slow
REFUSED: dict[int | str, dict[str, str]] = {401: {"description": "Who?"}, 404: {"description": "Not here"}}


def who(key: Annotated[HTTPAuthorizationCredentials, Depends(HTTPBearer())]) -> str:
    if key.credentials not in {"ours", "theirs"}:
        raise HTTPException(401)
    return key.credentials


Caller = Annotated[str, Depends(who)]


def nothing(app: FastAPI) -> None:
    """Plant nothing."""


def an_answer_that_is_not_described(app: FastAPI) -> None:
    @app.get("/seeds", responses=REFUSED)
    def read_seeds(caller: Caller) -> None:
        raise HTTPException(418)


def an_object_that_everybody_reads(app: FastAPI) -> None:
    @app.get("/trees/{plant_id}", responses=REFUSED)
    def read_tree(caller: Caller, plant_id: str) -> dict[str, str]:
        return {"id": plant_id}


class Flower(BaseModel):
    id: str


def a_resource_that_is_lost_at_once(app: FastAPI) -> None:
    @app.post("/flowers", status_code=201, responses=REFUSED)
    def create_flower(caller: Caller) -> Flower:
        return Flower(id="fl_1")

    @app.get("/flowers/{flower_id}", responses=REFUSED)
    def read_flower(caller: Caller, flower_id: str) -> Flower:
        raise HTTPException(404)


def an_operation_that_refuses_whatever_it_describes(app: FastAPI) -> None:
    @app.get("/weeds", responses=REFUSED | {409: {"description": "Not now"}})
    def read_weeds(caller: Caller, height: Annotated[int, Query(ge=0)]) -> None:
        raise HTTPException(409)


def asked(folder: Path, plant: Callable[[FastAPI], None]) -> Outcome:
    """Run over a sound operation and what is planted beside it."""
    app = FastAPI()

    @app.get("/plants/{plant_id}", responses=REFUSED)
    def read_plant(caller: Caller, plant_id: str) -> dict[str, str]:
        if (caller, plant_id) != ("ours", "pl_1"):
            raise HTTPException(404)
        return {"id": plant_id}

    plant(app)
    people = identities(folder / "people.json", {"ours": "ours", "theirs": "theirs"})
    config = folder / "schemathesis.toml"
    config.write_text(
        f"""
        seed = 1
        warnings = {{ fail-on = true }}
        parameters = {{ plant_id = "pl_1" }}
        generation = {{ max-examples = 3 }}
        auth = {{ wfc = {{ path = "{people}", user = "ours", peers = ["ours", "theirs"] }} }}
        """
    )
    with TestClient(app, headers={"Authorization": "Bearer theirs"}) as stranger:
        return run(app, config, fresh={}, meanings={}, stranger=stranger)


def test_a_sound_application_has_no_fault(tmp_path: Path) -> None:
    outcome = asked(tmp_path, nothing)

    assert (outcome.failures, outcome.warnings, outcome.exit_code) == ([], [], 0)
    assert not outcome.never_well
    assert outcome.strangers > 0


def test_an_answer_that_nobody_described_is_found(tmp_path: Path) -> None:
    outcome = asked(tmp_path, an_answer_that_is_not_described)

    assert any("GET /seeds, status_code_conformance, 418" in failure for failure in outcome.failures)
    assert outcome.exit_code == 1


def test_an_object_that_everybody_reads_is_found(tmp_path: Path) -> None:
    outcome = asked(tmp_path, an_object_that_everybody_reads)

    assert "GET /trees/{plant_id}: a stranger got 200" in outcome.failures


def test_a_resource_that_is_lost_at_once_is_found(tmp_path: Path) -> None:
    outcome = asked(tmp_path, a_resource_that_is_lost_at_once)

    assert any("GET /flowers/{flower_id}, ensure_resource_availability" in each for each in outcome.failures)


def test_an_operation_that_refuses_whatever_it_describes_is_found(tmp_path: Path) -> None:
    outcome = asked(tmp_path, an_operation_that_refuses_whatever_it_describes)

    assert outcome.never_well == {"GET /weeds"}
