"""Valid keys are remembered for moments, others never, and a revoked one dies."""

from __future__ import annotations

import asyncio

import pytest

from api.keys import Caller
from api.recommendations.callers import REMEMBERED_SECONDS, Callers
from pricing_service.storage import Storage
from tests.api.standing_time import Seconds


@pytest.fixture
def callers(storage: Storage, time: Seconds) -> Callers:
    home = storage.workspaces.create("Acme", workspace_id="ws_1").id
    storage.keys.create(home, name="Ada", scopes=["recommendations:read"], dev_token="ada")
    return Callers(storage, clock=time)


def find(callers: Callers, header: bytes) -> Caller | None:
    return asyncio.run(callers.find(header))


def test_a_valid_key_is_known_for_moments(callers: Callers, time: Seconds) -> None:
    found = find(callers, b"Bearer ada")

    assert found is not None
    assert (found.workspace_id, found.name, found.scopes) == ("ws_1", "Ada", {"recommendations:read"})
    assert callers.known(b"Bearer ada") == found
    assert callers.known(b"Bearer ad") is None
    time.now += REMEMBERED_SECONDS
    assert callers.known(b"Bearer ada") is None


def test_a_revoked_key_dies_within_seconds(callers: Callers, time: Seconds, storage: Storage) -> None:
    assert find(callers, b"Bearer ada") is not None
    (key,) = storage.keys.list("ws_1")
    storage.keys.revoke("ws_1", key.id)

    time.now += REMEMBERED_SECONDS

    assert find(callers, b"Bearer ada") is None
    assert REMEMBERED_SECONDS <= 5


@pytest.mark.parametrize(
    "header", [b"", b"ada", b"Basic ada", b"Bearer ", b"Bearer nobody", "Bearer ä".encode(), b"Bearer \x00"]
)
def test_what_is_no_valid_key_is_never_remembered(callers: Callers, header: bytes) -> None:
    assert find(callers, header) is None
    assert callers.known(header) is None
