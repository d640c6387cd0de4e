"""A repeated request gets the first answer, for a day, and only the same request does."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
import sqlalchemy as sa

from pricing_service.storage import Claim, PayloadDiffers, Replay, StillRunning, Storage

CREATED = Replay(201, {"location": "/v1/x"}, b"\x00{}")


def claimed(storage: Storage, workspace: str, key: str = "k", fingerprint: str = "f") -> Claim:
    claim = storage.idempotency.begin(workspace, key, fingerprint=fingerprint)
    assert isinstance(claim, Claim)
    return claim


def test_a_repeated_request_gets_the_first_answer(storage: Storage, workspace: str) -> None:
    storage.idempotency.complete(workspace, claimed(storage, workspace), CREATED)

    assert storage.idempotency.begin(workspace, "k", fingerprint="f") == CREATED


def test_another_payload_under_the_same_key_is_refused(storage: Storage, workspace: str) -> None:
    claimed(storage, workspace)

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

    claimed(storage, workspace)
    with pytest.raises(StillRunning):
        storage.idempotency.begin(workspace, "k", fingerprint="f")


def test_while_the_first_is_running_a_repetition_is_refused(storage: Storage, workspace: str) -> None:
    claimed(storage, workspace)

    with pytest.raises(StillRunning):
        storage.idempotency.begin(workspace, "k", fingerprint="f")


def test_an_abandoned_request_can_be_tried_again_and_an_answered_one_cannot_be_abandoned(
    storage: Storage, workspace: str
) -> None:
    storage.idempotency.abandon(workspace, claimed(storage, workspace))

    again = claimed(storage, workspace)
    storage.idempotency.complete(workspace, again, CREATED)
    storage.idempotency.abandon(workspace, again)
    assert storage.idempotency.begin(workspace, "k", fingerprint="f") == CREATED


def test_a_request_whose_process_died_blocks_its_key_for_half_a_minute(
    storage: Storage, workspace: str, clock
) -> None:
    claimed(storage, workspace)
    clock.move(seconds=29)
    with pytest.raises(StillRunning):
        storage.idempotency.begin(workspace, "k", fingerprint="f")
    clock.move(seconds=2)

    claimed(storage, workspace)


def test_a_clock_that_was_set_back_closes_no_key_for_longer(storage: Storage, workspace: str, clock) -> None:
    claimed(storage, workspace)
    clock.move(days=-1)

    claimed(storage, workspace)


def test_who_stood_still_until_its_claim_was_taken_over_takes_no_effect(
    storage: Storage, workspace: str, clock
) -> None:
    stalled = claimed(storage, workspace)
    clock.move(seconds=31)
    second = claimed(storage, workspace)

    with storage.database.together():
        storage.workspaces.create("An effect")
        with pytest.raises(StillRunning):
            storage.idempotency.complete(workspace, stalled, CREATED)
    storage.idempotency.abandon(workspace, stalled)

    assert [each.name for each in storage.workspaces.list()] == ["Acme"]
    storage.idempotency.complete(workspace, second, CREATED)


def test_a_key_is_not_taken_over_while_its_answer_is_being_committed(
    storage: Storage, workspace: str, clock
) -> None:
    slow = claimed(storage, workspace)
    clock.move(seconds=31)
    with ThreadPoolExecutor(1) as pool, storage.database.together() as joined:
        storage.idempotency.complete(workspace, slow, CREATED)
        other = pool.submit(storage.idempotency.begin, workspace, "k", fingerprint="f")
        with pytest.raises(TimeoutError):
            other.result(0.3)
        joined.commit()

        assert other.result(30) == CREATED


def test_after_a_day_a_key_is_new_again(storage: Storage, workspace: str, clock) -> None:
    storage.idempotency.complete(workspace, claimed(storage, workspace), CREATED)
    clock.move(hours=23)
    kept = storage.idempotency.begin(workspace, "k", fingerprint="f")
    clock.move(hours=2)

    assert kept == CREATED
    assert storage.idempotency.forget_expired() == 1
    claimed(storage, workspace, fingerprint="other")


def test_two_workspaces_may_use_the_same_key(storage: Storage, workspace: str) -> None:
    other = storage.workspaces.create("Other").id
    claimed(storage, workspace)

    claimed(storage, other, fingerprint="g")


def test_of_many_equal_requests_at_once_one_goes_on(storage: Storage, workspace: str) -> None:
    def ask(_: int) -> str:
        try:
            begun = storage.idempotency.begin(workspace, "k", fingerprint="f")
            return "goes on" if isinstance(begun, Claim) else "replay"
        except StillRunning:
            return "refused"

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(ask, range(20)))

    assert sorted(set(answers)) == ["goes on", "refused"]
    assert answers.count("goes on") == 1
