"""What has happened reaches the receiver: signed, at least once, again until it is taken; on both databases."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from pricing_service.config import Settings
from pricing_service.storage import utc_now
from pricing_service.storage.webhook_deliveries import LEASE
from pricing_service.webhooks import Sender, send_webhooks
from pricing_service.webhooks.retries import STEPS
from tests.pricing_service.webhooks.conftest import Scene


def test_an_event_arrives_signed_under_its_own_id(scene: Scene) -> None:
    event = scene.happen()

    assert scene.send() == 1
    (got,) = scene.receiver.received
    assert got.path == "/hook?team=a"
    assert got.headers["webhook-id"] == event
    assert got.headers["webhook-timestamp"] == str(int(scene.clock.now.timestamp()))
    assert got.headers["host"] == f"127.0.0.1:{scene.receiver.port}"
    assert json.loads(got.body) == {
        "type": "price_book.published",
        "timestamp": "2026-03-01T12:00:00+00:00",
        "data": {"price_book": "pb_1"},
    }
    assert got.signed_by(scene.secret())
    assert not got.signed_by(scene.secret(version=2))
    shown = scene.look(event)
    assert (shown.status, shown.next_try) == ("delivered", None)
    assert [one["status"] for one in shown.attempts] == [200]


def test_the_secret_before_a_rotation_signs_beside_the_new_one_for_a_day(scene: Scene) -> None:
    scene.storage.webhook_endpoints.rotate(scene.workspace, scene.endpoint.id)
    for hours in (23, 2):
        scene.clock.move(hours=hours)
        scene.happen()
        scene.send()

    within, after = scene.receiver.received
    assert [within.signed_by(scene.secret(version)) for version in (1, 2)] == [True, True]
    assert [after.signed_by(scene.secret(version)) for version in (1, 2)] == [False, True]


def test_a_refusing_receiver_is_tried_by_the_standards_steps_and_then_given_up(scene: Scene) -> None:
    scene.receiver.answers = [500, 302, *[503] * 20]
    event = scene.happen()
    for step in STEPS:
        assert scene.send() == 1
        assert (scene.look(event).status, scene.look(event).next_try) == (
            "waiting",
            scene.clock.now + step * 1.1,
        )
        scene.clock.move(seconds=step.total_seconds() * 1.1 - 1)
        assert scene.send() == 0, "not before its time"
        scene.clock.move(seconds=1)

    assert scene.send() == 1
    shown = scene.look(event)
    assert (shown.status, shown.next_try, len(shown.attempts)) == ("failed", None, len(STEPS) + 1)
    assert [one["error"] for one in shown.attempts[:3]] == ["refused", "redirected", "refused"]
    assert scene.disabled() == "failing"
    scene.happen()
    assert scene.send() == 0
    assert set(scene.received_ids()) == {event}
    assert len({one.body for one in scene.receiver.received}) == 1


def test_one_event_that_cannot_be_digested_does_not_disable_a_living_endpoint(scene: Scene) -> None:
    scene.receiver.answers = [500] * len(STEPS)
    bad = scene.happen()
    for step in STEPS[:-1]:
        scene.send()
        scene.clock.move(seconds=1.2 * step.total_seconds())
    scene.send()
    good = scene.happen()
    scene.send()
    scene.clock.move(days=2)
    scene.receiver.answers = [500]
    scene.send()

    assert (scene.look(good).status, scene.look(bad).status) == ("delivered", "failed")
    assert len(scene.look(bad).attempts) == len(STEPS) + 1
    assert scene.disabled() is None


def test_gone_disables_at_once_and_ends_what_waits(scene: Scene) -> None:
    events = [scene.happen(), scene.happen()]
    scene.receiver.answers = [410]

    assert scene.send() == 1
    assert scene.disabled() == "gone"
    assert [scene.look(event).status for event in events] == ["failed", "failed"]


def test_the_receiver_may_ask_for_more_time(scene: Scene) -> None:
    scene.receiver.answers, scene.receiver.headers = [429], {"retry-after": "3600"}
    event = scene.happen()
    scene.send()

    following = scene.look(event).next_try

    assert following is not None
    assert (following - scene.clock.now).total_seconds() == 3600


def test_a_name_that_turns_inward_between_check_and_connect_leads_nowhere(scene: Scene) -> None:
    """The name leads to a listed address first, and to a private one ever after."""
    asked = []

    def flips(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["10.0.0.1"]

    scene.storage.webhook_endpoints.delete(scene.workspace, scene.endpoint.id)
    flipping = scene.endpoint_at(f"http://flips.example:{scene.receiver.port}/")
    sender = Sender(scene.storage, clock=scene.clock, resolve=flips)
    first = scene.happen()

    assert sender.send_next()
    assert asked == ["flips.example"], "one attempt asks once, and connects to what was checked"
    assert scene.receiver.received[0].headers["host"] == f"flips.example:{scene.receiver.port}"
    second = scene.happen()
    assert sender.send_next()
    assert scene.look(first, flipping).status == "delivered"
    refused = scene.look(second, flipping)
    assert (refused.status, refused.attempts[0]["error"]) == ("waiting", "target_refused")
    assert len(scene.receiver.received) == 1


def test_a_receiver_that_is_not_there_is_tried_again(scene: Scene) -> None:
    event = scene.happen()
    scene.receiver.close()

    scene.send()

    shown = scene.look(event)
    assert (shown.status, shown.attempts[0]["error"]) == ("waiting", "connection_failed")
    assert shown.attempts[0]["status"] is None


def test_many_senders_send_each_event_once(scene: Scene) -> None:
    events = {scene.happen() for _ in range(20)}
    stop = threading.Event()
    senders = [Sender(scene.storage, clock=scene.clock) for _ in range(4)]
    threads = [threading.Thread(target=sender.run, args=(stop,)) for sender in senders]
    for thread in threads:
        thread.start()
    until = time.monotonic() + 60
    while len(scene.receiver.received) < 20 and time.monotonic() < until:
        time.sleep(0.02)
    stop.set()
    for thread in threads:
        thread.join()

    assert sorted(scene.received_ids()) == sorted(events)


_DYING_SENDER = """
import sys
from pricing_service.config import Settings
from pricing_service.storage import Storage, utc_now
from pricing_service.webhooks import Sender, send_webhooks
settings = Settings.model_validate_json(sys.stdin.read())
Sender(Storage.open(settings), clock=utc_now).send_next()
"""


def test_a_sender_killed_between_sending_and_noting_loses_nothing(scene: Scene) -> None:
    event = scene.happen()
    scene.clock.now = utc_now()  # the other process goes by the real clock
    child = subprocess.Popen([sys.executable, "-c", _DYING_SENDER], stdin=subprocess.PIPE, text=True)

    def kill(_: Any) -> None:
        child.kill()

    scene.receiver.answers = [kill]
    child.communicate(scene.storage.settings.model_dump_json(exclude={"secret"}))
    assert child.returncode == -9
    assert scene.received_ids() == [event]

    assert scene.send() == 0, "the lease of the dead one still runs"
    scene.clock.now = utc_now() + LEASE
    assert scene.send() == 1
    assert scene.received_ids() == [event, event]
    assert scene.look(event).status == "delivered"


def test_workers_send_by_themselves_and_replace_a_sender_that_broke(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = scene.storage.settings.model_copy(update={"webhook_senders": 1})
    ended: list[object] = []
    monkeypatch.setattr(threading, "excepthook", lambda fault: ended.append(fault.exc_type))
    really = Sender.send_next

    def breaks_once(sender: Sender) -> bool:
        if not ended:
            raise ZeroDivisionError
        return really(sender)

    monkeypatch.setattr(Sender, "send_next", breaks_once)
    event = scene.happen()
    stop = threading.Event()
    keeper = send_webhooks(settings, stop_event=stop)
    until = time.monotonic() + 60
    while not scene.receiver.received and time.monotonic() < until:
        time.sleep(0.02)
    stop.set()
    keeper.join()

    assert ended == [ZeroDivisionError]
    assert scene.received_ids() == [event]


def test_a_worker_without_a_service_secret_sends_nothing(tmp_path: Path) -> None:
    keeper = send_webhooks(Settings(data_folder=tmp_path), stop_event=threading.Event())

    keeper.join(60)
    assert not keeper.is_alive()
