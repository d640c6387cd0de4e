"""A claim stands while its process renews it, and no longer."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
import sqlalchemy as sa
from structlog.testing import capture_logs

from pricing_service.storage import Claim, Replay, StillRunning, Storage, claims, schema
from pricing_service.storage.claims import ClaimsInFlight

ANSWER = Replay(201, {}, b"{}")


class Seconds:
    """Seconds of a process, which pass when they are told to."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def seconds(storage: Storage) -> Seconds:
    found = Seconds()
    storage.idempotency.in_flight._seconds = found
    return found


def begin(storage: Storage, workspace: str) -> Claim | Replay:
    return storage.idempotency.begin(workspace, "k", fingerprint="f")


def claimed(storage: Storage, workspace: str) -> Claim:
    claim = begin(storage, workspace)
    assert isinstance(claim, Claim)
    return claim


def pass_by(storage: Storage, clock, seconds: Seconds, total: int) -> None:
    """Let time pass, with the renewals that the thread of the process would make."""
    for _ in range(total // 5):
        clock.move(seconds=5)
        seconds.now += 5
        storage.idempotency.in_flight.renew()


def test_a_request_that_runs_for_long_keeps_its_key(
    storage: Storage, workspace: str, clock, seconds: Seconds
) -> None:
    claim = claimed(storage, workspace)
    pass_by(storage, clock, seconds, 120)

    with pytest.raises(StillRunning):
        begin(storage, workspace)
    storage.idempotency.complete(workspace, claim, ANSWER)
    assert begin(storage, workspace) == ANSWER


def test_what_was_answered_or_abandoned_is_not_renewed(
    storage: Storage, workspace: str, clock, seconds: Seconds
) -> None:
    storage.idempotency.complete(workspace, claimed(storage, workspace), ANSWER)
    pass_by(storage, clock, seconds, 30)
    clock.move(hours=23, minutes=59, seconds=31)
    assert not isinstance(begin(storage, workspace), Replay), "a day after it was asked"

    assert len(storage.idempotency.in_flight._held) == 1


def test_a_claim_that_was_left_behind_is_renewed_for_ten_minutes_at_most(
    storage: Storage, workspace: str, clock, seconds: Seconds
) -> None:
    claimed(storage, workspace)
    pass_by(storage, clock, seconds, 660)

    claimed(storage, workspace)


def test_a_process_whose_claim_was_taken_over_renews_nothing_of_it(
    storage: Storage, workspace: str, clock, seconds: Seconds
) -> None:
    claimed(storage, workspace)
    clock.move(seconds=31)
    seconds.now += 31
    other = ClaimsInFlight(storage.database, clock)
    storage.idempotency.in_flight, stalled = other, storage.idempotency.in_flight
    claimed(storage, workspace)
    clock.move(seconds=31)

    stalled.renew()

    claimed(storage, workspace)
    stalled.close()


@contextmanager
def away() -> Iterator[sa.Connection]:
    raise sa.exc.OperationalError("BEGIN", {}, Exception("the database is away"))
    yield


def test_what_was_forsaken_in_an_outage_is_deleted_after_it_and_fills_no_memory(
    storage: Storage, workspace: str, seconds: Seconds, monkeypatch: pytest.MonkeyPatch
) -> None:
    claim = claimed(storage, workspace)
    in_flight = storage.idempotency.in_flight

    with monkeypatch.context() as outage:
        outage.setattr(storage.database, "writing", away)
        storage.idempotency.abandon(workspace, claim)
        for number in range(100):
            seconds.now += 1
            in_flight.forsake(f"lost {number}")
            with pytest.raises(sa.exc.OperationalError):
                in_flight.renew()
        assert len(in_flight._forsaken) <= 31
        in_flight.forsake(claim.token)

    in_flight.renew()

    assert not in_flight._forsaken
    claimed(storage, workspace)


def test_a_thread_renews_by_itself_and_ends_with_the_storage(
    storage: Storage, workspace: str, clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(claims, "RENEWED_EVERY_SECONDS", 0.05)
    claimed(storage, workspace)
    clock.move(seconds=31)
    thread = storage.idempotency.in_flight._thread
    assert thread is not None
    for _ in range(3_000):
        with storage.database.reading() as connection:
            if connection.execute(sa.select(schema.idempotency.c.begun_at)).scalar_one() == clock.now:
                break
        thread.join(0.02)
    with pytest.raises(StillRunning):
        begin(storage, workspace)

    storage.close()
    thread.join(30)

    assert not thread.is_alive()


@pytest.mark.parametrize("closed", [True, False])
def test_a_thread_whose_database_went_with_its_service_says_nothing(
    storage: Storage, monkeypatch: pytest.MonkeyPatch, *, closed: bool
) -> None:
    inside, may_fail = threading.Event(), threading.Event()

    def renew() -> None:
        inside.set()
        may_fail.wait(30)
        raise sa.exc.OperationalError("UPDATE …", {}, Exception("the connection is closed"))

    monkeypatch.setattr(claims, "RENEWED_EVERY_SECONDS", 0.01)
    in_flight = storage.idempotency.in_flight
    monkeypatch.setattr(in_flight, "renew", renew)
    with capture_logs() as told:
        in_flight.hold("a token")
        assert inside.wait(30)
        if closed:
            in_flight.close()
        may_fail.set()
        _wait_until(lambda: bool(told) or closed)
        in_flight.close()
        assert in_flight._thread is not None
        in_flight._thread.join(30)

    assert bool(told) is not closed


def _wait_until(true: Callable[[], bool]) -> None:
    for _ in range(3_000):
        if true():
            return
        time.sleep(0.01)
    pytest.fail("it did not happen within 30 seconds")
