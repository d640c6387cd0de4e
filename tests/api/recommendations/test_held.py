"""Snapshots are given out as they are for a second, and are never older than two unless a new one is being made."""

from __future__ import annotations

import asyncio
import threading
from datetime import date

import pytest
from fastapi.testclient import TestClient

from api.recommendations import held as module
from api.recommendations.held import HeldSnapshots
from pricing_service.storage import NotFound, Storage
from tests.api import decided
from tests.api.standing_time import Seconds

DAY = date(2026, 1, 10)


@pytest.fixture
def held(
    client: TestClient, storage: Storage, time: Seconds, monkeypatch: pytest.MonkeyPatch
) -> HeldSnapshots:
    monkeypatch.setattr(module, "LOOK_AFTER_SECONDS", 1.0)
    monkeypatch.setattr(module, "STALE_AFTER_SECONDS", 2.0)
    return HeldSnapshots(storage, today=lambda: DAY, clock=time)


def publish(storage: Storage, dataset: str, share: float) -> None:
    rows = decided.raise_rows(share)
    decided.publish(storage, decided.store(storage, dataset, "raises", decided.RAISES, rows=rows))


def test_without_any_analysis_there_is_nothing_to_give(held: HeldSnapshots, dataset: str) -> None:
    assert held.now("ws_local") is None
    assert asyncio.run(held.look("ws_local")) is None
    assert held.at_hand("ws_local") is None


def test_within_a_second_nobody_looks_and_after_two_everybody_does(
    held: HeldSnapshots, storage: Storage, dataset: str, time: Seconds
) -> None:
    async def story() -> list[bool]:
        publish(storage, dataset, 0.1)
        first = await held.look("ws_local")
        publish(storage, dataset, 0.2)
        time.now = 0.9
        seen = [held.at_hand("ws_local") is first]
        time.now = 1.5
        seen.append(held.at_hand("ws_local") is first)  # and looks meanwhile
        await held.look("ws_local")
        second = held.at_hand("ws_local")
        seen.append(second is not None and second is not first)
        time.now = 9.0
        seen.append(held.at_hand("ws_local") is None)
        return seen

    assert asyncio.run(story()) == [True] * 4


@pytest.mark.parametrize("gone", [FileNotFoundError("rows.parquet"), NotFound("dataset", "ds_1")])
def test_what_is_deleted_while_it_is_read_is_looked_at_again(
    held: HeldSnapshots,
    storage: Storage,
    dataset: str,
    *,
    gone: Exception,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    publish(storage, dataset, 0.1)
    content_of = module.content_of

    def vanished(*_):
        monkeypatch.setattr(module, "content_of", content_of)
        raise gone

    monkeypatch.setattr(module, "content_of", vanished)

    assert held.now("ws_local") is not None


def test_what_never_can_be_read_is_an_error_and_no_endless_look(
    held: HeldSnapshots, storage: Storage, dataset: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(storage, dataset, 0.3)
    tried = []

    def vanished(*_):
        tried.append(1)
        raise FileNotFoundError("rows.parquet")

    monkeypatch.setattr(module, "content_of", vanished)

    with pytest.raises(FileNotFoundError):
        held.now("ws_local")
    assert 1 < len(tried) < 10


def test_while_a_new_one_is_made_the_old_one_is_given_out(
    held: HeldSnapshots, storage: Storage, dataset: str, *, time: Seconds, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_PATIENCE_SECONDS", 0.01)
    may_end, content_of = threading.Event(), module.content_of

    def slow(*known):
        may_end.wait(30)
        return content_of(*known)

    async def story() -> None:
        publish(storage, dataset, 0.1)
        old = await held.look("ws_local")
        publish(storage, dataset, 0.2)
        monkeypatch.setattr(module, "content_of", slow)
        time.now = 9.0
        assert await held.look("ws_local") is old
        may_end.set()
        monkeypatch.setattr(module, "_PATIENCE_SECONDS", 30)
        assert await held.look("ws_local") is not old

    asyncio.run(story())


def test_two_processes_hold_the_same_bytes(
    held: HeldSnapshots, storage: Storage, dataset: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(storage, dataset, 0.1)
    first = held.now("ws_local")

    def fail(*known):
        raise AssertionError("what is on the disk is not made again")

    monkeypatch.setattr(module, "content_of", fail)
    second = HeldSnapshots(storage, today=lambda: DAY).now("ws_local")

    assert first is not None
    assert second is not None
    assert first.read("c00") == second.read("c00") is not None


def test_what_comes_into_force_on_a_day_is_there_on_that_day(
    client: TestClient, storage: Storage, dataset: str
) -> None:
    analysis = decided.store(storage, dataset, "raises", decided.RAISES, rows=decided.raise_rows())
    decided.publish(storage, analysis, effective=date(2026, 2, 1))
    days = [date(2026, 1, 31), date(2026, 2, 1)]
    held = HeldSnapshots(storage, today=lambda: days.pop(0))

    before, after = held.now("ws_local"), held.now("ws_local")

    assert before is not None
    assert after is not None
    assert b"nothing_published" in before.read("c00")[0]
    assert b'"to_mrr":220.0' in after.read("c00")[0]
