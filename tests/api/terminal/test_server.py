"""A local service is opened to this machine only."""

from __future__ import annotations

import io
import os
import signal
import threading
import time
from pathlib import Path

import pytest
import uvicorn
from fastapi import FastAPI
from fastapi.testclient import TestClient

from api.app import create_app
from api.problems import Refused
from api.readiness import Drain
from api.terminal import server
from pricing_service.config import Settings, UnsafeSettings


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "example.com"])
def test_dev_listens_to_no_address_that_others_reach(tmp_path: Path, host: str) -> None:
    with pytest.raises(Refused, match="--dev"):
        server.serve(Settings(data_folder=tmp_path, dev=True), host=host, port=0)


def test_without_a_secret_nothing_is_served(tmp_path: Path) -> None:
    with pytest.raises(UnsafeSettings):
        server.serve(Settings(data_folder=tmp_path, dev=False, secret=None), host="127.0.0.1", port=0)


def test_the_worker_stops_when_its_starter_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    reading, writing = os.pipe()
    stop = threading.Event()
    with io.FileIO(reading) as ours:
        monkeypatch.setattr(os, "read", lambda _, count: ours.read(count))
        thread = threading.Thread(target=server._stop_with_stdin, args=(stop,))
        thread.start()
        assert not stop.is_set()

        os.close(writing)
        thread.join(10)

    assert stop.is_set()


def test_at_a_signal_it_is_not_ready_first_and_takes_no_more_requests_later(tmp_path: Path) -> None:
    drain = Drain()
    going = server._Server(uvicorn.Config(FastAPI()), ready=print, drain=drain, drained=0.2)

    going.handle_exit(signal.SIGTERM, None)

    assert (drain.begun, going.should_exit) == (True, False)
    for _ in range(500):
        if going.should_exit:
            break
        time.sleep(0.02)
    assert going.should_exit


@pytest.mark.parametrize(("drained", "signals"), [(0.0, 1), (600.0, 2)])
def test_without_a_wait_or_at_a_second_signal_it_ends_at_once(drained: float, signals: int) -> None:
    drain = Drain()
    going = server._Server(uvicorn.Config(FastAPI()), ready=print, drain=drain, drained=drained)

    for _ in range(signals):
        going.handle_exit(signal.SIGTERM, None)

    assert (drain.begun, going.should_exit) == (True, True)


def test_while_it_drains_requests_are_answered_and_readyz_says_no(tmp_path: Path) -> None:
    app = create_app(Settings(data_folder=tmp_path, dev=True))
    with TestClient(app) as client:
        assert client.get("/readyz").status_code == 200
        app.state.drain.begin()

        answer = client.get("/readyz")

        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (503, "draining")
        assert client.get("/v1/datasets", headers={"Authorization": "Bearer dev"}).status_code == 200
