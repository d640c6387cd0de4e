"""While the database does not answer, a request is told when to come again, and nothing of it is written."""

from __future__ import annotations

import errno
import os
from typing import Any

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient

from pricing_service.storage import Storage

ERRORS = [
    sa.exc.OperationalError("INSERT …", {"name": "Ada"}, Exception("server closed the connection")),
    sa.exc.TimeoutError("QueuePool limit"),
]


@pytest.mark.parametrize("error", ERRORS, ids=["lost", "no connection left"])
def test_a_database_that_is_away_is_a_503_that_says_when_to_come_again(
    client: TestClient, storage: Storage, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def away(*_: Any) -> None:
        raise error

    monkeypatch.setattr(storage.keys, "find", away)

    answer = client.get("/things")

    assert (answer.status_code, answer.json()["code"]) == (503, "database_unavailable")
    assert answer.headers["retry-after"]
    assert "Ada" not in answer.text


def test_a_claim_that_could_not_be_forgotten_blocks_nobody(
    client: TestClient, storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = {"Idempotency-Key": "k-1"}
    forget = storage.idempotency.abandon
    with monkeypatch.context() as away:

        def lost(*_: Any, **__: Any) -> None:
            raise ERRORS[0]

        away.setattr(storage.idempotency, "complete", lost)
        away.setattr(
            storage.idempotency,
            "abandon",
            lambda *mine: _without(storage, lambda: forget(*mine), monkeypatch),
        )
        assert client.post("/things", json={"a": 1}, headers=key).status_code >= 500

    assert client.post("/things", json={"a": 1}, headers=key).status_code == 201


def _without(storage: Storage, act: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> None:
        raise ERRORS[0]

    with monkeypatch.context() as away:
        away.setattr(storage.database, "writing", refuse)
        act()


@pytest.mark.parametrize("refusal", [(errno.ENOSPC, 503), (errno.EROFS, 503), (errno.ENOENT, 500)])
def test_a_disk_that_takes_nothing_is_a_503_and_a_file_that_is_missing_our_fault(
    client: TestClient, storage: Storage, monkeypatch: pytest.MonkeyPatch, refusal: tuple[int, int]
) -> None:
    code, status = refusal

    def refuse(*_: Any) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(storage.keys, "find", refuse)

    answer = client.get("/things")

    assert answer.status_code == status
    assert (answer.headers.get("retry-after") == "5") == (status == 503)
