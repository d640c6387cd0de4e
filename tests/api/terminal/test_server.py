"""A local service is opened to this machine only."""

from __future__ import annotations

import io
import os
import threading
from pathlib import Path

import pytest

from api.problems import Refused
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
