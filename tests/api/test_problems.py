"""Every refusal leaves as a problem with a stable code, and points at what is wrong."""

from __future__ import annotations

import json

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from api import problems
from api.problems import PROBLEMS, Refused
from pricing_service.storage.errors import NotFound, StorageError


def shown(error: Exception) -> TestClient:
    app = FastAPI()
    problems.install(app)

    @app.get("/")
    def fail() -> None:
        raise error

    return TestClient(app, raise_server_exceptions=False)


def every_subclass(base: type[Exception]) -> set[type[Exception]]:
    found = set(base.__subclasses__())
    return found | {inner for child in found for inner in every_subclass(child)}


@pytest.mark.parametrize("error", sorted(every_subclass(Refused), key=lambda cls: cls.__name__))
def test_every_refusal_of_the_doors_is_in_the_table(error: type[Exception]) -> None:
    assert error in PROBLEMS


def test_statuses_are_refusals_and_codes_are_words() -> None:
    for row in problems.PROBLEMS.values():
        assert 400 <= row.status < 600
        assert row.code.replace("_", "").isalpha()


def test_a_problem_says_what_where_and_whether_to_try_again() -> None:
    error = problems.Invalid(
        "level: too large", errors=[{"pointer": "/options/level", "code": "x", "message": "y"}]
    )

    answer = shown(error).get("/")

    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert (body["type"], body["code"]) == ("urn:pricing-service:problem:invalid_request", "invalid_request")
    assert body["detail"] == "level: too large"
    assert body["retryable"] is False
    assert body["errors"][0]["pointer"] == "/options/level"


def test_what_is_not_found_is_never_repeated() -> None:
    answer = shown(NotFound("dataset", "ds_secret")).get("/")

    assert answer.status_code == 404
    assert "ds_secret" not in answer.text


def test_an_unforeseen_error_tells_nothing_of_itself() -> None:
    answer = shown(RuntimeError("password=hunter2")).get("/")

    assert (answer.status_code, answer.json()["code"]) == (500, "internal_error")
    assert "hunter2" not in answer.text


@pytest.mark.parametrize(
    "row", [*problems.PROBLEMS.values(), *problems.FRAMEWORK.values()], ids=lambda row: row.code
)
def test_whatever_may_be_tried_again_says_so_and_when(row: problems.Shown) -> None:
    answer = problems.respond(row, "x")

    assert json.loads(bytes(answer.body))["retryable"] is row.retryable
    assert ("retry-after" in answer.headers) == row.retryable
    assert row.retryable or row.status not in {429, 503}


def test_a_retryable_problem_says_when() -> None:
    for error in (problems.NotReady("x"), problems.TooMany("x")):
        assert int(shown(error).get("/").headers["retry-after"]) > 0


def test_a_subclass_is_shown_as_itself_and_not_as_its_parent() -> None:
    answer = shown(problems.TablesMissing("no usage")).get("/")

    assert answer.json()["code"] == "missing_tables"


def test_every_error_of_storage_that_a_caller_can_cause_is_in_the_table() -> None:
    roots = {"KeyReused", "BackupRefused"}
    unknown = {cls.__name__ for cls in every_subclass(StorageError) if cls not in PROBLEMS} - roots

    assert not unknown
