"""Guessing keys is slow, fills no memory, and locks out nobody who holds a key."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api import buckets
from api.app import create_app
from api.failed_keys import FailedKeys
from api.keys import SCOPES
from pricing_service.config import Settings
from pricing_service.storage import Storage

READ = "/v1/customers/c1/recommendation"


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def guarded(tmp_path: Path) -> Iterator[tuple[TestClient, list[str]]]:
    """A service that is not `dev`, and two keys."""
    settings = Settings(data_folder=tmp_path, secret="0123456789abcdef", failed_keys_per_minute=3)
    with Storage.open(settings) as storage:
        home = storage.workspaces.create("Acme").id
        tokens = [storage.keys.create(home, name=name, scopes=SCOPES)[1] for name in ("Ada", "Bob")]
        with TestClient(create_app(settings, storage=storage)) as client:
            yield client, tokens


def ask(client: TestClient, token: str, path: str = "/v1/datasets") -> int:
    answer = client.get(path, headers={"Authorization": f"Bearer {token}"})
    if answer.status_code == 429:
        assert int(answer.headers["retry-after"]) > 0
        assert answer.json()["code"] == "rate_limited"
    return answer.status_code


def test_from_an_address_that_failed_too_often_no_new_key_is_looked_at(
    guarded: tuple[TestClient, list[str]],
) -> None:
    client, (ada, _) = guarded

    assert [ask(client, f"guess-{at}") for at in range(5)] == [401, 401, 401, 429, 429]
    assert ask(client, ada) == 429, "a guess that is right is not told apart"


def test_a_key_that_opened_a_door_goes_on(guarded: tuple[TestClient, list[str]]) -> None:
    client, (ada, bob) = guarded
    assert ask(client, ada) == 200

    assert [ask(client, f"guess-{at}") for at in range(4)] == [401, 401, 401, 429]

    assert (ask(client, ada), ask(client, bob)) == (200, 429)


@pytest.mark.parametrize("guess", ["", "x"])
def test_the_crms_read_tells_a_guesser_no_more_than_any_route(
    guarded: tuple[TestClient, list[str]], guess: str
) -> None:
    client, (ada, _) = guarded

    assert [ask(client, guess, READ) for _ in range(4)] == [401, 401, 401, 429]
    assert ask(client, ada, READ) == 429


def test_an_address_may_try_again_as_time_passes_and_others_at_once() -> None:
    clock = Clock()
    failed = FailedKeys(6, clock=clock)
    for at in range(20):
        failed.note("192.0.2.1", b"guess %d" % at)

    assert failed.wait("192.0.2.1", b"next") == 10
    assert failed.wait("192.0.2.2", b"next") == 0
    clock.now = 10.0
    assert failed.wait("192.0.2.1", b"next") == 0


def test_a_clock_that_steps_back_makes_nobody_wait_longer() -> None:
    clock = Clock()
    failed = FailedKeys(6, clock=clock)
    for at in range(20):
        failed.note("192.0.2.1", b"guess %d" % at)

    clock.now = -86_400.0
    assert failed.wait("192.0.2.1", b"next") == 10


def test_one_subscriber_of_ipv6_is_one_address() -> None:
    failed = FailedKeys(1, clock=Clock())
    failed.note("2001:db8:1:2::1", b"guess")

    assert failed.wait("2001:db8:1:2:ffff::9", b"next") == 60
    assert failed.wait("2001:db8:1:3::1", b"next") == 0


def test_a_key_that_fails_after_it_was_closed_waits_as_others_do() -> None:
    failed = FailedKeys(1, clock=Clock())
    failed.prove(b"key")
    failed.note("192.0.2.1", b"guess")
    assert failed.wait("192.0.2.1", b"key") == 0

    failed.note("192.0.2.1", b"key")

    assert failed.wait("192.0.2.1", b"key") == 60


def test_addresses_without_end_fill_no_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(buckets, "_SETS", 1)
    clock = Clock()
    failed = FailedKeys(1, clock=clock, most=5)
    for at in range(50):
        clock.now = at / 1000
        failed.note(f"192.0.2.{at}", b"guess")
        failed.prove(b"key %d" % at)

    assert len(failed._proven) == 5
    waiting = [at for at in range(50) if failed.wait(f"192.0.2.{at}", b"next")]
    assert waiting == list(range(42, 50)), "the latest are the ones that are kept"


def test_without_a_limit_nothing_is_kept() -> None:
    failed = FailedKeys(None)
    failed.note("192.0.2.1", b"guess")
    failed.prove(b"key")

    assert failed.wait("192.0.2.1", b"guess") == 0
    assert failed._buckets.left("192.0.2.1", 1, now=0.0) == 1.0
    assert not failed._proven
