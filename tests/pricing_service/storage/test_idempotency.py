"""A repeated request gets the first answer, for a day, and only the same request does."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
import sqlalchemy as sa

from pricing_service.storage import PayloadDiffers, Replay, StillRunning, Storage


def test_a_repeated_request_gets_the_first_answer(storage: Storage, workspace: str) -> None:
    begun = storage.idempotency.begin(workspace, "k", fingerprint="f")
    storage.idempotency.complete(workspace, "k", status=202, headers={"location": "/v1/x"}, body=b"\x00{}")

    assert begun is None
    replay = storage.idempotency.begin(workspace, "k", fingerprint="f")
    assert replay == Replay(202, {"location": "/v1/x"}, b"\x00{}")


def test_another_payload_under_the_same_key_is_refused(storage: Storage, workspace: str) -> None:
    storage.idempotency.begin(workspace, "k", fingerprint="f")

    with pytest.raises(PayloadDiffers):
        storage.idempotency.begin(workspace, "k", fingerprint="g")


def test_a_claim_that_was_lost_at_its_commit_does_not_keep_its_own_repetition_out(
    storage: Storage, workspace: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    writing = storage.database.writing

    @contextmanager
    def and_the_answer_is_lost() -> Iterator[sa.Connection]:
        with writing() as connection:
            yield connection
        raise sa.exc.OperationalError("COMMIT", {}, Exception("server closed the connection"))

    with monkeypatch.context() as lost:
        lost.setattr(storage.database, "writing", and_the_answer_is_lost)
        with pytest.raises(sa.exc.OperationalError):
            storage.idempotency.begin(workspace, "k", fingerprint="f")

    assert storage.idempotency.begin(workspace, "k", fingerprint="f") is None
    with pytest.raises(StillRunning):
        storage.idempotency.begin(workspace, "k", fingerprint="f")


def test_while_the_first_is_running_a_repetition_is_refused(storage: Storage, workspace: str) -> None:
    storage.idempotency.begin(workspace, "k", fingerprint="f")

    with pytest.raises(StillRunning):
        storage.idempotency.begin(workspace, "k", fingerprint="f")


def test_an_abandoned_request_can_be_tried_again_and_an_answered_one_cannot_be_abandoned(
    storage: Storage, workspace: str
) -> None:
    storage.idempotency.begin(workspace, "k", fingerprint="f")
    storage.idempotency.abandon(workspace, "k")

    assert storage.idempotency.begin(workspace, "k", fingerprint="f") is None
    storage.idempotency.complete(workspace, "k", status=200, headers={}, body=b"")
    storage.idempotency.abandon(workspace, "k")
    assert storage.idempotency.begin(workspace, "k", fingerprint="f") == Replay(200, {}, b"")


def test_a_request_whose_process_died_blocks_its_key_for_minutes_only(
    storage: Storage, workspace: str, clock
) -> None:
    storage.idempotency.begin(workspace, "k", fingerprint="f")
    clock.move(minutes=11)

    assert storage.idempotency.begin(workspace, "k", fingerprint="f") is None


def test_after_a_day_a_key_is_new_again(storage: Storage, workspace: str, clock) -> None:
    storage.idempotency.begin(workspace, "k", fingerprint="f")
    storage.idempotency.complete(workspace, "k", status=200, headers={}, body=b"first")
    clock.move(hours=23)
    kept = storage.idempotency.begin(workspace, "k", fingerprint="f")
    clock.move(hours=2)

    assert kept == Replay(200, {}, b"first")
    assert storage.idempotency.forget_expired() == 1
    assert storage.idempotency.begin(workspace, "k", fingerprint="other") is None


def test_two_workspaces_may_use_the_same_key(storage: Storage, workspace: str) -> None:
    other = storage.workspaces.create("Other").id
    storage.idempotency.begin(workspace, "k", fingerprint="f")

    assert storage.idempotency.begin(other, "k", fingerprint="g") is None


def test_of_many_equal_requests_at_once_one_goes_on(storage: Storage, workspace: str) -> None:
    def ask(_: int) -> str:
        try:
            return (
                "goes on" if storage.idempotency.begin(workspace, "k", fingerprint="f") is None else "replay"
            )
        except StillRunning:
            return "refused"

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(ask, range(20)))

    assert sorted(set(answers)) == ["goes on", "refused"]
    assert answers.count("goes on") == 1
