"""At a signal a process is not ready first, and goes when it has answered."""

from __future__ import annotations

import signal
import time
from pathlib import Path

import pytest
import uvicorn
from fastapi import FastAPI
from fastapi.testclient import TestClient

from api import listening
from api.app import create_app
from api.readiness import Drain
from pricing_service.config import Settings


def test_at_a_signal_it_is_not_ready_first_and_takes_no_more_requests_later(tmp_path: Path) -> None:
    drain = Drain()
    going = listening._Server(uvicorn.Config(FastAPI()), ready=print, drain=drain, drained=0.2)

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
    going = listening._Server(uvicorn.Config(FastAPI()), ready=print, drain=drain, drained=drained)

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


def test_connections_end_with_their_next_answer_once_it_goes_and_not_before(tmp_path: Path) -> None:
    app = create_app(Settings(data_folder=tmp_path, dev=True))
    with TestClient(app) as client:
        before = client.get("/livez")
        app.state.drain.hand_over()

        assert "connection" not in before.headers
        assert client.get("/livez").headers["connection"] == "close"
        assert client.get("/readyz").status_code == 200, "another process took over on the same port"


def test_one_of_several_leaves_ctrl_c_to_its_starter() -> None:
    one = listening._OneOfSeveral(uvicorn.Config(FastAPI()), ready=print, drain=Drain(), drained=0.0)

    one.handle_exit(signal.SIGINT, None)
    assert not one.should_exit
    one.handle_exit(signal.SIGTERM, None)
    assert one.should_exit
